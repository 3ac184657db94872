"""Connected mailboxes: what is kept of them is sealed."""
