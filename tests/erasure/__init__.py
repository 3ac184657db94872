"""What is known of a person, and its end."""
