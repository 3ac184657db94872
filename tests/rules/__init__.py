"""Rules: which mail they meet, and what they do with it, once."""
