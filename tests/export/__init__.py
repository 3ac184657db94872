"""Emails as files."""
