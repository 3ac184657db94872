"""Search: the page, what it shows of an email, what it suggests while somebody types."""
