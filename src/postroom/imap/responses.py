"""What a server says, as values: one type for each response of RFC 3501 §7 and its extensions."""

from dataclasses import dataclass, field
from datetime import datetime

from postroom.imap.framing import LiteralSink
from postroom.imap.uid_set import UidSet


@dataclass(frozen=True, slots=True)
class Code:
    """A response code, `[UIDVALIDITY 38]`: its name in capitals and the rest as sent."""

    name: str
    argument: bytes = b""

    @property
    def number(self) -> int | None:
        """The argument as a number, if it is one."""
        return int(self.argument) if self.argument.isdigit() and len(self.argument) < 21 else None


@dataclass(frozen=True, slots=True)
class Condition:
    """OK, NO, BAD, BYE or PREAUTH, tagged or not. `text` is the server's own words."""

    kind: str
    code: Code | None
    text: str
    tag: bytes | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """`+`: go on. `text` is a SASL challenge, or nothing of interest."""

    text: bytes


@dataclass(frozen=True, slots=True)
class CapabilityList:
    """CAPABILITY, in capitals (RFC 3501 §7.2.1)."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Enabled:
    """ENABLED (RFC 5161 §3.2)."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Status:
    """The counts of a mailbox (RFC 3501 §7.2.4); None where the server named none."""

    messages: int | None = None
    uidnext: int | None = None
    uidvalidity: int | None = None
    unseen: int | None = None
    highestmodseq: int | None = None
    size: int | None = None
    append_limit: int | None = None


@dataclass(frozen=True, slots=True)
class StatusOf:
    """STATUS of one mailbox, its name as on the wire."""

    wire_name: bytes
    status: Status


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of LIST, its name as on the wire (RFC 3501 §7.2.2)."""

    wire_name: bytes
    delimiter: str | None
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace: what its names begin with, and what parts their levels (RFC 2342)."""

    prefix: bytes
    delimiter: str | None


@dataclass(frozen=True, slots=True)
class Namespaces:
    """NAMESPACE: the person's own, other people's, shared."""

    personal: tuple[Namespace, ...]
    others: tuple[Namespace, ...]
    shared: tuple[Namespace, ...]


@dataclass(frozen=True, slots=True)
class FlagsDefined:
    """FLAGS: what may be set in the open mailbox."""

    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exists:
    """The open mailbox now holds this many messages."""

    count: int


@dataclass(frozen=True, slots=True)
class Expunged:
    """The message with this sequence number is gone, and all after it moved up by one."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Vanished:
    """These UIDs are gone; `earlier` before we looked (RFC 7162 §3.2.10)."""

    uids: UidSet
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """SEARCH or ESEARCH; `tag` is ESEARCH's own (RFC 4731)."""

    uids: UidSet
    tag: bytes | None = None


@dataclass(frozen=True, slots=True)
class ServerId:
    """ID: what the server says it is (RFC 2971)."""

    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class FetchedMessage:
    """What one FETCH response told of a message; None for what it did not.

    `header` and `body` are the octets as sent. One larger than `Limits.message` is skipped, and
    `too_large` says so. With a sink of your own, `sink` holds it and `body` stays None. `weight` is
    nearly what all this takes in memory.
    """

    sequence: int
    uid: int = 0
    flags: frozenset[str] | None = None
    internal_date: datetime | None = None
    size: int | None = None
    modseq: int | None = None
    header: bytes | None = None
    body: bytes | None = None
    too_large: bool = False
    sink: LiteralSink | None = None
    email_id: str | None = None
    thread_id: str | None = None
    preview: str | None = None
    gm_message_id: int | None = None
    gm_thread_id: int | None = None
    gm_labels: frozenset[str] | None = None
    weight: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A response we did not ask for and need not understand."""

    word: bytes


Response = (
    Condition
    | Continuation
    | CapabilityList
    | Enabled
    | StatusOf
    | Listed
    | Namespaces
    | FlagsDefined
    | Exists
    | Expunged
    | Vanished
    | Found
    | ServerId
    | FetchedMessage
    | Unknown
)
