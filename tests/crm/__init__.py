"""Leads and contacts, and the files they come from."""
