"""What people write here and what Postroom writes itself: sent by SMTP, with its copy in Sent."""
