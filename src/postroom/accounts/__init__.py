"""Connected mailboxes: servers, sealed credentials, sharing."""
