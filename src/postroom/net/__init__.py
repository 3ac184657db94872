"""The only sockets: allowed addresses, TLS, IMAP, POP3 and SMTP clients on asyncio.

How it works: `dialling` resolves a name once, checks every address against `server` and dials the
checked one; `tls` verifies; `imap_client`, `pop3_client` and `smtp_client` speak. `errors` says of
every failure what happened, why, and the one thing to do; `refusals` tells them apart.
"""
