"""Sign-ins that wait in a person's session: begun here, finished here, once. Never a token."""

from typing import Any, Final

from postroom.oauth.device import DeviceSignIn
from postroom.oauth.signing_in import Attempt
from postroom.web.sign_in import SignedInRequest

ATTEMPTS: Final = "sign_in_attempts"
DEVICE: Final = "sign_in_by_code"
WAITING_MAX: Final = 5


def keep_attempt(request: SignedInRequest, attempt: Attempt) -> None:
    """Keep it under its state; of many open pages the newest few count."""
    kept = list(kept_in(request).items())[1 - WAITING_MAX :]
    request.session[ATTEMPTS] = dict([*kept, (attempt.state, attempt.as_kept())])


def take_attempt(request: SignedInRequest) -> Attempt | None:
    """Take out the one that the answer belongs to; it is there no more."""
    kept = kept_in(request)
    found = kept.pop(request.GET.get("state", ""), None)
    request.session[ATTEMPTS] = kept
    return Attempt.from_kept(found) if found else None


def kept_in(request: SignedInRequest) -> dict[str, Any]:
    """What waits, by its state."""
    return dict(request.session.get(ATTEMPTS, {}))


def keep_device(request: SignedInRequest, waiting: DeviceSignIn) -> None:
    """Keep the sign-in by code; there is one at a time."""
    request.session[DEVICE] = waiting.as_kept()


def find_device(request: SignedInRequest) -> DeviceSignIn | None:
    """The sign-in by code that waits."""
    kept = request.session.get(DEVICE)
    return DeviceSignIn.from_kept(kept) if kept else None


def forget_device(request: SignedInRequest) -> None:
    """It is finished, or came to nothing."""
    request.session.pop(DEVICE, None)
