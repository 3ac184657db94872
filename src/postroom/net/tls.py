"""TLS as we want it: verified always, at least 1.2, and cheap while idle."""

import asyncio.sslproto
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from postroom.net.errors import (
    CertificateExpired,
    CertificateMismatch,
    CertificateSelfSigned,
    CertificateUntrusted,
    ClosedAtOnce,
    NetError,
    PlainTextAtThisPort,
    Silent,
    TlsFailed,
    TlsTooOld,
)
from postroom.net.server import Server

# asyncio gives each TLS connection two buffers of 256 KiB; a TLS record has 16 KiB at most. Two
# thousand idle mailboxes then fit in 120 MB instead of 600 MB. Documented nowhere, so asserted by
# tests/net/test_tls.py.
asyncio.sslproto.SSLProtocol.max_size = 16 * 1024
_WHILE_LISTENING: Final = 1024


def hold_little(transport: asyncio.BaseTransport | None) -> None:
    """Let a TLS connection that only listens keep a small buffer; notices are short.

    What comes is read all the same, in smaller pieces.
    """
    if (protocol := _tls_of(transport)) is not None:
        protocol.max_size = _WHILE_LISTENING
        protocol._ssl_buffer = bytearray(_WHILE_LISTENING)
        protocol._ssl_buffer_view = memoryview(protocol._ssl_buffer)


def hold_enough(transport: asyncio.BaseTransport | None) -> None:
    """Give the connection its buffer back, with the next octets that come."""
    if (protocol := _tls_of(transport)) is not None:
        protocol.max_size = asyncio.sslproto.SSLProtocol.max_size


def _tls_of(transport: asyncio.BaseTransport | None) -> Any:
    protocol = getattr(transport, "_ssl_protocol", None)
    return protocol if isinstance(protocol, asyncio.sslproto.SSLProtocol) else None


# X509_V_ERR_…: NOT_YET_VALID, HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED, HOSTNAME_MISMATCH,
# IP_ADDRESS_MISMATCH.
_BY_VERIFY_CODE: Final[dict[int, type[NetError]]] = {
    9: CertificateExpired,
    10: CertificateExpired,
    18: CertificateSelfSigned,
    62: CertificateMismatch,
    64: CertificateMismatch,
}
# OpenSSL's names, of 1.1.1 and of 3.x.
_BY_REASON: Final[tuple[tuple[str, type[NetError]], ...]] = (
    ("WRONG_VERSION_NUMBER", PlainTextAtThisPort),
    ("RECORD_LAYER_FAILURE", PlainTextAtThisPort),
    ("HTTP_REQUEST", PlainTextAtThisPort),
    ("UNSUPPORTED_PROTOCOL", TlsTooOld),
    ("PROTOCOL_VERSION", TlsTooOld),
    ("HANDSHAKE_FAILURE", TlsTooOld),
    ("DH_KEY_TOO_SMALL", TlsTooOld),
)


@lru_cache(maxsize=16)
def client_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Return a context that checks chain, name and date; `authorities` are trusted besides.

    There is no switch to accept every certificate. One context serves all connections: each holds
    the system's authorities, some 600 kB.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        context.load_verify_locations(cafile=authorities)
    return context


def tls_error(error: OSError, server: Server) -> NetError:
    """Return what a failed handshake means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_VERIFY_CODE.get(error.verify_code, CertificateUntrusted)(server)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        words = f"{error.reason} {error}".upper().replace(" ", "_")
        kind = next((kind for part, kind in _BY_REASON if part in words), TlsFailed)
        return kind(server)
    # asyncio's own, when a handshake takes too long (Seen: CPython 3.11 to 3.13).
    if isinstance(error, ConnectionAbortedError) and "handshake" in str(error):
        return Silent(server)
    if isinstance(error, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ClosedAtOnce(server)
    return TlsFailed(server)
