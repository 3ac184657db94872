"""The only sockets: allowed addresses, TLS, IMAP, POP3 and SMTP clients on asyncio."""
