"""Leads and contacts: lists, the person's page, editing, conversion."""
