"""Pages that change while they are open: NOTIFY → server-sent events → the page."""
