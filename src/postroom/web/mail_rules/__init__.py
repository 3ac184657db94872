"""You › Mail rules: what happens to one's mail by itself."""
