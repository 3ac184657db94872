"""Templates of emails: written, shared, looked at with a real person."""
