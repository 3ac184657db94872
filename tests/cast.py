"""The cast and their mail: Alice owns the account, Bob is shared with, Charlie must see nothing.

Mail is written as bytes and recorded through the same door as a sync's.
"""

from datetime import UTC, datetime, timedelta
from itertools import count

from postroom.accounts.models import EmailAccount, Share, Sharing
from postroom.accounts.shares import share_person
from postroom.archive.arrivals import Arrival, Body, Flags
from postroom.archive.bodies import store_bodies
from postroom.archive.entry import entry_of
from postroom.archive.models import Email, Folder, FolderRole
from postroom.archive.record import record
from postroom.crm.models import Person, Stage
from postroom.crm.people import set_addresses
from postroom.mime import parse_headers, parse_message, stable_identity
from postroom.team.models import User

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_UIDS = count(1)


def user(name: str) -> User:
    """A colleague at example.com who can sign in with the password "correct horse"."""
    return User.objects.create_user(f"{name.lower()}@example.com", "correct horse", name=name)


def account_of(owner: User, sharing: Sharing = Sharing.PRIVATE, address: str = "") -> EmailAccount:
    """A connected mailbox of the owner."""
    return EmailAccount.objects.create(
        owner=owner, address=address or owner.email, imap_host="127.0.0.1", sharing=sharing
    )


def person(name: str, *addresses: str, stage: Stage = Stage.LEAD) -> Person:
    """A lead with these addresses, the first one primary."""
    first, _, last = name.rpartition(" ")
    made = Person.objects.create(first_name=first, last_name=last, stage=stage)
    set_addresses(made, addresses)
    return made


def folder_of(account: EmailAccount, name: str = "INBOX") -> Folder:
    """A folder of the account, under numbering 1."""
    roles = {"INBOX": FolderRole.INBOX, "Sent": FolderRole.SENT}
    found, _ = Folder.objects.get_or_create(
        account=account,
        name=name,
        defaults={"role": roles.get(name, FolderRole.OTHER), "uidvalidity": 1},
    )
    return found


def message(
    subject: str = "Hello", sent_at: datetime = NOON, body: str = "Hi.", **headers: str
) -> bytes:
    """RFC 5322 bytes. Header names as keywords: from_, to, cc, reply_to, message_id …"""
    lines = {
        "Subject": subject,
        "Date": sent_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Message-ID": f"<{next(_UIDS)}.{subject.replace(' ', '-')}@mail.example>",
    }
    for name, value in headers.items():
        lines[name.strip("_").replace("_", "-").title().replace("-Id", "-ID")] = value
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return (head + "\r\n" + body).encode()


def arrival(raw: bytes, *, uid: int = 0, flags: Flags | None = None) -> Arrival:
    """The message as sync hands it over."""
    return Arrival(
        uid=uid or next(_UIDS),
        identity=stable_identity(raw),
        entry=entry_of(parse_headers(raw)),
        received_at=NOON + timedelta(minutes=1),
        size=len(raw),
        flags=flags or Flags(),
    )


def received(account: EmailAccount, raw: bytes, folder: str = "INBOX") -> Email:
    """Record a whole message in a folder of the account."""
    place = folder_of(account, folder)
    coming = arrival(raw)
    record(place, place.uidvalidity, [coming])
    email = Email.objects.get(account=account, identity=coming.identity)
    parsed = parse_message(raw)
    attached = any(not a.inline for a in parsed.attachments)
    store_bodies(account.pk, [Body(email.pk, raw, parsed.snippet, attached)])
    email.refresh_from_db()
    return email


def shared(account: EmailAccount, person: Person) -> Share:
    """Have the owner share the account's mail with the person, by all their addresses."""
    addresses = person.addresses.values_list("canonical", flat=True)
    return share_person(account, person, addresses, NOON)
