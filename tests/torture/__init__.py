"""What no mailbox does to us on purpose, done on purpose: kills, lies, and no rest."""
