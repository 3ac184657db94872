"""Send means: fix the bytes, hold them for ten seconds, and only then give them to the queue."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from postroom.accounts.members import holds
from postroom.accounts.models import Activation, EmailAccount
from postroom.mime import Draft, DraftFile, UnusableAddress, compose_message
from postroom.outbox.compose_settings import compose_settings_of
from postroom.outbox.drafts import NotSendable, outgoing_of
from postroom.outbox.letters import words_of
from postroom.outbox.merging import left_over, subject_of, why_left_over
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.noticing import forget_places, noticed_twin
from postroom.outbox.rates import most_recipients
from postroom.outbox.recipients import MOST, one_line_of, recipients_in
from postroom.outbox.sending import address
from postroom.outbox.sizes import most_octets, too_much
from postroom.team.models import Permission, User
from postroom.team.permissions import may

HELD_FOR = timedelta(seconds=10)
# Said of a file that is not there, in the languages of the first users.
SPEAKS_OF_FILES = re.compile(
    r"\b(attach(ed|ment|ments)?|enclosed|anbei|anhang|angehängt|anlage|ci-joint|pi[eè]ce jointe)\b",
    re.IGNORECASE,
)


@transaction.atomic
def send(author: User, key: UUID, now: datetime) -> OutgoingEmail:
    """Hold the draft for its ten seconds. Raises NotSendable; asked twice is asked once."""
    outgoing = outgoing_of(author).select_for_update(of=("self",)).get(key=key)
    if outgoing.state not in (OutgoingState.DRAFT, OutgoingState.SCHEDULED):
        return outgoing
    fix_bytes(outgoing, now)
    outgoing.state, outgoing.due_at = OutgoingState.HELD, now + HELD_FOR
    outgoing.save()
    return outgoing


def fix_bytes(outgoing: OutgoingEmail, now: datetime) -> None:
    """From here on every attempt offers the same message. Raises NotSendable."""
    draft = draft_of(outgoing, now)
    noticed = noticed_twin(outgoing, draft)
    try:
        outgoing.raw = compose_message(noticed or draft)
        outgoing.copy_raw = compose_message(draft) if noticed else None
    except UnusableAddress as failure:
        raise NotSendable(f"It was not sent: {failure}.", "to") from failure
    outgoing.message_id, outgoing.written_at = draft.message_id, now
    outgoing.recipients = [one.canonical for one in draft.recipients]
    outgoing.attempts, outgoing.reason, outgoing.not_taken = 0, "", {}
    outgoing.changed_at = now


@transaction.atomic
def call_back(author: User, key: UUID, now: datetime) -> bool:
    """Undo: it is a draft again, if no server was asked to take it yet."""
    outgoing = outgoing_of(author).select_for_update(of=("self",)).get(key=key)
    if not outgoing.can_be_called_back:
        return False
    back_to_draft(outgoing, now)
    return True


@transaction.atomic
def change_refused(author: User, key: UUID, now: datetime) -> bool:
    """What was refused is a draft again, to be mended."""
    outgoing = outgoing_of(author).select_for_update(of=("self",)).get(key=key)
    if outgoing.state != OutgoingState.REFUSED:
        return False
    back_to_draft(outgoing, now)
    return True


def back_to_draft(outgoing: OutgoingEmail, now: datetime) -> None:
    """No server has it, so its next bytes may be others, under another Message-ID."""
    forget_places(outgoing)
    outgoing.state, outgoing.reason, outgoing.raw = OutgoingState.DRAFT, "", None
    outgoing.message_id, outgoing.due_at, outgoing.copy_raw = None, None, None
    outgoing.changed_at = now
    outgoing.save()


def draft_of(outgoing: OutgoingEmail, now: datetime) -> Draft:
    """The email as it will go out. Raises NotSendable."""
    sender = outgoing.sender
    if why_not := why_not_from(outgoing):
        raise NotSendable(why_not, "sender")
    assert sender is not None  # noqa: S101 - asked just above
    to, cc, bcc = (recipients_in(getattr(outgoing, f), f) for f in ("to", "cc", "bcc"))
    check_left_over(outgoing)
    words = words_of(outgoing)
    reply_to = sender.reply_to or compose_settings_of(outgoing.author).reply_to
    draft = Draft(
        message_id=f"{uuid4().hex}@{sender.address.rpartition('@')[2]}",
        sent_at=now,
        from_=address(sender.name, sender.address),
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=(address("", reply_to),) if reply_to else (),
        subject=one_line_of(outgoing.subject.strip(), "subject", "The subject"),
        text=words.text,
        html=words.html,
        in_reply_to=outgoing.in_reply_to,
        references=tuple(outgoing.references),
        files=(*words.images, *files_of(outgoing)),
    )
    if not draft.recipients:
        raise NotSendable("Nobody to send it to yet. Enter an address in To.", "to")
    most = most_recipients(sender.account, MOST)
    if len(draft.recipients) > most:
        raise NotSendable(f"{most} recipients are the most. Send it in parts.", "to")
    return draft


def check_left_over(outgoing: OutgoingEmail) -> None:
    """Raises NotSendable while a template's field stands in it, or in its subject."""
    if not (names := left_over(outgoing.subject, outgoing.text)):
        return
    about = subject_of(outgoing.author, outgoing.to)
    is_subject = bool(left_over(outgoing.subject))
    raise NotSendable(
        f"Nothing is known for {why_left_over(names, about)}. Write in its place what you mean, or"
        " take it out.",
        "subject" if is_subject else "html" if outgoing.is_rich else "text",
    )


def why_not_from(outgoing: OutgoingEmail) -> str:
    """Why its author may not send from there at this moment; empty if they may."""
    sender, author = outgoing.sender, outgoing.author
    if not may(author, Permission.INTEGRATE_EMAIL):
        return "Your profile does not let you send email. Ask an administrator."
    if sender is None:
        return "Choose an address to send from."
    if sender.verified_at is None or not holds(author, sender.account):
        return f"{sender} is no address of yours to send from. Choose another one."
    return why_not_by(sender.account)


def why_not_by(account: EmailAccount) -> str:
    """Why nothing goes out by this mailbox at this moment; empty if it does."""
    if account.activation == Activation.DEACTIVATED:
        return f"{account} is deactivated. Reactivate it on its page to send from it."
    if account.smtp_trouble_sentence:
        return (
            f"{account} cannot send: {account.smtp_trouble_sentence}"
            " Sign in again on the mailbox's page."
        )
    if not account.smtp_host:
        return f"{account} has no outgoing server. Enter one on the mailbox's page."
    return ""


def files_of(outgoing: OutgoingEmail) -> list[DraftFile]:
    """The files to go along. Raises NotSendable when they are too much."""
    files = list(outgoing.files.all())
    if sum(file.size for file in files) > most_octets(outgoing.account):
        raise NotSendable(f"{too_much(outgoing.account)} Remove one.", "files")
    beside = [one for one in files if not one.content_id]
    return [DraftFile(one.name, one.media_type, bytes(one.content)) for one in beside]


def forgets_a_file(text: str, has_files: bool) -> bool:
    """Whether what its author wrote, not what they quote, speaks of a file that is not there."""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    return not has_files and SPEAKS_OF_FILES.search(own) is not None
