"""Postroom: a self-hosted CRM mailroom."""

__version__ = "0.1.0"
