"""Put a notice into the queue, once whatever happens, and take out what is due."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from postroom.accounts.models import EmailAccount
from postroom.outbox.models import Notice, NoticeState
from postroom.outbox.wording import Part, html_page, plain_text
from postroom.team.models import User


@dataclass(frozen=True, slots=True)
class Letter:
    """What there is to say; `key` names the occasion, once for ever.

    To the owner of the account it is about, unless somebody else is named.
    """

    key: str
    account: EmailAccount | None
    subject: str
    parts: Sequence[Part]
    to: User | None = None


def write(letter: Letter, now: datetime) -> bool:
    """Queue the letter unless its occasion had one. Returns whether it had none."""
    reader = reader_of(letter)
    _, is_new = Notice.objects.get_or_create(
        key=letter.key,
        defaults={
            "account": letter.account,
            "recipient": reader.email,
            "recipient_name": reader.name,
            "message_id": message_id_of(letter.key),
            "subject": letter.subject,
            "text": plain_text(letter.parts),
            "html": html_page(letter.parts),
            "written_at": now,
            "due_at": now,
        },
    )
    return is_new


def reader_of(letter: Letter) -> User:
    """To whom it goes."""
    if letter.to is not None:
        return letter.to
    assert letter.account is not None  # noqa: S101 - a letter of no account names its reader
    return letter.account.owner


def message_id_of(key: str) -> str:
    """The same for the same occasion, at every attempt; it tells nothing of it."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{key}".encode()).hexdigest()
    return f"{digest[:40]}@{urlsplit(settings.ENVIRONMENT.url).hostname}"


def due_notices(now: datetime) -> list[int]:
    """The ids of what is to be sent now, oldest first."""
    waiting = Notice.objects.filter(state=NoticeState.WAITING, due_at__lte=now)
    return list(waiting.values_list("pk", flat=True))


@transaction.atomic
def claim(notice_id: int, now: datetime, wait_after: Callable[[int], timedelta]) -> Notice | None:
    """Take a due notice for one attempt; the next one comes after a wait.

    So a crash costs a wait and no notice, and two engines do not send the same one.
    """
    due = Notice.objects.filter(pk=notice_id, state=NoticeState.WAITING, due_at__lte=now)
    notice = due.select_for_update(skip_locked=True).first()
    if notice is not None:
        notice.attempts += 1
        notice.due_at = now + wait_after(notice.attempts)
        notice.save(update_fields=["attempts", "due_at"])
    return notice


def forget_notices(account: EmailAccount) -> None:
    """The account's mail goes from here: what was written of it goes too.

    Of those that were sent the occasion stays, so that nobody is told of it again.
    """
    waiting = account.notices.exclude(state=NoticeState.SENT)
    waiting.delete()
    account.notices.update(subject="", text="", html="")


def note_sent(notice: Notice, now: datetime) -> None:
    """The server has it."""
    notice.state, notice.reason, notice.sent_at = NoticeState.SENT, "", now
    notice.save(update_fields=["state", "reason", "sent_at"])


def note_failure(notice: Notice, reason: str, *, is_final: bool) -> None:
    """An attempt failed; after a final one nothing is tried by itself."""
    notice.reason = reason
    notice.state = NoticeState.FAILED if is_final else NoticeState.WAITING
    notice.save(update_fields=["state", "reason"])


def send_again(notice: Notice, now: datetime) -> None:
    """Somebody mended what was wrong: try it anew."""
    notice.state, notice.due_at, notice.written_at = NoticeState.WAITING, now, now
    notice.save(update_fields=["state", "due_at", "written_at"])
