"""What somebody writes, kept as they type; only its author ever finds it here."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Activation, FromAddress
from postroom.accounts.senders import own_from_address
from postroom.archive.models import Email
from postroom.mime import parse_addresses, safe_file_name
from postroom.outbox.models import OutgoingEmail, OutgoingFile, OutgoingState
from postroom.outbox.sizes import most_octets, too_much
from postroom.rendering.own_html import Page, Purified
from postroom.rendering.readers import ReadersBusy, find_purified
from postroom.team.models import User
from postroom.team.refusal import Refusal

MOST_FILES = 50
MOST_ADDRESSED = 200
LONGEST_TEXT = 500_000
LONGEST_HTML = 1_000_000
LONGEST_LINE = 20_000


class NotSendable(Refusal):
    """It cannot go out so; the sentence says why, `field` where to mend it."""


class ServerIsBusy(NotSendable):
    """It could go out so in a moment."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the fields of the page."""

    sender: FromAddress | None
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    text: str = ""
    is_rich: bool = False
    html: str = ""
    has_signature: bool = True
    has_quote: bool = True
    wants_notice: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as it was chosen; with a Content-ID, an image inside the text."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What is quoted of an email: as it looks, and in plain words."""

    html: str
    text: str


class Beginning(Protocol):
    """What an answer takes from the email that it answers."""

    @property
    def email(self) -> Email:
        """The email."""

    @property
    def in_reply_to(self) -> str:
        """Its Message-ID."""

    @property
    def references(self) -> list[str]:
        """Its conversation."""

    def files(self, *, is_rich: bool) -> Iterable[Attached]:
        """What of it goes along."""

    def quote(self) -> Quote:
        """Its words."""


def senders_of(user: User) -> list[FromAddress]:
    """The addresses the user may write from, the default one of their own mailbox first."""
    usable = (Activation.ACTIVE, Activation.PAUSED)
    accounts = mailboxes_of(user).filter(activation__in=usable).exclude(smtp_host="")
    for account in accounts:
        own_from_address(account)
    found = FromAddress.objects.filter(account__in=accounts, verified_at__isnull=False)
    return sorted(
        found.select_related("account"),
        key=lambda s: (s.account.owner_id != user.pk, not s.is_default, s.address),
    )


def outgoing_of(author: User) -> QuerySet[OutgoingEmail]:
    """All that a user wrote; nobody else has a way to it."""
    return OutgoingEmail.objects.filter(author=author).defer("raw", "copy_raw")


@transaction.atomic
def begin(
    author: User, key: UUID, beginning: Beginning | None, is_rich: bool, now: datetime
) -> OutgoingEmail:
    """The row of this key, made when it is first asked for. Raises OutgoingEmail.DoesNotExist.

    Locked until the transaction ends: of two who post the same at once, one comes second.
    """
    known: dict[str, object] = {"author": author, "changed_at": now}
    if beginning:
        known |= {
            "answers": beginning.email,
            "in_reply_to": beginning.in_reply_to,
            "references": beginning.references,
        }
    try:
        made, is_new = OutgoingEmail.objects.get_or_create(key=key, defaults=known)
    except IntegrityError:  # Somebody else's has it, which the wall does not show.
        raise OutgoingEmail.DoesNotExist from None
    for file in beginning.files(is_rich=is_rich) if beginning and is_new else ():
        with suppress(NotSendable):  # What does not fit is not in the list of files either.
            attach(made, file)
    return outgoing_of(author).select_for_update(of=("self",)).get(key=key)


