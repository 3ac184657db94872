"""Email Sharing: what administrators set, what owners choose, and what is never shared."""
