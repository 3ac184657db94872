"""Connect an account: try the connection, then save it."""

from postroom.setup.connecting import (
    AccountRequest,
    ConnectionFailed,
    ServerAddress,
    connect_account,
)
from postroom.setup.reconnecting import reconnect_account

__all__ = [
    "AccountRequest",
    "ConnectionFailed",
    "ServerAddress",
    "connect_account",
    "reconnect_account",
]
