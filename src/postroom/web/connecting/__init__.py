"""Connect a mailbox: recognised, tried live, kept; and connect it again."""
