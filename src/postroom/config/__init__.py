"""How the parts are put together: settings, URL table, embedded PostgreSQL, the secret key file."""
