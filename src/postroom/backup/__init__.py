"""All that is kept here as one file, and back into an empty place."""
