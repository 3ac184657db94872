"""What people do for themselves: accept an invitation, look after their sign-in."""
