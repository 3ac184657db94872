"""IMAP4 as bytes and values: framing, grammar, responses, commands; no sockets, no clock."""
