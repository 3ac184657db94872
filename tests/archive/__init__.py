"""The stored mail: recorded once, whole, and never by halves."""
