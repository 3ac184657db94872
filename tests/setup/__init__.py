"""Connecting and reconnecting a mailbox: tried on real servers before anything is kept."""
