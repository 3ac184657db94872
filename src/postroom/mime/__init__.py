"""RFC 5322 bytes to a ParsedMessage, and drafts to bytes; never raises on bad mail."""
