"""Tell other programs that something happened to mail their user may see: ids, never content."""