@transaction.atomic
def keep(
    author: User,
    key: UUID,
    written: Written,
    files: Iterable[Attached],
    now: datetime,
    beginning: Beginning | None = None,
) -> OutgoingEmail:
    """Keep what is written; what is on its way already stays as it is. Raises NotSendable."""
    outgoing = begin(author, key, beginning, written.is_rich, now)
    if outgoing.state != OutgoingState.DRAFT:
        return outgoing
    outgoing.sender = written.sender
    outgoing.account = written.sender.account if written.sender else None
    for field in ("to", "cc", "bcc", "subject"):
        setattr(outgoing, field, storable(getattr(written, field))[:LONGEST_LINE])
    outgoing.recipients = addressed(written)
    write_words(outgoing, written)
    if written.is_rich and beginning and not outgoing.quote_html:
        keep_quote(outgoing, beginning.quote())
    outgoing.changed_at = now
    outgoing.save()
    for file in files:
        attach(outgoing, file)
    return outgoing


def addressed(written: Written) -> list[str]:
    """To whom a draft is, as far as that is written out: it stands on their pages."""
    typed = (written.to, written.cc, written.bcc)
    found = [one.canonical[:320] for line in typed for one in parse_addresses(line[:LONGEST_LINE])]
    return [*dict.fromkeys(storable(one) for one in found if one)][:MOST_ADDRESSED]


def write_words(outgoing: OutgoingEmail, written: Written) -> None:
    """What was written, formatted or not. Raises NotSendable where nobody could read it."""
    outgoing.is_rich = written.is_rich
    outgoing.has_signature, outgoing.has_quote = written.has_signature, written.has_quote
    outgoing.wants_notice = written.wants_notice and written.is_rich
    outgoing.html = storable(written.html) if written.is_rich else ""
    if len(outgoing.html) > LONGEST_HTML:
        raise NotSendable("The text is too long to be sent. Send a part of it as a file.", "html")
    text = purified(Page(outgoing.html)).text if outgoing.html else ""
    outgoing.text = storable(text if written.is_rich else written.text)[:LONGEST_TEXT]


def keep_quote(outgoing: OutgoingEmail, quote: Quote) -> None:
    """Keep what is quoted, with its images as parts; where they are too much, without."""
    pure = purified(Page(storable(quote.html)))
    outgoing.quote_html, outgoing.quote_text = pure.html, storable(quote.text)
    for image in pure.images:
        with suppress(NotSendable):
            kind = image.media_type.partition("/")[2]
            attach(
                outgoing,
                Attached(f"image.{kind}", image.media_type, image.content, image.content_id),
            )


def purified(page: Page) -> Purified:
    """The page, sanitised. Raises NotSendable when that takes too much."""
    try:
        pure = find_purified(page)
    except ReadersBusy:
        raise ServerIsBusy("The server is busy. Try again in a moment.") from None
    if pure is None:
        raise NotSendable("The formatting is too complicated to be sent. Use plain text.", "html")
    return pure


def attach(outgoing: OutgoingEmail, file: Attached) -> OutgoingFile:
    """Add a file. Raises NotSendable when it is too much."""
    held = outgoing.files.aggregate(octets=Sum("size"))["octets"] or 0
    name, is_heavy = (
        safe_file_name(file.name),
        held + len(file.content) > most_octets(outgoing.account),
    )
    if is_heavy or outgoing.files.count() >= MOST_FILES:
        why = too_much(outgoing.account) if is_heavy else f"{MOST_FILES} files are the most."
        raise NotSendable(f"“{name}” was not attached. {why} Send a link to it instead.", "files")
    return OutgoingFile.objects.create(
        email=outgoing,
        name=(safe_file_name(storable(file.name)) or "file")[:255],
        media_type=storable(file.media_type)[:127] or "application/octet-stream",
        size=len(file.content),
        content=file.content,
        content_id=file.content_id[:120],
    )


@transaction.atomic
def detach(author: User, key: UUID, file_id: int) -> None:
    """Take a file off a draft."""
    draft = outgoing_of(author).select_for_update().get(key=key)
    if draft.state == OutgoingState.DRAFT:
        draft.files.filter(pk=file_id).delete()


def discard(author: User, key: UUID) -> bool:
    """Throw a draft away."""
    drafts = OutgoingEmail.objects.filter(author=author, key=key, state=OutgoingState.DRAFT)
    return bool(drafts.delete()[0])


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
