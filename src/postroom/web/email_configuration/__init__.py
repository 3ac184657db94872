"""Setup › Channels › Email › Email Configuration."""
