"""Imports and exports that take a while: how far they are, and that one was stopped."""
