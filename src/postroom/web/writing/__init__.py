"""Write an email, send it, and see what becomes of it."""
