"""How far back a mailbox's existing mail is brought: all of it, or what came since a day.

What comes later is always brought, and a later day removes nothing. A number of months is counted
back from the day on which it is chosen, the organisation's from the day on which a mailbox was
connected: so the day stands still, and nothing that was to come grows too old on its way.
"""

import re
from calendar import monthrange
from datetime import date
from typing import Final

from postroom.accounts.models import EmailAccount
from postroom.team.models import Organisation
from postroom.team.refusal import Refusal

ALL: Final = "all"
MOST_MONTHS: Final = 600
EARLIEST: Final = date(1980, 1, 1)

_MONTHS = re.compile(r"([1-9][0-9]{0,2}) ?m(?:onths?)?\Z")


class WindowUnusable(Refusal):
    """Neither all, nor a number of months, nor a day."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"“{written[:40]}” is not a day to begin at. Write a day like 2025-01-31,"
            " a time like “12 months”, or “all”."
        )


def parse_window(written: str) -> str:
    """A window as it is kept: `all`, `12m` or `2025-01-31`. Raises WindowUnusable."""
    text = written.strip().lower()
    if text == ALL:
        return ALL
    if found := _MONTHS.match(text):
        months = int(found[1])
        if months > MOST_MONTHS:
            raise WindowUnusable(written)
        return f"{months}m"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise WindowUnusable(written) from None
    if day < EARLIEST:
        raise WindowUnusable(written)
    return day.isoformat()


def from_today(window: str, today: date) -> str:
    """A window whose day stands still: months are counted back from today."""
    return months_before(today, int(window[:-1])).isoformat() if window.endswith("m") else window


def first_day_of(account: EmailAccount) -> date | None:
    """The day from which on existing mail is brought, as the owner or the organisation decided.

    None: all of it. Read anew, for a keeper holds its account for an hour.
    """
    own = EmailAccount.objects.filter(pk=account.pk).values_list("window", flat=True).first()
    window = own or Organisation.get().window
    if not window or window == ALL:
        return None
    return date.fromisoformat(from_today(window, account.connected_at.date()))


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
