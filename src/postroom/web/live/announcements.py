"""What the database announced, in values. Ids only: content is asked for by each page's viewer."""

import json
from dataclasses import dataclass

from postroom.accounts.shares import SHARING_CHANGED
from postroom.archive.announce import ACCOUNT_CHANGED, EMAILS_CHANGED, PRESENCE_CHANGED
from postroom.archive.listening import LOOK_AGAIN
from postroom.archive.listening import Announcement as Heard
from postroom.crm.people import PEOPLE_CHANGED
from postroom.outbox.outgoing import OUTGOING_CHANGED

CHANNELS = (
    EMAILS_CHANGED,
    ACCOUNT_CHANGED,
    PRESENCE_CHANGED,
    PEOPLE_CHANGED,
    SHARING_CHANGED,
    OUTGOING_CHANGED,
)


@dataclass(frozen=True, slots=True)
class EmailsChanged:
    """These emails came, went or changed; None when they were too many to name."""

    account: int
    emails: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """An account's state or progress changed."""

    account: int


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Somebody came to a conversation of a team mailbox, or left it."""

    account: int


@dataclass(frozen=True, slots=True)
class OutgoingChanged:
    """Something that its author wrote is scheduled, called back, on its way, or was sent."""

    author: int


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Someone's addresses changed."""


@dataclass(frozen=True, slots=True)
class SharingChanged:
    """Somebody decided who sees what: a rule, a share, a role, somebody's access."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The connection is new: nobody knows what was announced before."""


Announcement = (
    EmailsChanged
    | AccountChanged
    | PresenceChanged
    | OutgoingChanged
    | PeopleChanged
    | SharingChanged
    | Unheard
)


OF_ALL: dict[str, type[PeopleChanged | SharingChanged]] = {
    PEOPLE_CHANGED: PeopleChanged,
    SHARING_CHANGED: SharingChanged,
}
OF_ACCOUNTS: dict[str, type[AccountChanged | PresenceChanged]] = {
    ACCOUNT_CHANGED: AccountChanged,
    PRESENCE_CHANGED: PresenceChanged,
}


def parse_announcement(heard: Heard) -> Announcement | None:
    """Read what was heard; None for what is none of ours."""
    if heard == LOOK_AGAIN:
        return Unheard()
    if of_all := OF_ALL.get(heard.channel):
        return of_all()
    try:
        if heard.channel == OUTGOING_CHANGED:
            return OutgoingChanged(int(heard.payload))
        told = json.loads(heard.payload)
        if of_account := OF_ACCOUNTS.get(heard.channel):
            return of_account(int(told["account"]))
        emails = told["emails"]
        named = None if emails is None else frozenset(map(int, emails))
        return EmailsChanged(int(told["account"]), named)
    except (ValueError, KeyError, TypeError):
        return None
