"""Ways to sign in: PLAIN, LOGIN, XOAUTH2, OAUTHBEARER, SCRAM-SHA-256.

Each is a small object asked for an initial response and then for an answer to each challenge. None
of them shows its secret in a repr.
"""

import base64
import hashlib
import hmac
from typing import ClassVar, Protocol

from postroom.imap.errors import ImapError, LimitExceeded

SCRAM_ITERATIONS_MAX = 1_000_000


class MechanismFailed(ImapError):
    """The server's challenge is wrong; it may not know the password it should."""


class Mechanism(Protocol):
    """One exchange (RFC 4422 §3)."""

    name: ClassVar[str]

    def initial(self) -> bytes | None:
        """Return the initial response; None when the server speaks first."""

    def respond(self, challenge: bytes) -> bytes:
        """Answer a challenge. Raises MechanismFailed."""

    def verify(self) -> None:
        """Raise MechanismFailed when the server's OK came without its proof."""


class _Mechanism:
    def verify(self) -> None:
        """Accept: this mechanism proves nothing about the server."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Plain(_Mechanism):
    """User and password in one message (RFC 4616)."""

    name: ClassVar[str] = "PLAIN"

    def __init__(self, user: str, password: str) -> None:
        self._message = f"\0{user}\0{password}".encode()

    def initial(self) -> bytes:
        """Return the message."""
        return self._message

    def respond(self, challenge: bytes) -> bytes:
        """Send the message to a server that asked first."""
        return self._message


class Login(_Mechanism):
    """User, then password (draft-murchison-sasl-login).

    What the challenges say is not looked at. Seen: `User Name\\0`, and prompts in other languages.
    """

    name: ClassVar[str] = "LOGIN"

    def __init__(self, user: str, password: str) -> None:
        self._answers = [password.encode(), user.encode()]

    def initial(self) -> None:
        """Wait for the prompt."""

    def respond(self, challenge: bytes) -> bytes:
        """Give the user's name first, the password next, and nothing a third time."""
        if not self._answers:
            raise MechanismFailed("the server asks for more than a user and a password")
        return self._answers.pop()


class XOAuth2(_Mechanism):
    """A bearer token the way Google and Microsoft began (no RFC)."""

    name: ClassVar[str] = "XOAUTH2"

    def __init__(self, user: str, token: str) -> None:
        self._message = f"user={user}\1auth=Bearer {token}\1\1".encode()

    def initial(self) -> bytes:
        """Return the message."""
        return self._message

    def respond(self, challenge: bytes) -> bytes:
        """Answer the error document with nothing, so that the server can say NO."""
        return b"" if challenge else self._message


class OAuthBearer(_Mechanism):
    """A bearer token (RFC 7628 §3.1)."""

    name: ClassVar[str] = "OAUTHBEARER"

    def __init__(self, user: str, token: str) -> None:
        name = user.replace("=", "=3D").replace(",", "=2C")
        self._message = f"n,a={name},\1auth=Bearer {token}\1\1".encode()

    def initial(self) -> bytes:
        """Return the message."""
        return self._message

    def respond(self, challenge: bytes) -> bytes:
        """Answer the error document with a dummy, so that the server can say NO (§3.2.3)."""
        return b"\1" if challenge else self._message


class ScramSha256(_Mechanism):
    """Password never sent, both sides prove they know it (RFC 7677, RFC 5802)."""

    name: ClassVar[str] = "SCRAM-SHA-256"

    def __init__(self, user: str, password: str, nonce: str) -> None:
        """`nonce` is fresh and random; this package rolls no dice."""
        self._password = password.encode()
        self._nonce = nonce
        self._client_first = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={nonce}"
        self._server_signature: bytes | None = None
        self._proven = False

    def initial(self) -> bytes:
        """Return client-first-message; channel binding is not offered."""
        return f"n,,{self._client_first}".encode()

    def respond(self, challenge: bytes) -> bytes:
        """Answer server-first-message with the proof, server-final-message with nothing."""
        if self._server_signature is None:
            return self._final(challenge.decode("utf-8", "replace"))
        expected = b"v=" + base64.b64encode(self._server_signature)
        if not hmac.compare_digest(challenge.split(b",")[0], expected):
            raise MechanismFailed("the server could not prove that it knows the password")
        self._proven = True
        return b""

    def verify(self) -> None:
        """Raise MechanismFailed when the server said OK without its signature."""
        if not self._proven:
            raise MechanismFailed("the server skipped its proof")

    def _final(self, server_first: str) -> bytes:
        nonce, salt, iterations = self._read_server_first(server_first)
        without_proof = f"c=biws,r={nonce}"
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, iterations)
        message = f"{self._client_first},{server_first},{without_proof}".encode()
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        stored_key = hashlib.sha256(client_key).digest()
        signature = hmac.digest(stored_key, message, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        self._server_signature = hmac.digest(server_key, message, "sha256")
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _read_server_first(self, text: str) -> tuple[str, bytes, int]:
        fields = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
        nonce, iterations = fields.get("r", ""), fields.get("i", "")
        if not nonce.startswith(self._nonce) or len(nonce) <= len(self._nonce):
            raise MechanismFailed("the server's nonce does not continue ours")
        if not iterations.isdigit() or len(iterations) > 9:
            raise MechanismFailed("the server names no iteration count")
        if int(iterations) > SCRAM_ITERATIONS_MAX:
            raise LimitExceeded("SCRAM iterations", SCRAM_ITERATIONS_MAX)
        try:
            salt = base64.b64decode(fields.get("s", ""), validate=True)
        except ValueError:
            raise MechanismFailed("the server's salt is not base64") from None
        return nonce, salt, max(1, int(iterations))
