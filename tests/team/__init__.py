"""What users may do, and what is written down of it."""
