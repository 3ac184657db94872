"""Find an email's message in a folder of the server, whatever became of the UID we knew.

By the UIDs of the ledger, else by its Message-ID, else among the newest, where a move puts it. What
is found is compared by identity: a UID may stand for another message since the folder was numbered
anew, and a Message-ID may be borrowed.
"""

from dataclasses import dataclass

from postroom.archive.models import Email, Folder
from postroom.archive.whereabouts import living_copies
from postroom.imap.uid_set import UidSet
from postroom.mime import HEADER_FIELDS
from postroom.net.errors import CommandRefused
from postroom.sync.database import in_database
from postroom.sync.outcomes import read_header
from postroom.sync.reading import identity_of
from postroom.sync.visit import Visit, believable, numbering

NEWEST = 50
NONE = UidSet()


@dataclass(frozen=True, slots=True)
class Found:
    """The message's UIDs in an open folder, and the numbering under which they are true.

    `permanent`: the flags that the server says it keeps there.
    """

    numbering: int
    uids: UidSet
    permanent: frozenset[str] = frozenset()


async def find_message(visit: Visit, email: Email, folder: Folder, hint: UidSet = NONE) -> Found:
    """Open a folder to write, and find the email's message in it. Raises FolderVanished.

    `hint` is where somebody said it lies; it is looked at first.
    """
    selected = believable(await visit.client.select(folder.name))
    number, permanent = numbering(selected), selected.permanent_flags
    ledger = await in_database(recorded_uids_of, email, folder, number)
    for candidates in (hint, ledger):
        if uids := await identical(visit, email, candidates):
            return Found(number, uids, permanent)
    for look in (by_message_id, among_newest):
        if uids := await identical(visit, email, await look(visit, email)):
            return Found(number, uids, permanent)
    return Found(number, NONE)


def recorded_uids_of(email: Email, folder: Folder, number: int) -> UidSet:
    """Where the email lies in the folder, as the ledger has it under this numbering."""
    copies = living_copies(email).filter(folder=folder, uidvalidity=number)
    return UidSet(copies.values_list("uid", flat=True))


async def by_message_id(visit: Visit, email: Email) -> UidSet:
    """Messages of the open folder with the email's Message-ID."""
    if not email.message_id:
        return NONE
    try:
        return await visit.client.uid_search_message_id(email.message_id)
    except CommandRefused:
        return NONE


async def among_newest(visit: Visit, email: Email) -> UidSet:
    """The newest messages of the open folder."""
    return UidSet(list(await visit.client.uid_search_all())[-NEWEST:])


async def identical(visit: Visit, email: Email, candidates: UidSet) -> UidSet:
    """Those of the UIDs whose message is the email."""
    if not candidates:
        return NONE
    answers = visit.client.uid_fetch(
        candidates, internal_date=True, size=True, header_fields=HEADER_FIELDS
    )
    identity = bytes(email.identity)
    messages = [m async for m in answers if m.uid in candidates and m.header]
    reads = [(m, read_header(m.header or b"")) for m in messages]
    return UidSet([m.uid for m, read in reads if identity_of(m, read) == identity])
