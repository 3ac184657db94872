"""Connect an account: try the connection, then save it."""
