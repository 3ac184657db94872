"""What we may say, a file for each kind of command; each cites its RFC and what it needs."""
