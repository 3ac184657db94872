"""Sign in with an issuer: a real OpenID provider, a real Dovecot that asks it about tokens."""
