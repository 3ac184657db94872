"""The button that takes a word about an email back carries what the word put an end to.

Signed, so that it can only bring back what was there, for its email and for a quarter of an hour.
"""

from datetime import datetime
from typing import Any, Final

from django.core import signing

from postroom.accounts.matters import Matter
from postroom.accounts.models import Grant, Ruling
from postroom.accounts.rulings import Former
from postroom.archive.models import Email
from postroom.web.decisions.terms import THREAD, matter_of

SALT: Final = "postroom.decisions.undo"
SECONDS: Final = 900


def written(email: Email, scope: str, former: Former) -> str:
    """Write down how it was."""
    kept = {
        "email": email.pk,
        "scope": scope,
        "rulings": [[*about(r), r.sight, r.by_id, r.at.isoformat()] for r in former.rulings],
        "grants": [
            [*about(g), g.user_id, g.sight, moment(g.until), g.by_id, g.at.isoformat()]
            for g in former.grants
        ],
        "requests": list(former.requests),
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def read(email: Email, token: str) -> tuple[Matter, Former] | None:
    """Read it; None for what was not written here, is of another email, or is too old."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    if kept["email"] != email.pk:
        return None
    matter = matter_of(email, THREAD if kept["scope"] == THREAD else "")
    rulings = [ruling(email, *row) for row in kept["rulings"]]
    return matter, Former(rulings, [grant(email, *row) for row in kept["grants"]], kept["requests"])


def about(decision: Ruling | Grant) -> tuple[str, str]:
    """What a decision is about, in text."""
    return bytes(decision.identity or b"").hex(), decision.thread_root


def moment(at: datetime | None) -> str:
    """A moment in text; empty for none."""
    return at.isoformat() if at else ""


def ruling(email: Email, identity: str, root: str, sight: int, by: int | None, at: str) -> Ruling:
    """A ruling as it was."""
    about: dict[str, Any] = {"identity": bytes.fromhex(identity) or None, "thread_root": root}
    return Ruling(
        account=email.account, sight=sight, by_id=by, at=datetime.fromisoformat(at), **about
    )


def grant(email: Email, identity: str, root: str, *rest: Any) -> Grant:
    """A grant as it was."""
    user, sight, until, by, at = rest
    return Grant(
        account=email.account,
        identity=bytes.fromhex(identity) or None,
        thread_root=root,
        user_id=user,
        sight=sight,
        until=datetime.fromisoformat(until) if until else None,
        by_id=by,
        at=datetime.fromisoformat(at),
    )
