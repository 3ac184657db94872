"""Which addresses a mail server is still to be asked for, because mail with them may lie there.

It may where existing mail was left out as older than the mailbox's first day, and in storage mode
*strict*, where of mail with nobody known nothing is kept. Known people's mail is brought all the
same, whenever they become known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.announce import announce_account
from postroom.archive.fence import stand_by_account
from postroom.archive.folders import folders_to_sync
from postroom.archive.models import Folder, Inquiry, ServerCopy
from postroom.association import known_addresses
from postroom.association.people import own_domains
from postroom.crm.models import Person, PersonAddress
from postroom.sync.storage import storage_mode
from postroom.team.models import StorageMode, User
from postroom.team.written_once import written_once


@dataclass(frozen=True, slots=True)
class Inquiries:
    """All known addresses, those never asked for, and the folders in which mail may lie unknown."""

    known: frozenset[str]
    due: frozenset[str]
    folders: tuple[Folder, ...]

    def wanted_in(self, folder: Folder) -> frozenset[str]:
        """Whom to ask for in a folder: everybody, where more is unknown than at the last time."""
        return self.due if folder.is_searched else self.known


def find_inquiries(account: EmailAccount) -> Inquiries | None:
    """What is to be asked for now; None if nothing is. An address that left is asked for anew."""
    folders = unknowing_folders(account)
    asked = Inquiry.objects.filter(account=account)
    asked.exclude(canonical__in=known_addresses().values("canonical")).delete()
    if not folders:
        return None
    due = frozenset(due_addresses(account).values_list("canonical", flat=True))
    is_asked_anew = not all(folder.is_searched for folder in folders)
    if not due and not is_asked_anew:
        return None
    known = known_addresses().values_list("canonical", flat=True) if is_asked_anew else ()
    return Inquiries(frozenset(known), due, tuple(folders))


def begin_inquiries(account: EmailAccount, now: datetime) -> None:
    """Before anything is here nothing is unknown: who is known now is matched as mail comes."""
    if account.first_complete_at or storage_mode(account) != StorageMode.STRICT:
        return
    if not ServerCopy.objects.filter(folder__account=account).exists():
        note_answered(account, due_addresses(account).values_list("canonical", flat=True), now)


def unknowing_folders(account: EmailAccount) -> list[Folder]:
    """The folders in which there may be mail of which nothing is known here."""
    is_strict = storage_mode(account) == StorageMode.STRICT
    return [folder for folder in folders_to_sync(account) if is_strict or folder.older]


def due_addresses(account: EmailAccount) -> QuerySet[PersonAddress]:
    """Known addresses for which the account's server was never asked."""
    asked = Inquiry.objects.filter(account=account)
    return known_addresses().exclude(canonical__in=asked.values("canonical"))


@transaction.atomic
def note_answered(account: EmailAccount, canonicals: Iterable[str], now: datetime) -> None:
    """The server was asked for these addresses, in every folder."""
    stand_by_account(account.pk)
    answered = [Inquiry(account=account, canonical=one, answered_at=now) for one in canonicals]
    Inquiry.objects.bulk_create(answered, ignore_conflicts=True, batch_size=1_000)
    announce_account(account.pk)


def asked_for_now(account: EmailAccount) -> int:
    """For how many addresses older mail is being looked for at this moment."""
    if account.activation != Activation.ACTIVE or account.trouble:
        return 0
    return due_addresses(account).count() if unknowing_folders(account) else 0


def is_looked_for(person: Person, viewer: User) -> bool:
    """Whether older mail with the person is being looked for in the viewer's own mailboxes."""
    looked_in = folders_due(viewer.pk, person.pk)
    return any(
        folder.older or storage_mode(folder.account) == StorageMode.STRICT for folder in looked_in
    )


@written_once(own_domains)
def folders_due(viewer: int, person: int) -> QuerySet[Folder]:
    """The folders of a user's mailboxes that were never asked for one of a person's addresses."""
    asked = Inquiry.objects.filter(
        account=OuterRef(OuterRef("pk")), canonical=OuterRef("canonical")
    )
    due = known_addresses().filter(~Exists(asked), person=person)
    own = EmailAccount.objects.filter(owner=viewer, activation=Activation.ACTIVE, trouble="")
    synced = Folder.objects.filter(is_synced=True, gone_at__isnull=True)
    return synced.filter(account__in=own.filter(Exists(due))).select_related("account")
