"""One person's emails in a list, and one email to read."""
