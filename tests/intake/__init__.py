"""Old mail from files."""
