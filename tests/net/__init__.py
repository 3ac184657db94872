"""Connections: to real servers, and to scripted ones that behave as no real one should."""
