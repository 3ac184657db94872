"""Hostile mail as what may be shown of it."""
