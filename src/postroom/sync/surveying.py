"""Ask a mail server how much there is: the ground of a plan."""

from collections.abc import Iterable, Mapping

from postroom.accounts.models import EmailAccount, Protocol
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.accounts.window import first_day_of
from postroom.archive.models import Folder
from postroom.imap.responses import Status
from postroom.imap.uid_set import UID_MAX
from postroom.net.errors import NetError
from postroom.net.imap_client import Mailbox
from postroom.net.pop3_client import Pop3Message
from postroom.sync.connecting import signed_in, signed_in_to_pop
from postroom.sync.database import in_database
from postroom.sync.listing import listed_folders
from postroom.sync.planning import FolderPlan, Plan, plan_for
from postroom.sync.troubles import SyncFailed, trouble_of
from postroom.sync.visit import ONLY_NUMBERING, Clock
from postroom.sync.window import plan_within

LARGEST = 2**53  # Servers lie; sums of what they say must still fit into a column.


async def survey(account: EmailAccount, clock: Clock) -> Plan:
    """Count what is on the server now. Raises SyncFailed; writes nothing."""
    count = count_pop if account.protocol == Protocol.POP else count_imap
    try:
        counted = await count(account, clock)
    except (NetError, SecretDoesNotOpen) as error:
        raise SyncFailed(*trouble_of(error)) from error
    return await in_database(plan_for, account, counted)


async def count_pop(account: EmailAccount, clock: Clock) -> list[FolderPlan]:
    """The one folder there is."""
    async with signed_in_to_pop(account, clock) as client:
        return [pop_plan("INBOX", await client.list_messages())]


async def count_imap(account: EmailAccount, clock: Clock) -> list[FolderPlan]:
    """Every folder that a sync would bring, if the server tells enough of it.

    Only a window needs them opened: no count of STATUS knows of dates.
    """
    async with signed_in(account, clock) as client:
        mailboxes = await client.list_mailboxes()
        wanted = await in_database(wanted_folders, account, mailboxes, client.capabilities)
        plans = plans_of(mailboxes)
        day = await in_database(first_day_of, account)
        return [await plan_within(client, plans[name], day) for name in wanted if name in plans]


def wanted_folders(
    account: EmailAccount, mailboxes: Iterable[Mailbox], capabilities: Iterable[str]
) -> list[str]:
    """The names of the folders that a sync would bring: as chosen, else as by default."""
    chosen = dict(Folder.objects.filter(account=account).values_list("name", "is_synced"))
    listed = listed_folders(mailboxes, frozenset(capabilities))
    return [f.name for f in listed if chosen.get(f.name, f.by_default)]


def plans_of(mailboxes: Iterable[Mailbox]) -> Mapping[str, FolderPlan]:
    """What the server says of its mailboxes, where it says enough."""
    told = {m.name: m.status for m in mailboxes if m.status is not None}
    return {name: imap_plan(name, status) for name, status in told.items() if status.uidnext}


def imap_plan(name: str, status: Status) -> FolderPlan:
    """A mailbox by its STATUS."""
    return FolderPlan(
        name,
        min(status.uidvalidity or ONLY_NUMBERING, UID_MAX),
        min(status.uidnext or 0, UID_MAX + 1),
        min(status.messages or 0, UID_MAX),
        None if status.size is None else min(status.size, LARGEST),
    )


def pop_plan(name: str, messages: Iterable[Pop3Message]) -> FolderPlan:
    """The one folder of a POP3 server, by its listing."""
    sizes = [min(message.size, LARGEST) for message in messages]
    return FolderPlan(name, ONLY_NUMBERING, 0, len(sizes), min(sum(sizes), LARGEST))
