"""Of much new mail first what is with known people: their pages are complete in a moment.

The headers that name people are a tenth of what an envelope costs. They are asked of all that is
new, and read by the reader that records, so that nobody is overlooked however an address is
written. Nothing is kept of the answer: what lies elsewhere in a header, and whatever this misses,
comes with the rest, as if this had not been.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial

from postroom.archive.models import Folder
from postroom.association.people import is_anybody_known, known_among
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused
from postroom.net.fetch_stream import FetchStream
from postroom.net.imap_client import ImapClient
from postroom.sync.beside import OneBeside
from postroom.sync.bodies import in_batches
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage
from postroom.sync.visit import Visit
from postroom.sync.whole_mail import Asked, ask_for, asked_ahead, bring_asked

MANY = 500
STRETCH = 1_000
NAMING_PEOPLE = ("From", "To", "Cc", "Bcc", "Reply-To")  # Of archive.entry.ROLES.


async def bring_known_first(visit: Visit, folder: Folder, new: UidSet) -> bool:
    """Bring, of much new mail, that with known people; returns whether it was much.

    Needs the folder to be selected.
    """
    if len(new) <= MANY or not await in_database(is_anybody_known):
        return False
    visit.parser.begin()
    with suppress(CommandRefused):  # Which message it does not give is found out with the rest.
        await bring_stretches(visit, folder, new.windows_newest_first(STRETCH))
    return True


async def bring_stretches(visit: Visit, folder: Folder, stretches: Iterable[UidSet]) -> None:
    """Ask who is on each stretch, and bring whom we know."""
    async with OneBeside() as writing, OneBeside() as bringing:
        for stretch, answers in asked_ahead(partial(ask_who, visit.client), stretches):
            async for batch in in_batches(answers, STRETCH):
                if known := await with_known_people(visit, batch) & stretch:
                    # Asked for now, and not when its turn comes: the server works meanwhile.
                    asked = known, ask_for(visit.client, known)
                    await bringing.begin(bring(visit, folder, asked, writing))


def ask_who(client: ImapClient, stretch: UidSet) -> FetchStream:
    """Ask who is on messages."""
    return client.uid_fetch(stretch, flags=False, header_fields=NAMING_PEOPLE)


async def with_known_people(visit: Visit, batch: Sequence[FetchedMessage]) -> UidSet:
    """Those of some messages that name somebody known."""
    named = [(m.uid, m.header) for m in batch if m.header]
    people = await visit.have_read(visit.parser.people_on, [header for _, header in named])
    met = {c for some in people if not isinstance(some, BrokenMessage) for c in some}
    known = await in_database(known_among, met)
    return UidSet(
        uid
        for (uid, _), some in zip(named, people, strict=True)
        if not isinstance(some, BrokenMessage) and not known.isdisjoint(some)
    )


async def bring(visit: Visit, folder: Folder, asked: Asked, writing: OneBeside) -> None:
    """Bring these messages whole; what cannot be read so is left to its envelope.

    Their words are left to the job that reads for search: the pages wait for this.
    """
    uids, _ = asked
    await visit.progress.found(messages=len(uids))
    brought = await bring_asked(visit, folder, [asked], writing, sets_aside=False, for_search=False)
    await visit.progress.found(messages=brought - len(uids))  # The others are found with the rest.
