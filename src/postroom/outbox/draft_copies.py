"""A draft that its author left off lies in the mailbox's Drafts too, for every mail program.

Nothing is removed on a server: a version that is superseded, because a newer one is there or the
email was sent or discarded, is thrown away as people do it, by a move to Trash, and only when it is
still the very message that was put there. ADR 0023.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from postroom.accounts import models
from postroom.accounts.models import Activation, Direction, EmailAccount, Membership, Protocol
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.archive.models import Folder, FolderRole
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Credential
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.oauth.credentials import get_credential
from postroom.oauth.errors import IssuerFailure
from postroom.outbox.draft_message import MARK, compose_draft
from postroom.outbox.models import ComposeSettings, DraftCopy, OutgoingEmail, OutgoingState

LEFT_FOR = timedelta(minutes=5)
AGAIN_AFTER = timedelta(minutes=15)
AT_ONCE = 20
SECONDS = 120.0

Clock = Callable[[], datetime]
FAILURES = (
    NetError,
    SecretDoesNotOpen,
    IssuerFailure,
    models.Credential.DoesNotExist,
    TimeoutError,
)


def accounts_with_drafts(now: datetime) -> list[int]:
    """The mailboxes in whose Drafts there is something to do."""
    left, superseded = left_drafts(now), superseded_copies(now)
    found = {*left.values_list("account", flat=True), *superseded.values_list("account", flat=True)}
    return sorted(pk for pk in found if pk)


def left_drafts(now: datetime) -> QuerySet[OutgoingEmail]:
    """Drafts that nobody writes on at the moment, whose last version is not in the mailbox.

    Of one's own mailbox alone: a team would read what is not said yet.
    """
    known = DraftCopy.objects.filter(outgoing=OuterRef("pk"), version=OuterRef("changed_at"))
    settled = known.filter(Q(kept_at__isnull=False) | Q(tried_at__gt=now - AGAIN_AFTER))
    unwanted = ComposeSettings.objects.filter(user=OuterRef("author"), keeps_drafts=False)
    return OutgoingEmail.objects.filter(
        ~Exists(settled),
        ~Exists(unwanted),
        ~Exists(Membership.objects.filter(account=OuterRef("account"))),
        state=OutgoingState.DRAFT,
        changed_at__lte=now - LEFT_FOR,
        account__owner=F("author"),
        account__activation=Activation.ACTIVE,
        account__protocol=Protocol.IMAP,
    ).exclude(account__trouble__in=NEEDS_A_PERSON)


def superseded_copies(now: datetime) -> QuerySet[DraftCopy]:
    """Versions that are no draft's last word any more."""
    newer = DraftCopy.objects.filter(
        outgoing=OuterRef("outgoing"), version__gt=OuterRef("version"), kept_at__isnull=False
    )
    is_over = Q(outgoing=None) | ~Q(outgoing__state=OutgoingState.DRAFT) | Q(Exists(newer))
    usable = DraftCopy.objects.filter(account__activation=Activation.ACTIVE)
    due = usable.filter(Q(kept_at=F("tried_at")) | Q(tried_at__lte=now - AGAIN_AFTER))
    return due.filter(is_over).exclude(account__trouble__in=NEEDS_A_PERSON)


def see_to_drafts_of(account_id: int, clock: Clock) -> None:
    """Put left drafts into the mailbox, then superseded versions away.

    In this order there is always one in Drafts. What fails is tried later, and sync tells of what
    is wrong with the mailbox.
    """
    account = EmailAccount.objects.get(pk=account_id)
    left = [begin_copy(one, clock()) for one in left_drafts(clock()).filter(account=account)]
    drafts, trash = place_of(account, FolderRole.DRAFTS), place_of(account, FolderRole.TRASH)
    if drafts is None or trash is None or shows_drafts(account):
        return
    try:
        credential = get_credential(account, Direction.INCOMING, clock())
        put_in(account, credential, drafts, left, clock)
        put_away(account, credential, (drafts, trash), clock)
    except FAILURES:
        return


