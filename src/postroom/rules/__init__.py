"""Rules: what happens to mail by itself, as the mailbox's owner wrote it down."""
