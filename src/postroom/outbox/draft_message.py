"""A draft as a message: what can be written of it, however unfinished it is."""

from postroom.mime import Address, Draft, UnusableAddress, compose_message, parse_addresses
from postroom.outbox.drafts import NotSendable
from postroom.outbox.holding import files_of
from postroom.outbox.letters import Words, words_of
from postroom.outbox.models import DraftCopy, OutgoingEmail, OutgoingState
from postroom.outbox.recipients import NOT_ON_THE_WIRE
from postroom.outbox.sending import address

MARK = "X-Postroom-Draft"


def compose_draft(copy: DraftCopy) -> bytes | None:
    """The bytes of a version; None when the draft was changed, sent or discarded meanwhile.

    Bcc is left out, as it is of every message.
    """
    drafts = OutgoingEmail.objects.filter(draft_copies=copy, state=OutgoingState.DRAFT)
    outgoing = drafts.select_related("account", "sender").first()
    if outgoing is None or outgoing.account is None or outgoing.changed_at != copy.version:
        return None
    words, sender = words_or_text(outgoing), outgoing.sender
    draft = Draft(
        message_id=copy.message_id,
        sent_at=copy.version,
        from_=address(sender.name if sender else "", (sender or outgoing.account).address),
        to=usable(outgoing.to),
        cc=usable(outgoing.cc),
        subject=outgoing.subject,
        text=words.text,
        html=words.html,
        in_reply_to=outgoing.in_reply_to,
        references=tuple(outgoing.references),
        files=(*words.images, *files_of(outgoing)),
    )
    try:
        return f"{MARK}: {copy.message_id}\r\n".encode() + compose_message(draft)
    except UnusableAddress:
        return None


def words_or_text(outgoing: OutgoingEmail) -> Words:
    """The words; plain ones where the formatting is too much."""
    try:
        return words_of(outgoing)
    except NotSendable:
        return Words(outgoing.text)


def usable(typed: str) -> tuple[Address, ...]:
    """The addresses that are written out already."""
    found = parse_addresses(typed)
    return tuple(a for a in found if a.canonical and not NOT_ON_THE_WIRE.search(a.canonical))
