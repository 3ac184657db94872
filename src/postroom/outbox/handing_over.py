"""Hand one email of a person's to their own outgoing server, and keep its copy afterwards.

Before the final dot every trouble is tried again, with growing waits, for a day; a refusal is told
at once. After the dot and without an answer nobody knows, and nothing is tried by itself
(RFC 1047).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from postroom.accounts.models import Credential
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.imap.limits import Limits
from postroom.net.errors import DeliveryUnknown, NetError
from postroom.net.smtp_client import Delivery, SmtpClient
from postroom.oauth.errors import IssuerFailure
from postroom.outbox.copies import keep_copy
from postroom.outbox.holding import why_not_from
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.outgoing import claim_outgoing, note_outcome, note_taken
from postroom.outbox.sending import PASSWORD_REFUSED, never_works, remember_refusal
from postroom.outbox.sizes import remember_size
from postroom.outbox.ways import Way, way_by

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(days=1)
COPY_WAIT = timedelta(minutes=2)
COPY_GIVEN_UP_AFTER = timedelta(hours=6)
PATIENT = Limits(command_seconds=600.0, silence_seconds=600.0)  # RFC 5321 §4.5.3.2.6.

Clock = Callable[[], datetime]
FAILURES = (NetError, SecretDoesNotOpen, IssuerFailure, Credential.DoesNotExist)


def send_outgoing(pk: int, clock: Clock) -> None:
    """Try to send an email, if it is due and nobody else does. Notes how it went."""
    outgoing = claim_outgoing(pk, clock())
    if outgoing is None:
        return
    if why_not := why_not_from(outgoing):
        note_outcome(outgoing, OutgoingState.REFUSED, why_not, None)
        return
    told: dict[str, str] = {}
    try:
        taken = asyncio.run(hand_over(outgoing, way_of(outgoing, clock()), told))
    except DeliveryUnknown as doubt:
        note_outcome(outgoing, OutgoingState.UNKNOWN, str(doubt), None)
    except FAILURES as failure:
        note_failed(outgoing, failure, clock())
    else:
        why = "Check the address. The server said: “{}”."
        not_taken = {one: why.format(said) for one, said in taken.refused.items()}
        note_taken(outgoing, not_taken, clock())
    finally:
        remember_size(outgoing.account, told)


def way_of(outgoing: OutgoingEmail, now: datetime) -> Way:
    """The account's own server, as the From address."""
    assert outgoing.sender is not None  # noqa: S101 - `why_not_from` asked
    return replace(way_by(outgoing.sender.account, now), sender=outgoing.sender.address)


async def hand_over(outgoing: OutgoingEmail, way: Way, told: dict[str, str]) -> Delivery:
    """One attempt, at most once. Each step has its own time; none ends the others halfway.

    `told` gets what the server says of itself, however it ends.
    """
    client = await SmtpClient.connect(way.server, way.allowed, limits=PATIENT)
    try:
        told.update(client.extensions)
        if way.credential and "auth" in client.extensions:
            await client.sign_in(way.credential)
        return await client.deliver(way.sender, outgoing.recipients, bytes(outgoing.raw or b""))
    finally:
        await client.sign_out()


def note_failed(outgoing: OutgoingEmail, failure: Exception, now: datetime) -> None:
    """No server took it: refused for good, or tried again before long."""
    if isinstance(failure, PASSWORD_REFUSED) and outgoing.account:
        remember_refusal(outgoing.account, str(failure))
    if never_works(failure) or isinstance(failure, Credential.DoesNotExist):
        note_outcome(outgoing, OutgoingState.REFUSED, words_for(failure), None)
    elif now - (outgoing.written_at or now) > GIVEN_UP_AFTER:
        note_outcome(outgoing, OutgoingState.REFUSED, f"Tried for a day. {failure}", None)
    else:
        due_at = now + wait_after(outgoing.attempts)
        note_outcome(outgoing, OutgoingState.QUEUED, words_for(failure), due_at)


def words_for(failure: Exception) -> str:
    """What went wrong, in words."""
    if isinstance(failure, Credential.DoesNotExist):
        return "The outgoing server's password is not known. Enter it on the mailbox's page."
    return str(failure)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling, capped."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 10))


def due_copies(now: datetime) -> list[tuple[int, int]]:
    """What was sent and whose copy is still to be kept, with its account."""
    due = OutgoingEmail.objects.filter(copy_due_at__lte=now, account__isnull=False)
    return list(due.values_list("pk", "account_id"))


def keep_copy_of(pk: int, clock: Clock) -> None:
    """Keep the copy of a sent email by its account's rule; asked twice is one copy."""
    outgoing = OutgoingEmail.objects.filter(pk=pk, copy_due_at__isnull=False).first()
    if outgoing is None or outgoing.account is None or outgoing.raw is None:
        return
    now = clock()
    due_at: datetime | None = None
    try:
        note = keep_copy(outgoing.account, bytes(outgoing.copy_raw or outgoing.raw), now).value
    except FAILURES as failure:
        note = f"No copy could be stored in the Sent folder: {words_for(failure)}"
        is_too_late = now - outgoing.changed_at > COPY_GIVEN_UP_AFTER
        due_at = None if is_too_late else now + COPY_WAIT
    OutgoingEmail.objects.filter(pk=pk).update(copy_note=note, copy_due_at=due_at)
