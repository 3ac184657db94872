"""Sign in with a code that is typed elsewhere: for terminals, and where no browser comes back.

RFC 8628. The device code opens the mailbox for whoever has it once the person consented, so it is
kept sealed.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from postroom.accounts.sealing import seal, unseal
from postroom.oauth.asking import DEVICE_GRANT, ask_for_tokens, post
from postroom.oauth.errors import SignInStopped, TokenRefused
from postroom.oauth.models import SignInClient
from postroom.oauth.signing_in import Consent, Wish, consent_of, stopped
from postroom.oauth.web import unavailable

INTERVAL_SECONDS: Final = 5
SLOWER_SECONDS: Final = 5
_INTERVAL_MAX: Final = 60
_OPEN_FOR_MAX: Final = 1800
_TEXT_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSignIn:
    """A sign-in that waits: the code to type, where, and when to ask next."""

    wish: Wish
    user_code: str
    page: str
    sealed: str = field(repr=False)
    interval: int
    begun_at: str
    ends_at: str
    ask_at: str

    def as_kept(self) -> dict[str, Any]:
        """The sign-in for a session."""
        return asdict(self)

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> "DeviceSignIn":
        """The sign-in that a session kept."""
        return cls(**kept | {"wish": Wish(**kept["wish"])})

    def seconds_left(self, now: datetime) -> int:
        """How long the code may still be typed."""
        return max(0, round((datetime.fromisoformat(self.ends_at) - now).total_seconds()))

    def seconds_open(self) -> int:
        """How long it could be typed at first."""
        begun, ends = datetime.fromisoformat(self.begun_at), datetime.fromisoformat(self.ends_at)
        return round((ends - begun).total_seconds())


def begin_device(client: SignInClient, wish: Wish, now: datetime) -> DeviceSignIn:
    """Ask for a code. Raises IssuerFailure."""
    url = client.endpoint("device")
    if not url:
        raise SignInStopped(
            f"{client} does not let mailboxes be opened with a code typed elsewhere. Sign in with"
            " the browser instead: Setup, Email.",
            "no_device",
        )
    scope = " ".join(client.known.scopes.for_protocol(wish.protocol))
    try:
        told = post(client, url, urlencode({"scope": scope}), {})
    except TokenRefused as refusal:
        raise stopped(client, refusal.error, refusal.words) from refusal
    code, user_code = str(told.get("device_code") or ""), str(told.get("user_code") or "")
    page = str(told.get("verification_uri") or told.get("verification_url") or "")
    if not code or not 1 <= len(user_code) <= 40 or not _is_page(page, url):
        raise unavailable(url, "it gave no code that can be used")
    interval = _bounded(told.get("interval"), INTERVAL_SECONDS, _INTERVAL_MAX)
    seconds = _bounded(told.get("expires_in"), 900, _OPEN_FOR_MAX)
    return DeviceSignIn(
        wish=wish,
        user_code=user_code,
        page=page,
        sealed=seal(_binding(client, user_code), code).decode(),
        interval=interval,
        begun_at=now.isoformat(),
        ends_at=(now + timedelta(seconds=seconds)).isoformat(),
        ask_at=(now + timedelta(seconds=interval)).isoformat(),
    )


def ask_device(
    client: SignInClient, waiting: DeviceSignIn, now: datetime
) -> Consent | DeviceSignIn:
    """The consent, or the sign-in that still waits. Raises IssuerFailure.

    Not asked before its time: issuers end the sign-in of who asks too often (RFC 8628 §3.5).
    """
    if now < datetime.fromisoformat(waiting.ask_at):
        return waiting
    code = unseal(_binding(client, waiting.user_code), waiting.sealed.encode())
    try:
        tokens = ask_for_tokens(client, now, DEVICE_GRANT, device_code=code)
    except TokenRefused as refusal:
        slower = {"authorization_pending": 0, "slow_down": SLOWER_SECONDS}.get(refusal.error)
        if slower is None:
            raise stopped(client, refusal.error, refusal.words) from refusal
        return _again(waiting, waiting.interval + slower, now)
    return consent_of(client, tokens, "", now)


def _again(waiting: DeviceSignIn, interval: int, now: datetime) -> DeviceSignIn:
    kept = waiting.as_kept() | {
        "interval": interval,
        "ask_at": (now + timedelta(seconds=interval)).isoformat(),
    }
    return DeviceSignIn.from_kept(kept)


def _is_page(page: str, issuer: str) -> bool:
    schemes = ("https://",) if issuer.startswith("https://") else ("https://", "http://")
    return page.startswith(schemes) and len(page) <= _TEXT_MAX


def _bounded(told: object, usual: int, most: int) -> int:
    text = str(told)
    return min(max(int(text), 1), most) if text.isdigit() and len(text) < 10 else usual


def _binding(client: SignInClient, user_code: str) -> str:
    return f"device:{client.issuer}:{user_code}"
