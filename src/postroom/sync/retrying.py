"""Try a message again that was set aside: from its bytes at once, else from the server."""

from datetime import datetime

from django.db import transaction

from postroom.accounts.models import EmailAccount
from postroom.archive.bodies import store_bodies
from postroom.archive.models import Quarantine, ServerCopy
from postroom.archive.quarantine import asked_retries, find_raw_of, keep_aside, release
from postroom.imap.responses import FetchedMessage
from postroom.sync.bodies import body_of, homes_of
from postroom.sync.outcomes import BrokenMessage, ReadMessage
from postroom.sync.parsing import LimitedParser
from postroom.sync.reading import arrival_of
from postroom.sync.recording import record_each
from postroom.sync.storage import as_kept
from postroom.sync.visit import Clock

REFUSED_AGAIN = "It can be read now, but the database refuses it."
OF_ANOTHER = (
    "It can be read, but the server says that another email lies in its place."
    " Look at it here, or leave it."
)
OF_NO_PLACE = (
    "It can be read, but the mail server has not said where it lies. Look at it here, or leave it."
)


def retry_as_asked(account: EmailAccount, clock: Clock) -> None:
    """Try everything again that someone pointed at, also what they point at meanwhile.

    Each is settled before the next begins, so who is killed half-way leaves only the rest.
    """
    parser = LimitedParser()
    try:
        while asked := asked_retries(account):
            for entry in asked:
                retry(entry, parser, clock())
    finally:
        parser.close()


def retry(entry: Quarantine, parser: LimitedParser, now: datetime) -> bool:
    """Try again. Returns whether the message has left the quarantine.

    Without bytes it leaves at once, and the next pass asks the server for it; what fails again
    comes back.
    """
    raw = find_raw_of(entry)
    if raw is None:
        release(entry)
        return True
    [outcome] = parser.parse([raw])
    if isinstance(outcome, BrokenMessage):
        keep_aside(entry, outcome.reason, now)
        return False
    if refused := bring_in(entry, raw, outcome):
        keep_aside(entry, refused, now)
    return not refused


@transaction.atomic
def bring_in(entry: Quarantine, raw: bytes, read: ReadMessage) -> str:
    """Record the message where it lies; its flags come with the next pass.

    Returns why that is not so, or nothing.
    """
    folder = entry.folder
    message = FetchedMessage(
        sequence=0,
        uid=entry.uid,
        internal_date=entry.received_at or entry.met_at,
        size=len(raw),
        body=raw,
    )
    is_here = entry.uidvalidity == folder.uidvalidity
    if is_here:
        record_each(folder, *as_kept(folder.account, [arrival_of(message, read)]))
    place = ServerCopy.objects.filter(
        folder=folder, uidvalidity=entry.uidvalidity, uid=entry.uid
    ).first()
    if is_here and place is None:
        return REFUSED_AGAIN
    if not is_here or (place and place.email_id is not None):
        [home] = homes_of(folder.account_id, [message], [read])
        if home is None:
            return OF_ANOTHER if place else OF_NO_PLACE
        store_bodies(folder.account_id, [body_of(home, message, read)])
    release(entry)
    return ""
