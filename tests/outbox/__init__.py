"""What Postroom writes to its own people: once, and sent whatever happens in between."""
