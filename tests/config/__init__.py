"""Settings, the key file and the embedded PostgreSQL, as an administrator meets them."""
