"""The demo: its world, its mail server, and a visit from start to end."""
