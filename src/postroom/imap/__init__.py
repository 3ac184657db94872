"""IMAP4 as bytes and values: framing, grammar, responses, commands; no sockets, no clock.

How it works: `framing` cuts what a server sends into responses and carries their literals beside
them; `parsing` and `fetch_response` turn each into a value of `responses` with the `grammar`;
`connection` gives it to the command that waits for it, or out as an event. The other way, a command
of `commands` composes its octets, and `connection` puts them on the wire when the protocol lets it.
Everything a server may make us hold is bounded by `limits`. Standards: docs/rfcs.md.
"""
