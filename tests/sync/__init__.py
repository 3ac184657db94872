"""What sync promises, proved on whole mailboxes."""
