"""Which emails belong to which person, and who may see them."""
