"""Ask the server for older mail with known people, and bring it in.

Few addresses are searched for by header (RFC 3501 §6.4.4), one question at a time; for many it
costs a server less to give the headers of what is unknown here. What comes is compared by address:
a search finds “hanna@x.example” for “anna@x.example”. Not by Gmail's own search (X-GM-RAW): an
address would need the quoting of a second grammar, and FROM and TO are answered from the same
index.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction

from postroom.archive.folders import look_again
from postroom.archive.models import Folder, ServerCopy
from postroom.archive.older import known_older
from postroom.archive.quarantine import quarantined_uids
from postroom.association.people import known_among
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused
from postroom.sync.database import in_database
from postroom.sync.new_mail import WINDOW, envelopes, sieve_of
from postroom.sync.reading import Read, arrivals_of
from postroom.sync.recording import record_each
from postroom.sync.storage import as_kept
from postroom.sync.visit import Visit, numbering

MOST_SEARCHED = 60
PAUSE_SECONDS = 0.2
LINE_OCTETS = 7_000  # RFC 2683 §3.2.1.5 asks servers for 8,000.
KEYS = 5
LONGEST_KEY = 'OR HEADER Reply-To "" '


async def bring_older_mail(
    visit: Visit, folder: Folder, wanted: Collection[str], *, is_proved_now: bool
) -> None:
    """Bring what lies unknown in a folder with one of these addresses on it.

    Unless this pass proves the folder anyway, the next one is to.
    """
    unknown = await in_database(unknown_uids, folder) if wanted else UidSet()
    if not unknown or numbering(await visit.examine(folder)) != folder.uidvalidity:
        return
    try:
        found = await search(visit, unknown, wanted)
    except CommandRefused:
        found = unknown
    sieve = sieve_of(visit, folder)
    for window in found.windows_newest_first(WINDOW):
        read = await envelopes(visit, sieve, window)
        count = await in_database(record_matched, folder, read, prove_next=not is_proved_now)
        if count:
            await visit.progress.found(messages=count)
            await visit.progress.done(messages=count)
    await sieve.set_aside()


async def search(visit: Visit, unknown: UidSet, wanted: Collection[str]) -> UidSet:
    """Where mail with the addresses may be; everywhere, if they are too many to be searched for."""
    if len(wanted) > MOST_SEARCHED or not all(map(is_searchable, wanted)):
        return unknown
    found = UidSet()
    for batch in batches(sorted(wanted)):
        found |= await visit.client.uid_search_people(batch, unknown)
        await asyncio.sleep(PAUSE_SECONDS)
    return found & unknown


def is_searchable(canonical: str) -> bool:
    """Whether an address has one spelling in a header: not “jörg@x.example” or `"a b"@x.example`.

    Servers search octets, and what is canonical here may be written otherwise there.
    """
    return canonical.isascii() and '"' not in canonical and "xn--" not in canonical


def batches(addresses: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many addresses as one line holds."""
    batch: list[str] = []
    octets = 0
    for address in addresses:
        needed = KEYS * (len(address) + len(LONGEST_KEY))
        if batch and octets + needed > LINE_OCTETS:
            yield batch
            batch, octets = [], 0
        batch.append(address)
        octets += needed
    if batch:
        yield batch


def unknown_uids(folder: Folder) -> UidSet:
    """UIDs that were left out as older, or of which nothing was kept; not what is set aside."""
    here = ServerCopy.objects.filter(
        folder=folder, uidvalidity=folder.uidvalidity, gone_at__isnull=True
    )
    known = here.filter(email__isnull=False).values_list("uid", flat=True)
    unkept = here.filter(email__isnull=True).values_list("uid", flat=True)
    unknown = (known_older(folder) - UidSet(known)) | UidSet(unkept)
    return unknown - UidSet(quarantined_uids(folder)) if unknown else unknown


@transaction.atomic
def record_matched(folder: Folder, read: Sequence[Read], *, prove_next: bool) -> int:
    """Record those on which somebody known is; returns how many. The rest stays unknown."""
    arrivals = arrivals_of(read)
    known = known_among({c for a in arrivals for c in a.entry.canonicals})
    matched = [a for a in arrivals if not known.isdisjoint(a.entry.canonicals)]
    if not matched:
        return 0
    places = ServerCopy.objects.filter(folder=folder, uidvalidity=folder.uidvalidity)
    places.filter(uid__in=[a.uid for a in matched], email__isnull=True).delete()
    record_each(folder, as_kept(folder.account, matched)[0], None)
    if prove_next:
        look_again(folder)
    return len(matched)
