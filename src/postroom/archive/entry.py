"""An envelope as the archive writes it down. No Django here: the parser's process makes these.

Its columns are already in the form of a binary COPY, so that whoever records joins bytes and knows
nothing of what is in them.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from postroom.archive.binary_copy import text
from postroom.mime import Address, Defect, Envelope

LONGEST_KEY = 500  # Characters of a thread's Message-ID kept; a B-tree row holds 2,704 bytes.
LONGEST_ADDRESS = 320  # RFC 5321 §4.5.3.1: 64 + 1 + 255.
LAST_PLACE = 32_767
UNREAD = frozenset((Defect.HEADER_TOO_LARGE, Defect.FIELD_TOO_LARGE, Defect.TOO_MANY_ADDRESSES))
AWAY = (
    "automatic reply:",
    "autoreply:",
    "auto-reply:",
    "out of office:",
    "automatische antwort:",
    "abwesenheitsnotiz:",
    "réponse automatique",
    "respuesta automática:",
    "risposta automatica:",
)
POSTMASTERS = ("mailer-daemon@", "postmaster@")
UNREADABLE_ONE = "(an address that cannot be read)"
FURTHER_ONES = Address("(and more than can be read)", "", "")

ROLES = ((1, "from_"), (2, "reply_to"), (3, "to"), (4, "cc"), (5, "bcc"))  # ParticipantRole.
CC = 4

EMAIL_ENTRY = ("message_id", "thread_root", "subject")
PARTICIPANT_ENTRY = ("role", "position", "name", "address", "canonical")

_PLACE = Struct("!ihih")

Participation = tuple[int, int, Address]


class Entry(NamedTuple):
    """What the header of a message puts into its rows.

    `senders` and `canonicals` are canonical addresses: of who wrote it, and of all on it.
    `columns` are EMAIL_ENTRY, `people` PARTICIPANT_ENTRY for each place on it.
    """

    sent_at: datetime | None
    senders: tuple[str, ...]
    canonicals: tuple[str, ...]
    columns: bytes
    people: tuple[bytes, ...]
    is_automatic: bool = False


def entry_of(envelope: Envelope) -> Entry:
    """Write an envelope down."""
    return Entry(
        sent_at=envelope.sent_at,
        senders=tuple([address.canonical for address in envelope.from_]),
        canonicals=canonicals_in(envelope),
        columns=b"".join(map(text, email_values(envelope))),
        people=tuple([_person(*participation) for participation in participations_in(envelope)]),
        is_automatic=is_automatic(envelope),
    )


def is_automatic(envelope: Envelope) -> bool:
    """Whether no person wrote it: an answer in somebody's absence, a report, a robot's mail.

    RFC 3834 §5; what says so in its subject alone is seen from Exchange and older programs.
    """
    if envelope.auto_submitted not in ("", "no") or envelope.content_type == "multipart/report":
        return True
    if envelope.subject.lower().startswith(AWAY):
        return True
    return any(address.canonical.startswith(POSTMASTERS) for address in envelope.from_)


def canonicals_in(envelope: Envelope) -> tuple[str, ...]:
    """The canonical addresses of everybody on it, each once."""
    found = dict.fromkeys(a.canonical for _, header in ROLES for a in getattr(envelope, header))
    found.pop("", None)
    return tuple(found)


def email_values(envelope: Envelope) -> tuple[str, str, str]:
    """The values of EMAIL_ENTRY."""
    return envelope.message_id, envelope.thread_root[:LONGEST_KEY], envelope.subject


def participations_in(envelope: Envelope) -> Iterator[Participation]:
    """Role, place and address of everybody in every header that names people.

    Who cannot be told is a participant too, without an address: the email may be with anybody.
    """
    for role, header in ROLES:
        for position, address in enumerate(getattr(envelope, header)):
            yield role, position, address
    if not UNREAD.isdisjoint(envelope.defects):
        yield CC, LAST_PLACE, FURTHER_ONES


def naming(address: Address) -> tuple[str, str, str]:
    """Name, address and canonical form; the last two are empty when nobody can be told by them."""
    if address.canonical and len(address.canonical) <= LONGEST_ADDRESS:
        return address.name, address.address, address.canonical
    return address.name or UNREADABLE_ONE, "", ""


def _person(role: int, position: int, address: Address) -> bytes:
    return _PLACE.pack(2, role, 2, position) + _named(address)


@lru_cache(maxsize=4_096)
def _named(address: Address) -> bytes:
    """The same people write again and again."""
    return b"".join(map(text, naming(address)))
