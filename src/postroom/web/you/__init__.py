"""What is about the one who is signed in."""
