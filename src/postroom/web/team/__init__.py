"""Setup › Users, Profiles and Audit log."""
