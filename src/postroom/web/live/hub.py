"""One ear for the database, any number of open pages.

Each page has a subscriber that remembers what it still has to look at: never more than a bound,
and the same thing once however often it was announced. An announcement about people's mail is
looked up once for all pages, so that an arrival wakes only pages of people who are on it.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from postroom.archive.listening import announcements
from postroom.web.live.announcements import (
    CHANNELS,
    AccountChanged,
    Announcement,
    EmailsChanged,
    OutgoingChanged,
    PeopleChanged,
    PresenceChanged,
    SharingChanged,
    Unheard,
    parse_announcement,
)
from postroom.web.live.concerns import find_concerned, sight_of
from postroom.web.threads import ask

MOST_WAITING = 200
MOST_PAGES = 20
PRESENCE = "presence"
OUTGOING = "outgoing"


class TooManyPages(Exception):
    """Its viewer has as many pages open as one user may have in one web process."""


@dataclass(eq=False, slots=True)
class Subscriber:
    """What one open page watches, for whom, and what changed since it last looked.

    `people` are those whose mail it lists; None when it lists nobody's. `mailboxes`: those whose
    every email concerns it; `teams`: those where it shows who is there. `signs` name what the page
    is to ask for itself. `is_in_sight` while its viewer may be looking.
    """

    viewer: int | None = None
    people: Collection[int] | None = None
    email: int | None = None
    account: int | None = None
    mailboxes: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    is_in_sight: bool = True
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    emails: set[int] = field(default_factory=set)
    everything: bool = False
    signs: set[str] = field(default_factory=set)

    @property
    def shows_mail(self) -> bool:
        """Whether emails stand on it."""
        return self.people is not None or self.email is not None or bool(self.mailboxes)

    def look_at(self, emails: Collection[int]) -> None:
        """These emails are to be looked at again."""
        self.emails.update(emails)
        if len(self.emails) > MOST_WAITING:
            self.look_at_everything()
        self.changed.set()

    def look_at_everything(self) -> None:
        """The page is to be caught up as a whole."""
        self.emails.clear()
        self.everything = True
        self.changed.set()

    def give_sign(self, name: str) -> None:
        """Something changed that its page asks for itself."""
        self.signs.add(name)
        self.changed.set()

    def take_signs(self) -> list[str]:
        """The signs that were given since it was last asked."""
        signs = sorted(self.signs)
        self.signs.clear()
        return signs

    def take(self) -> frozenset[int] | None:
        """The emails to look at, None for everything; they are not waiting any more."""
        emails = None if self.everything else frozenset(self.emails)
        self.emails.clear()
        self.everything = False
        self.changed.clear()
        return emails


class Hub:
    """The pages open in this process; listens as long as there are any."""

    def __init__(self) -> None:
        self.subscribers: set[Subscriber] = set()
        self.listening: asyncio.Task[None] | None = None
        self.sights: dict[int, object] = {}

    def join(self, subscriber: Subscriber) -> None:
        """Tell the subscriber from now on. Raises TooManyPages."""
        pages = sum(other.viewer == subscriber.viewer for other in self.subscribers)
        if pages >= MOST_PAGES:
            raise TooManyPages
        self.subscribers.add(subscriber)
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self.listen())

    def leave(self, subscriber: Subscriber) -> None:
        """Tell it no more; the last one to leave ends the listening."""
        self.subscribers.discard(subscriber)
        if not self.subscribers and self.listening is not None:
            self.listening.cancel()
            self.listening = None

    async def listen(self) -> None:
        """Publish what the database announces, until cancelled.

        While the database is away a question about an announcement fails; once it is back, all
        pages are told to look again, so nothing is lost.
        """
        async for heard in announcements(CHANNELS):
            if announcement := parse_announcement(heard):
                with suppress(DatabaseError):
                    await self.publish(announcement)

    async def publish(self, announcement: Announcement) -> None:
        """Wake the pages that an announcement can concern."""
        match announcement:
            case Unheard():
                self.catch_up()
            case EmailsChanged(account, None):
                self.publish_mailbox(account, None)
                self.catch_up_people()
            case PeopleChanged() | SharingChanged():
                self.catch_up_people()
            case EmailsChanged(account, frozenset() as emails):
                self.publish_mailbox(account, emails)
                await self.publish_emails(emails)
            case PresenceChanged(account):
                self.publish_presence(account)
            case OutgoingChanged(author):
                self.publish_outgoing(author)
            case AccountChanged(account):
                await self.publish_account(account)

    def publish_mailbox(self, account: int, emails: frozenset[int] | None) -> None:
        """Wake the pages on which all mail of the mailbox may stand."""
        for subscriber in self.subscribers:
            if account not in subscriber.mailboxes:
                continue
            if emails is None:
                subscriber.look_at_everything()
            else:
                subscriber.look_at(emails)

    def publish_presence(self, account: int) -> None:
        """Wake the pages that show who is at a conversation of the mailbox."""
        for subscriber in self.subscribers:
            if account in subscriber.teams:
                subscriber.give_sign(PRESENCE)

    def publish_outgoing(self, author: int) -> None:
        """Wake the pages of whoever wrote it, for it stands on no other."""
        for subscriber in self.subscribers:
            if subscriber.viewer == author:
                subscriber.give_sign(OUTGOING)

    async def publish_emails(self, emails: frozenset[int]) -> None:
        """Wake the pages of these emails and of the people on them."""
        for subscriber in self.subscribers:
            if subscriber.email in emails:
                subscriber.look_at([subscriber.email])
        if watched := {pk for s in self.subscribers for pk in s.people or ()}:
            concerned = await ask(find_concerned, emails, watched)
            for subscriber in list(self.subscribers):
                for pk in concerned.keys() & set(subscriber.people or ()):
                    subscriber.look_at(concerned[pk])

    async def publish_account(self, account: int) -> None:
        """Wake the account's own pages; those with mail only if others may now see more or less."""
        for subscriber in self.subscribers:
            if subscriber.account == account:
                subscriber.look_at_everything()
        if any(s.shows_mail for s in self.subscribers):
            sight = await ask(sight_of, account)
            if self.sights.get(account) != sight:
                self.sights[account] = sight
                self.catch_up_people()

    def catch_up(self) -> None:
        """All pages look again."""
        for subscriber in self.subscribers:
            subscriber.look_at_everything()

    def catch_up_people(self) -> None:
        """All pages with mail on them look again."""
        for subscriber in self.subscribers:
            if subscriber.shows_mail:
                subscriber.look_at_everything()


def hub() -> Hub:
    """The hub of the running event loop."""
    return _HUBS.setdefault(asyncio.get_running_loop(), Hub())


_HUBS: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()
