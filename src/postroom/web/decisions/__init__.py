"""What an owner decides about single emails: who sees them, who is let in, who asked."""
