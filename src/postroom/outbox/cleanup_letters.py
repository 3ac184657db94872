"""The emails of the Cleanup Policy: three warnings and the word that a mailbox is deactivated.

To its owner and to the administrators, each with one button that keeps it. A warning counts as
delivered when a mail server has the owner's and that of an administrator. Reference: Cleanup
Policy. ADR 40.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format

from postroom.accounts.models import EmailAccount
from postroom.outbox.links import url_of
from postroom.outbox.models import Notice, NoticeState
from postroom.outbox.queue import Letter, send_again, write
from postroom.outbox.wording import Heading, Link, Part, Words
from postroom.team.models import User

HIDDEN = 0
AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CleanupNews:
    """What there is to tell of a case; `days` are those that are left, 0: it is deactivated."""

    account: EmailAccount
    case: int
    days: int
    reason: str
    hidden_on: date
    deleted_on: date
    link_word: str

    @property
    def key(self) -> str:
        """What names the occasion."""
        return f"cleanup:{self.case}:{self.days}"


def write_news(news: CleanupNews, now: datetime) -> int:
    """Write to everybody who is to know of it and was not written to. Returns how many."""
    return sum([write(letter_of(news, reader), now) for reader in readers_of(news.account)])


def readers_of(account: EmailAccount) -> list[User]:
    """The owner, where they can still read it, and all administrators."""
    administrators = User.objects.filter(is_administrator=True, is_active=True)
    others = list(administrators.exclude(pk=account.owner_id).order_by("pk"))
    return [account.owner, *others] if account.owner.is_active else others


def letter_of(news: CleanupNews, reader: User) -> Letter:
    """What happens when, why, and the one thing to do."""
    whose = "your mailbox" if reader.pk == news.account.owner_id else "the mailbox"
    return Letter(
        key=f"{news.key}:{reader.pk}",
        account=news.account,
        to=reader,
        subject=subject_of(news),
        parts=[
            Words(f"Hello {reader},"),
            *(hidden(news, whose) if news.days == HIDDEN else warning(news, whose)),
            Heading("What you can do"),
            Words(
                "If it is to stay, press the button on the page below; you may have to sign in."
                " Everything is then as before. If not, do nothing."
            ),
            Link("Keep this mailbox", url_of("keeping", news.link_word)),
        ],
    )


def subject_of(news: CleanupNews) -> str:
    """The news in a line."""
    if news.days == HIDDEN:
        day = spoken(news.deleted_on)
        return f"{news.account} is deactivated; its emails are deleted here on {day}"
    left = "tomorrow" if news.days == 1 else f"in {news.days} days"
    return f"{news.account} will be deactivated here {left}"


def warning(news: CleanupNews, whose: str) -> Sequence[Part]:
    """What is to come."""
    return (
        Words(f"Postroom has paused {whose} {news.account}. {news.reason}"),
        Words(
            f"Unless somebody keeps it, it is deactivated on {spoken(news.hidden_on)}: nobody sees"
            f" its emails in Postroom any more. On {spoken(news.deleted_on)} they are deleted here."
        ),
        Words(STAYS),
    )


def hidden(news: CleanupNews, whose: str) -> Sequence[Part]:
    """What has happened, and until when it can be undone."""
    return (
        Words(f"Postroom has deactivated {whose} {news.account}. {news.reason}"),
        Words(
            "Nobody sees its emails in Postroom any more. Until"
            f" {spoken(news.deleted_on)} it can be brought back just as it was; from then on its"
            " emails are deleted here."
        ),
        Words(STAYS),
    )


STAYS = (
    "In the mailbox itself, on its mail server and in mail programs, nothing happens. So says the"
    " Cleanup Policy of your organisation."
)


def spoken(day: date) -> str:
    """A day as it is written in a letter."""
    return date_format(day, "j F Y")


def delivered_at(case: int, days: int, owner: int) -> datetime | None:
    """When a warning was with the owner and with an administrator, as far as there are any."""
    notices = list(Notice.objects.filter(key__startswith=f"cleanup:{case}:{days}:"))
    own = [notice for notice in notices if notice.key == f"cleanup:{case}:{days}:{owner}"]
    others = [notice for notice in notices if notice not in own]
    first = [first_sent(some) for some in (own, others) if some]
    known = [at for at in first if at is not None]
    return max(known) if known and len(known) == len(first) else None


def first_sent(notices: Sequence[Notice]) -> datetime | None:
    """When the first of them was taken by a server."""
    sent = [n.sent_at for n in notices if n.state == NoticeState.SENT and n.sent_at is not None]
    return min(sent) if sent else None


def try_again(case: int, days: int, now: datetime) -> None:
    """A warning that could not be sent is offered anew each day: until it is, nothing goes on."""
    failed = Notice.objects.filter(
        key__startswith=f"cleanup:{case}:{days}:",
        state=NoticeState.FAILED,
        due_at__lte=now - AGAIN_AFTER,
    )
    for notice in failed:
        send_again(notice, now)
