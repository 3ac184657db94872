"""TLS as we want it: verified always, at least 1.2, and cheap while idle."""

import asyncio.sslproto
import ssl
from functools import lru_cache
from pathlib import Path

from postroom.net.errors import CertificateMismatch, CertificateUntrusted, NetError, TlsFailed
from postroom.net.server import Server

# asyncio gives each TLS connection two buffers of 256 KiB; a TLS record has 16 KiB at most. Two
# thousand idle mailboxes then fit in 120 MB instead of 600 MB. Documented nowhere, so asserted by
# tests/net/test_tls.py.
asyncio.sslproto.SSLProtocol.max_size = 16 * 1024


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
        # 62 is X509_V_ERR_HOSTNAME_MISMATCH, 64 X509_V_ERR_IP_ADDRESS_MISMATCH.
        mismatch = error.verify_code in (62, 64)
        kind = CertificateMismatch if mismatch else CertificateUntrusted
        return kind(server)
    return TlsFailed(server)
