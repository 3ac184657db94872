"""That a noticed email was opened or a link of it used: written down, told once, and summed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from postroom.accounts.members import holds
from postroom.archive.announce import announce_emails
from postroom.archive.wall import round_the_wall
from postroom.outbox.links import url_of
from postroom.outbox.models import (
    OF_MACHINES,
    Doubt,
    NoticedPlace,
    OutgoingEmail,
    PlaceKind,
    Sighting,
)
from postroom.outbox.no_notices import refusing_among
from postroom.outbox.noticing import is_on
from postroom.outbox.queue import Letter, write
from postroom.outbox.readers import BURST, Asked, doubt_about, reader_of
from postroom.outbox.wording import Link, Words

AGAIN: Final = timedelta(minutes=1)
MOST: Final = 100
HONEST: Final = (
    "Programs that load no images tell nothing, and what loads one may be a scanner or somebody"
    " whom it was forwarded to."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one noticed email. `who` is its recipient, or that it is some of several."""

    who: str
    sightings: Sequence[Sighting]

    @property
    def summary(self) -> str:
        """In a line."""
        people = [one for one in self.sightings if not one.is_of_a_machine]
        opens = [one for one in people if one.place.kind == PlaceKind.IMAGE]
        clicks = len(people) - len(opens)
        if clicks:
            times = "once" if clicks == 1 else f"{clicks} times in all"
            return f"{self.who} used its links {times}, or a scanner did"
        if opens:
            return f"{self.who} opened it, or a scanner loaded it"
        if self.sightings:
            return "Only machines have loaded it so far"
        return "Not opened so far, as far as can be told"


@round_the_wall()
def note_sighting(place: NoticedPlace, agent: str, now: datetime, *, is_head: bool) -> bool:
    """Write down that a place was asked for. Whether it was: not what is switched off or refused.

    The same within a minute is once, and of one email no more than a hundred are kept.
    """
    if not is_on() or refusing_among(place.outgoing.recipients):
        return False
    with transaction.atomic():
        outgoing = OutgoingEmail.objects.only("pk", "started_at").select_for_update()
        sent_at = outgoing.get(pk=place.outgoing_id).started_at
        of_it = Sighting.objects.filter(place__outgoing=place.outgoing_id)
        links = of_it.filter(place__kind=PlaceKind.LINK, at__gt=now - BURST)
        other = links.exclude(place=place).last() if place.kind == PlaceKind.LINK else None
        asked = Asked(
            agent, is_head, now - sent_at if sent_at else None, now - other.at if other else None
        )
        doubt = doubt_about(asked)
        same = of_it.filter(place=place, doubt=doubt, at__gt=now - AGAIN)
        if same.exists() or of_it.count() >= MOST:
            return False
        if doubt == Doubt.BURST:
            links.filter(doubt__in=(Doubt.NONE, Doubt.PROXY)).update(doubt=doubt)
        place.sightings.create(at=now, reader=reader_of(asked), doubt=doubt)
        tell(place, doubt, now)
    return True


def tell(place: NoticedPlace, doubt: Doubt, now: datetime) -> None:
    """Open pages at once; the author by email, the first time that it may have been a person."""
    outgoing = place.outgoing
    if outgoing.copy_id and outgoing.account_id:
        announce_emails(outgoing.account_id, {outgoing.copy_id})
    is_theirs = outgoing.account and holds(outgoing.author, outgoing.account)
    if doubt not in OF_MACHINES and is_theirs and outgoing.author.is_active:
        write(letter_about(place), now)


def letter_about(place: NoticedPlace) -> Letter:
    """The first time is told, and no other."""
    outgoing = place.outgoing
    assert outgoing.account is not None  # noqa: S101 - the caller asked
    what = "used a link of it" if place.kind == PlaceKind.LINK else "opened it"
    return Letter(
        key=f"opened:{outgoing.key}",
        account=outgoing.account,
        subject=f"Opened: {outgoing.subject[:120] or '(no subject)'}",
        parts=[
            Words(f"Hello {outgoing.author},"),
            Words(
                f"You asked to be told about your email “{outgoing.subject[:120]}”."
                f" {who_read(outgoing)} {what}, or a scanner did."
            ),
            Words(f"{HONEST} This is told once; its page has the rest."),
            Link("Open its page", url_of("writing", str(outgoing.key))),
        ],
        to=outgoing.author,
    )


def who_read(outgoing: OutgoingEmail) -> str:
    """Its recipient; of several nobody knows which, or how many: all have the same bytes."""
    number = len(outgoing.recipients)
    return outgoing.recipients[0] if number == 1 else f"At least one of its {number} recipients"


def seen_of(outgoing: OutgoingEmail) -> Seen:
    """What is known of an email that is noticed."""
    found = Sighting.objects.filter(place__outgoing=outgoing).select_related("place")
    return Seen(who_read(outgoing), list(found))
