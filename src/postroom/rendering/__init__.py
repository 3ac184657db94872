"""Hostile mail as what may be shown of it: sanitised in confined processes."""
