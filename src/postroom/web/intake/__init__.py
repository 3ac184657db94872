"""Pages on which old mail is read from files."""
