"""What recipients of noticed emails reach without a sign-in: the image, the links, the refusal."""
