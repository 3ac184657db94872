"""A real submission server: aiosmtpd on loopback, with sign-in, keeping what it was given."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from servers.certificates import Certificate
from servers.scripted import server_context


@dataclass
class Submission:
    """Where it listens, and the envelopes it took."""

    host: str
    port: int
    taken: list[Envelope] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    tokens: Callable[[str, str], bool] | None = None

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        """Take an access token, if whoever knows them says it is this user's."""
        user, _, bearer = base64.b64decode(arguments[1]).decode().partition("\x01auth=Bearer ")
        is_right = self.tokens is not None and self.tokens(
            user.removeprefix("user="), bearer.rstrip("\x01")
        )
        return AuthResult(success=is_right, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take a recipient unless the test refuses it."""
        if address in self.refuse:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message."""
        self.taken.append(envelope)
        return "250 2.0.0 queued"


@contextlib.asynccontextmanager
async def submission(
    users: dict[str, str],
    *,
    tls: Certificate | None = None,
    starttls: Certificate | None = None,
    tokens: Callable[[str, str], bool] | None = None,
) -> AsyncIterator[Submission]:
    """Run a submission server for `users` (address → password)."""
    server = Submission("127.0.0.1", 0, tokens=tokens)

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, sent: object
    ) -> AuthResult:
        assert isinstance(sent, LoginPassword)
        password = users.get(sent.login.decode())
        right = password is not None and password == sent.password.decode()
        return AuthResult(success=right, handled=False)

    def session() -> SMTP:
        return SMTP(
            server,
            authenticator=authenticate,
            auth_require_tls=starttls is not None,
            tls_context=server_context(starttls) if starttls else None,
            enable_SMTPUTF8=True,
            hostname="mail.example.com",
            data_size_limit=1_000_000,
        )

    listener = await asyncio.get_running_loop().create_server(
        session, server.host, 0, ssl=server_context(tls) if tls else None
    )
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
