"""What goes in and comes out, as the OpenAPI declares it."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from postroom.archive.models.labels import LONGEST_NAME as LONGEST_LABEL
from postroom.crm.people import LONGEST_ADDRESS

MOST_ADDRESSES = 21
MOST_LABELS_AT_ONCE = 20


def without_controls(text: str) -> str:
    """Refuse what no name or address holds, and PostgreSQL could not store."""
    if any(ord(letter) < 32 for letter in text):
        raise ValueError("must not hold control characters")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=80),
    AfterValidator(without_controls),
]
FullName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(without_controls),
]
CompanyName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=160),
    AfterValidator(without_controls),
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=40),
    AfterValidator(without_controls),
]
LeadSource = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=60),
    AfterValidator(without_controls),
]
Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=LONGEST_ADDRESS),
    AfterValidator(without_controls),
]
Addresses = Annotated[list[Address], Field(min_length=1, max_length=MOST_ADDRESSES)]
LabelName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LABEL),
    AfterValidator(without_controls),
]
LabelNames = Annotated[list[LabelName], Field(max_length=MOST_LABELS_AT_ONCE)]
StageWord = Literal["lead", "contact"]


class Sent(Schema):
    """What comes in: a field that does not exist is told, not passed over."""

    model_config = ConfigDict(extra="forbid")


class KeyOut(Schema):
    """The key of the request."""

    name: str = Field(examples=["CRM bridge"])
    scope: Literal["read", "write"]
    expires_at: datetime | None


class Me(Schema):
    """As whom the key acts."""

    id: int
    email: str = Field(examples=["alice@example.com"])
    name: str = Field(examples=["Alice"])
    is_administrator: bool
    key: KeyOut


class UserOut(Schema):
    """A colleague by name."""

    id: int
    name: str = Field(examples=["Alice"])


class PersonOut(Schema):
    """A lead or a contact; the first address is the primary one."""

    id: int = Field(examples=[12])
    stage: StageWord
    name: str = Field(examples=["Lena Lead"])
    first_name: str = Field(examples=["Lena"])
    last_name: str = Field(examples=["Lead"])
    company: str = Field(examples=["Customer Ltd"])
    phone: str = Field(examples=["+44 20 7946 0018"])
    lead_source: str = Field(examples=["Trade Show"])
    addresses: list[str] = Field(examples=[["lena@customer.example"]])
    created_at: datetime


class NewPerson(Sent):
    """A lead or contact to be added."""

    last_name: FullName = Field(examples=["Lead"])
    first_name: Name = Field(default="", examples=["Lena"])
    company: CompanyName = Field(default="", examples=["Customer Ltd"])
    phone: Phone = ""
    lead_source: LeadSource = ""
    addresses: Addresses = Field(examples=[["lena@customer.example"]])
    stage: StageWord = "lead"


class PersonChange(Sent):
    """What is to change; what is left out stays. `addresses` are all of them, primary first."""

    last_name: FullName | None = None
    first_name: Name | None = None
    company: CompanyName | None = None
    phone: Phone | None = None
    lead_source: LeadSource | None = None
    addresses: Addresses | None = None


class ShareIn(Sent):
    """The addresses of the person whose mail is shared; those that come later are not."""

    addresses: Addresses = Field(examples=[["lena@customer.example"]])
    until: AwareDatetime | None = Field(
        None, description="When it ends by itself; null: never.", examples=["2030-12-03T23:00:00Z"]
    )


class ShareOut(Schema):
    """One person's mail of one account, as colleagues see it."""

    person: int
    account: int
    addresses: list[str]
    until: datetime | None


class Party(Schema):
    """An address on an email."""

    role: Literal["from", "reply_to", "to", "cc", "bcc"]
    name: str
    address: str


class EmailOut(Schema):
    """An email as its viewer sees it; `shared_by` is whose copy it is.

    `sight` says how much: who and when (no subject, no snippet), the subject too, or everything.
    """

    id: int = Field(examples=[345])
    message_id: str
    subject: str | None = Field(examples=["Quarterly order"])
    snippet: str | None
    direction: Literal["sent", "received"]
    date: datetime
    shared_by: str = Field(examples=["alice@example.com"])
    account: int
    read: bool
    flagged: bool
    answered: bool
    labels: list[str] | None = Field(examples=[["Trade fair"]])
    has_attachments: bool | None
    size: int
    body: Literal["envelope", "stored", "unavailable"]
    sight: Literal["when", "subject", "everything"]
    participants: list[Party]


class RelatedEmailOut(EmailOut):
    """A row of a person's list: one email, however many colleagues have a copy of it.

    `emails` and `unread`: of its thread, where threads were asked for; otherwise of itself.
    """

    also_shared_by: list[str] = Field(examples=[["bob@example.com"]])
    emails: int
    unread: int


class EmailChange(Sent):
    """Marks to set or to clear and labels to put on or take off, here at once, there soon.

    A label is meant by its name in the email's mailbox; one that is put on and new is made. Those
    that are not named stay as they are.
    """

    read: bool | None = None
    flagged: bool | None = None
    put_labels: LabelNames = Field(default=[], examples=[["Trade fair"]])
    take_labels: LabelNames = Field(default=[], examples=[["Later"]])


class AttachmentOut(Schema):
    """A part of the email that is a file; `inline` ones stand in its HTML."""

    part: str = Field(examples=["2"])
    name: str = Field(examples=["offer.pdf"])
    media_type: str
    size: int
    inline: bool


class BodyOut(Schema):
    """What is in an email. The HTML is sanitised: it runs nothing and loads nothing.

    Both are null when the email asks for more than may be taken; its source is there nonetheless.
    """

    text: str | None
    html: str | None
    blocked_images: int
    attachments: list[AttachmentOut]


class AccountOut(Schema):
    """A connected mailbox, and how it is doing: never what is in it.

    `sharing` is what holds and `sight` how much it shows; `sharing_because` says who decided it.
    """

    id: int
    address: str
    owner: str
    protocol: Literal["imap", "pop"]
    sharing: Literal["private", "custom", "public"]
    sight: Literal["when", "subject", "everything"]
    sharing_because: str
    activation: Literal["waiting", "active", "paused", "deactivated", "imported"]
    trouble: str
    connected_at: datetime
    first_complete_at: datetime | None
    last_complete_at: datetime | None


class FolderProofOut(Schema):
    """One folder of the proof."""

    folder: str
    server: int
    recorded: int
    quarantined: int
    left_out: int
    missing: int
    refusal: str
    since: datetime | None


class ProofOut(Schema):
    """What the server has and what is here; `folders` are told to the mailbox's owner alone."""

    server: int
    recorded: int
    quarantined: int
    left_out: int
    missing: int
    is_whole: bool
    folders: list[FolderProofOut]
