"""What Postroom itself writes, and how it is sent: once, by SMTP, with its copy in Sent."""
