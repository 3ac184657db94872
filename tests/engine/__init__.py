"""The engine: it keeps accounts in sync, and whoever kills it gains nothing."""
