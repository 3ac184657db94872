"""Keep a copy of a sent email in the mailbox's Sent folder, unless the server did so itself.

Reference: Store sent messages on the server. Looked for by its Message-ID first and added only
where it is absent, so asking twice, or a crash in between, leaves one copy. Some servers store it a
moment after they took it: where nothing is known of a server it is looked for more than once, and
where the mailbox's last copy had to be added, the next is added at once and looked after.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from django.conf import settings

from postroom.accounts.models import Direction, EmailAccount, KeepSent, Protocol
from postroom.accounts.traffic import provider_of
from postroom.archive.models import FolderRole
from postroom.imap.uid_set import UidSet
from postroom.mime import parse_headers
from postroom.net.credentials import Credential
from postroom.net.errors import CommandRefused, ConnectTimedOut, FolderVanished, NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.oauth.credentials import get_credential
from postroom.outbox.models import OutgoingEmail

SECONDS = 30.0
NEWEST = 50


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a server's own copy is waited for: before each look, and after ours.

    Whoever waits for it in another program waits as long.
    """

    looks: tuple[float, ...] = (0.0,)
    afterwards: float | None = None


KNOWN: Final = Patience()
UNKNOWN: Final = Patience((0.0, 0.5, 1.0))
ADDED_BEFORE: Final = Patience(afterwards=1.5)


class Kept(Enum):
    """What became of the copy, in words."""

    ADDED = "A copy was added to the Sent folder."
    FOUND = "A copy is in the Sent folder: the mail server keeps one itself."
    TWICE = (
        "A copy was added to the Sent folder, and then the mail server put its own beside it. The"
        " next time its own is waited for."
    )
    BY_THE_SERVICE = "The mail service keeps a copy itself, so none was added."
    NOT_WANTED = "No copy was stored on the server, as you chose."
    NO_FOLDER = (
        "No copy was stored: the mailbox has no Sent folder. Make one in your mail program, and"
        " look again when the mailbox was synced."
    )
    POP = "No copy was stored: over POP3 there are no folders to store it in."


def keeps_copy_itself(account: EmailAccount) -> bool | None:
    """Whether the account's mail service keeps a copy of what it sends; None if not known."""
    provider = provider_of(account)
    return provider.smtp_keeps_sent_copy if provider else None


def keep_copy(account: EmailAccount, raw: bytes, now: datetime) -> Kept:
    """Store a sent message as the account's owner chose. Raises the failures of `net.errors`."""
    keeps_itself = keeps_copy_itself(account)
    if account.keep_sent == KeepSent.NEVER:
        return Kept.NOT_WANTED
    if account.protocol == Protocol.POP:
        return Kept.POP
    if account.keep_sent == KeepSent.AUTO and keeps_itself:
        return Kept.BY_THE_SERVICE
    folder = account.folders.filter(role=FolderRole.SENT, gone_at__isnull=True).first()
    if folder is None:
        return Kept.NO_FOLDER
    credential = get_credential(account, Direction.INCOMING, now)
    is_unknown = account.keep_sent == KeepSent.AUTO and keeps_itself is None
    patience = patience_with(account) if is_unknown else KNOWN
    return asyncio.run(store(account, credential, folder.name, raw, patience, now))


def patience_with(account: EmailAccount) -> Patience:
    """By what became of the last copy of which the mailbox's server could tell."""
    told = (Kept.ADDED.value, Kept.FOUND.value, Kept.TWICE.value)
    sent = OutgoingEmail.objects.filter(account=account, copy_note__in=told).order_by("-pk")
    last = sent.values_list("copy_note", flat=True).first()
    return ADDED_BEFORE if last == Kept.ADDED.value else UNKNOWN


async def store(
    account: EmailAccount,
    credential: Credential,
    folder: str,
    raw: bytes,
    patience: Patience,
    now: datetime,
) -> Kept:
    """Sign in, look, and add what is absent."""
    host, port, security = account.incoming
    server = Server(host, port, Security(security))
    try:
        async with asyncio.timeout(SECONDS):
            client = await ImapClient.connect(server, settings.MAIL_NETWORKS)
            try:
                await client.sign_in(credential)
                return await add_if_absent(client, folder, raw, patience, now)
            finally:
                await client.close()
    except TimeoutError:
        raise ConnectTimedOut(server) from None


async def add_if_absent(
    client: ImapClient, folder: str, raw: bytes, patience: Patience, now: datetime
) -> Kept:
    """One copy in the folder, whoever put it there."""
    message_id = parse_headers(raw).message_id
    try:
        for seconds in patience.looks:
            await asyncio.sleep(seconds)
            if await copies_in(client, folder, message_id):
                return Kept.FOUND
        await client.append(folder, raw, {"\\Seen"}, now)
    except FolderVanished:
        return Kept.NO_FOLDER
    if patience.afterwards is not None:
        with suppress(NetError):  # Whatever becomes of the connection now, ours is there.
            await asyncio.sleep(patience.afterwards)
            if await copies_in(client, folder, message_id) > 1:
                return Kept.TWICE
    return Kept.ADDED


async def copies_in(client: ImapClient, folder: str, message_id: str) -> int:
    """How many messages of a folder have this id; some servers refuse to search for one."""
    await client.examine(folder)
    try:
        return len(await client.uid_search_message_id(message_id))
    except CommandRefused:
        newest = list(await client.uid_search_all())[-NEWEST:]
    answers = client.uid_fetch(UidSet(newest), header_fields=("Message-ID",))
    ids = [parse_headers(m.header).message_id async for m in answers if m.header]
    return ids.count(message_id)
