"""The end of mail here: deactivate an account and delete what was kept of its mail, never there."""
