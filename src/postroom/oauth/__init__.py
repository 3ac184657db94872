"""Sign in with Google or Microsoft: the administrator's clients, consents, tokens kept fresh."""
