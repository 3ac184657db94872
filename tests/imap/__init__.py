"""The protocol without a socket: tables of octets, whole, in pieces and with more behind them."""