def put_in(
    account: EmailAccount,
    credential: Credential,
    drafts: Folder,
    left: list[DraftCopy],
    clock: Clock,
) -> None:
    """Add what was left to Drafts; what is there already, since a crash came between, is not."""
    composed = [(copy, raw) for copy in left if (raw := compose_draft(copy))]
    if not composed:
        return

    async def add(client: ImapClient) -> bool:
        await client.select(drafts.name)
        for copy, raw in composed:
            if not await client.uid_search_message_id(copy.message_id):
                await client.append(drafts.name, raw, {"\\Draft", "\\Seen"}, clock())
        return True

    if asyncio.run(visit(account, credential, add)):
        kept, now = [copy.pk for copy, _ in composed], clock()
        DraftCopy.objects.filter(pk__in=kept).update(kept_at=now, tried_at=now)


def put_away(
    account: EmailAccount, credential: Credential, places: tuple[Folder, Folder], clock: Clock
) -> None:
    """Move superseded versions from Drafts to Trash."""
    over = list(superseded_copies(clock()).filter(account=account)[:AT_ONCE])
    if not over:
        return
    drafts, trash = places
    DraftCopy.objects.filter(pk__in=[copy.pk for copy in over]).update(tried_at=clock())

    async def move(client: ImapClient) -> bool:
        await client.select(drafts.name)
        for copy in over:
            if uids := await ours(client, copy):
                await client.uid_move(uids, trash.name)
        return True

    if asyncio.run(visit(account, credential, move)):
        DraftCopy.objects.filter(pk__in=[copy.pk for copy in over]).delete()


def place_of(account: EmailAccount, role: FolderRole) -> Folder | None:
    """The folder for it; without both of them no draft is put there, since it could not leave."""
    return account.folders.filter(role=role, gone_at__isnull=True).first()


def shows_drafts(account: EmailAccount) -> bool:
    """Whether what lies in Drafts is synced, and so would stand here twice.

    Gmail's All Mail shows drafts as well.
    """
    showing = (FolderRole.DRAFTS, FolderRole.ALL)
    return account.folders.filter(role__in=showing, is_synced=True, gone_at__isnull=True).exists()


def begin_copy(outgoing: OutgoingEmail, now: datetime) -> DraftCopy:
    """The row of a draft's last version: under its Message-ID it is put there once."""
    domain = outgoing.account.address.rpartition("@")[2] if outgoing.account else "postroom"
    copy, _ = DraftCopy.objects.get_or_create(
        outgoing=outgoing,
        version=outgoing.changed_at,
        account=outgoing.account,
        defaults={"message_id": f"draft.{uuid4().hex}@{domain}", "tried_at": now},
    )
    DraftCopy.objects.filter(pk=copy.pk).update(tried_at=now)
    return copy


async def visit(
    account: EmailAccount, credential: Credential, work: Callable[[ImapClient], Awaitable[bool]]
) -> bool:
    """Sign in and do it; False where the server cannot move, so that drafts would pile up."""
    host, port, security = account.incoming
    server = Server(host, port, Security(security))
    async with asyncio.timeout(SECONDS):
        client = await ImapClient.connect(server, settings.MAIL_NETWORKS)
        try:
            await client.sign_in(credential)
            return client.can_move and await work(client)
        finally:
            await client.close()


async def ours(client: ImapClient, copy: DraftCopy) -> UidSet:
    """Where the copy lies, if it is still what was put there.

    Who goes on writing in another program puts a message of theirs in its place, perhaps under the
    same Message-ID: that one is not ours.
    """
    found = await client.uid_search_message_id(copy.message_id)
    if not found:
        return found
    answers = client.uid_fetch(found, header_fields=("Message-ID", MARK))
    mark = f"{MARK}: {copy.message_id}".lower().encode()
    return UidSet([m.uid async for m in answers if m.uid and mark in (m.header or b"").lower()])
