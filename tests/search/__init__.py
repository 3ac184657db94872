"""Search: what is typed, what is found, and what must not be."""
