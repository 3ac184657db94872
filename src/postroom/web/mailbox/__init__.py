"""One mailbox: how it is doing, and what can be decided about it."""
