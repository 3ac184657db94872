"""Keep a copy of a sent email in the mailbox's Sent folder, unless the server did so itself.

Reference: Store sent messages on the server. Looked for by its Message-ID first and added only
where it is absent, so asking twice, or a crash in between, leaves one copy. Some servers store it a
moment after they took it: where nothing is known of a server, it is looked for more than once.
"""

import asyncio
from datetime import datetime
from enum import Enum

from django.conf import settings

from postroom.accounts.models import Direction, EmailAccount, KeepSent, Protocol
from postroom.accounts.traffic import provider_of
from postroom.archive.models import FolderRole
from postroom.imap.uid_set import UidSet
from postroom.mime import parse_headers
from postroom.net.credentials import Credential
from postroom.net.errors import CommandRefused, ConnectTimedOut, FolderVanished
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.oauth.credentials import get_credential

SECONDS = 30.0
PAUSE = 1.0
LOOKS_WHERE_UNKNOWN = 3
NEWEST = 50


class Kept(Enum):
    """What became of the copy, in words."""

    ADDED = "A copy was added to the Sent folder."
    FOUND = "A copy is in the Sent folder: the mail server keeps one itself."
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
    looks = LOOKS_WHERE_UNKNOWN if is_unknown else 1
    return asyncio.run(store(account, credential, folder.name, raw, looks, now))


async def store(
    account: EmailAccount,
    credential: Credential,
    folder: str,
    raw: bytes,
    looks: int,
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
                return await add_if_absent(client, folder, raw, looks, now)
            finally:
                await client.close()
    except TimeoutError:
        raise ConnectTimedOut(server) from None


async def add_if_absent(
    client: ImapClient, folder: str, raw: bytes, looks: int, now: datetime
) -> Kept:
    """One copy in the folder, whoever put it there."""
    message_id = parse_headers(raw).message_id
    try:
        for look in range(looks):
            if look:
                await asyncio.sleep(PAUSE)
            await client.examine(folder)
            if await is_there(client, message_id):
                return Kept.FOUND
        await client.append(folder, raw, {"\\Seen"}, now)
    except FolderVanished:
        return Kept.NO_FOLDER
    return Kept.ADDED


async def is_there(client: ImapClient, message_id: str) -> bool:
    """Whether the open folder has a message with this id; some servers refuse to search for one."""
    try:
        return bool(await client.uid_search_message_id(message_id))
    except CommandRefused:
        newest = list(await client.uid_search_all())[-NEWEST:]
    answers = client.uid_fetch(UidSet(newest), header_fields=("Message-ID",))
    ids = [parse_headers(m.header).message_id async for m in answers if m.header]
    return message_id in ids
