"""What Postroom itself writes to its people, and how it is sent: once, by SMTP, tried again."""
