"""The first sync's plan: what there is, how much of it, and how long it will take.

A folder is planned when it is first met under a numbering: how many messages lie in it, how many
octets where the server tells (STATUS=SIZE, RFC 8438), and its UIDNEXT. Mail below that is existing
mail; mail from there on is new, and no budget holds it back.

Without a measured rate of the account's own the plan reckons with what a provider across the
internet gives: 300 envelopes a second, 60 whole messages a second.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Sum

from postroom.accounts.models import EmailAccount, Protocol
from postroom.accounts.window import first_day_of
from postroom.archive.announce import announce_account
from postroom.archive.folders import folders_to_sync
from postroom.archive.models import Folder, ServerCopy, SyncRun
from postroom.association import known_addresses
from postroom.imap.uid_set import UID_MAX
from postroom.sync.storage import storage_mode
from postroom.team.models import StorageMode

ENVELOPES_A_SECOND = 300.0
WHOLE_A_SECOND = 60.0
ENOUGH_TO_MEASURE = 200

PLANNED = (
    "planned_uidvalidity",
    "planned_uidnext",
    "planned_messages",
    "planned_octets",
    "planned_older",
)


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What lay in a folder when it was first met; `octets` None where the server does not tell.

    Besides `messages`, so many `older` ones that are not to be brought.
    """

    name: str
    uidvalidity: int
    uidnext: int
    messages: int
    octets: int | None
    older: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a first sync has before it."""

    folders: tuple[FolderPlan, ...]
    storage: StorageMode
    people: int
    recorded: int
    rate: float
    is_measured: bool
    first_day: date | None

    @property
    def messages(self) -> int:
        """All existing mail that is to be brought."""
        return sum(folder.messages for folder in self.folders)

    @property
    def older(self) -> int:
        """What lies there besides and stays there."""
        return sum(folder.older for folder in self.folders)

    @property
    def octets(self) -> int | None:
        """Its size, if the server tells that of every folder."""
        known = [folder.octets for folder in self.folders if folder.octets is not None]
        return sum(known) if len(known) == len(self.folders) else None

    @property
    def seconds(self) -> float:
        """How long what is not here yet will take."""
        return max(0, self.messages - self.recorded) / self.rate


def plan_for(account: EmailAccount, folders: Iterable[FolderPlan]) -> Plan:
    """The plan of an account whose folders were counted."""
    storage = storage_mode(account)
    measured = measured_rate(account)
    usual = WHOLE_A_SECOND if storage == StorageMode.EVERYTHING else ENVELOPES_A_SECOND
    return Plan(
        folders=tuple(folders),
        storage=storage,
        people=known_addresses().values("person").distinct().count(),
        recorded=recorded_in(account),
        rate=measured or usual,
        is_measured=measured is not None,
        first_day=first_day_of(account) if account.protocol == Protocol.IMAP else None,
    )


def find_plan(account: EmailAccount) -> Plan | None:
    """The plan as the first sync made it; None before it looked into the mailbox."""
    planned = [folder_plan(f) for f in folders_to_sync(account) if f.planned_uidvalidity]
    return plan_for(account, planned) if planned else None


def folder_plan(folder: Folder) -> FolderPlan:
    """What was written down of a folder."""
    return FolderPlan(
        folder.name,
        folder.planned_uidvalidity,
        folder.planned_uidnext,
        folder.planned_messages,
        folder.planned_octets,
        folder.planned_older,
    )


def newly_planned(
    folders: Iterable[Folder], plans: Mapping[str, FolderPlan]
) -> list[tuple[Folder, FolderPlan]]:
    """The folders met for the first time under their numbering, each with what lies in it."""
    pairs = [(folder, plans[folder.name]) for folder in folders if folder.name in plans]
    return [(f, plan) for f, plan in pairs if plan.uidvalidity != f.planned_uidvalidity]


def keep_plans(account: EmailAccount, planned: Iterable[tuple[Folder, FolderPlan]]) -> None:
    """Write down what lies in these folders, and tell the account's open page."""
    for folder, plan in planned:
        folder.planned_uidvalidity, folder.planned_uidnext = plan.uidvalidity, plan.uidnext
        folder.planned_messages, folder.planned_octets = plan.messages, plan.octets
        folder.planned_older = plan.older
        folder.save(update_fields=PLANNED)
    announce_account(account.pk)


def measured_rate(account: EmailAccount) -> float | None:
    """Messages a second of the account's latest run that was long enough to tell."""
    runs = SyncRun.objects.filter(
        account=account, messages_done__gte=ENOUGH_TO_MEASURE, messages_rate__gt=0
    )
    return runs.order_by("-started_at").values_list("messages_rate", flat=True).first()


def existing_mail_of(account: EmailAccount) -> int:
    """How many messages the plan names."""
    counted = synced(account).aggregate(messages=Sum("planned_messages"))
    return int(counted["messages"] or 0)


def recorded_in(account: EmailAccount) -> int:
    """How many of the account's messages are recorded where they lie."""
    copies = ServerCopy.objects.filter(folder__in=synced(account), gone_at__isnull=True)
    return copies.filter(uidvalidity=F("folder__uidvalidity")).count()


def synced(account: EmailAccount) -> QuerySet[Folder]:
    """The folders that are to be synced and are there."""
    return account.folders.filter(is_synced=True, gone_at__isnull=True)


def new_mail_from(folder: Folder, recorded: Collection[int]) -> int:
    """The UID from which on mail is new.

    Of a folder without a plan, whatever came after the newest message recorded: sync begins there.
    """
    if folder.planned_uidvalidity == folder.uidvalidity and folder.planned_uidnext:
        return folder.planned_uidnext
    return max(recorded, default=UID_MAX) + 1
