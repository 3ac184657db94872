"""Send a notice over SMTP: tried again with growing waits, given up after three days.

A server's word that it has the message and our note of it are two steps, and a crash between them
sends the notice a second time: no order of the two can rule that out. Both copies are the same
bytes under the same Message-ID.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from postroom.accounts.models import EmailAccount
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.mime import Address, Draft, UnusableAddress, canonical_address, compose_message
from postroom.net.errors import (
    CommandRefused,
    ConnectTimedOut,
    NetError,
    OverQuota,
    SignInNotOffered,
    SignInRefused,
)
from postroom.net.smtp_client import SmtpClient
from postroom.oauth.errors import GrantRevoked
from postroom.outbox.models import Notice
from postroom.outbox.queue import claim, note_failure, note_sent
from postroom.outbox.ways import NoWayToSend, Way, get_way

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=3), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)
ATTEMPT_SECONDS = 120.0  # Less than the first wait, so that no attempt meets its successor.

PASSWORD_REFUSED = (SignInRefused, SignInNotOffered, SecretDoesNotOpen, GrantRevoked)
NEVER_WORKS = (*PASSWORD_REFUSED, CommandRefused, UnusableAddress)

Clock = Callable[[], datetime]


def send_notice(notice_id: int, clock: Clock) -> None:
    """Try to send a notice, if it is due and nobody else does. Notes how it went."""
    notice = claim(notice_id, clock(), wait_after)
    if notice is None:
        return
    way = None
    try:
        way = get_way(notice, clock())
        message = compose_message(draft_of(notice, way.sender))
        asyncio.run(deliver(message, notice.recipient, way))
    except (NetError, SecretDoesNotOpen, UnusableAddress, NoWayToSend) as failure:
        if isinstance(failure, PASSWORD_REFUSED) and way and way.account:
            remember_refusal(way.account, str(failure))
        is_too_old = clock() - notice.written_at > GIVEN_UP_AFTER
        note_failure(notice, str(failure), is_final=is_too_old or never_works(failure))
        # Where there is no way nobody expects a notice, and `postroom doctor` tells of it.
        level = logging.INFO if isinstance(failure, NoWayToSend) else logging.WARNING
        log.log(level, "a notice to %s was not sent: %s", notice.recipient, failure)
    else:
        note_sent(notice, clock())


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling, capped."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 10))


async def deliver(
    message: bytes, recipient: str, way: Way, seconds: float = ATTEMPT_SECONDS
) -> None:
    """Hand the message to the server. Raises the failures of `net.errors`."""
    try:
        async with asyncio.timeout(seconds):
            client = await SmtpClient.connect(way.server, way.allowed)
            try:
                if way.credential and "auth" in client.extensions:
                    await client.sign_in(way.credential)
                await client.deliver(way.sender, [recipient], message)
            finally:
                await client.sign_out()
    except TimeoutError:
        raise ConnectTimedOut(way.server) from None


def draft_of(notice: Notice, sender: str) -> Draft:
    """The notice as an email; it comes out the same at every attempt."""
    return Draft(
        message_id=notice.message_id,
        sent_at=notice.written_at,
        from_=address("Postroom", sender),
        to=(address(notice.recipient_name, notice.recipient),),
        subject=notice.subject,
        text=notice.text,
        html=notice.html,
    )


def address(name: str, spec: str) -> Address:
    """An address as drafts have it."""
    return Address(name, spec, canonical_address(spec))


def never_works(failure: Exception) -> bool:
    """Whether the same attempt would fail for ever; a full mailbox or a daily limit passes."""
    return isinstance(failure, NEVER_WORKS) and not isinstance(failure, OverQuota)


def remember_refusal(account: EmailAccount, sentence: str) -> None:
    """The account's outgoing server takes its password no more: nobody asks it again."""
    EmailAccount.objects.filter(pk=account.pk).update(smtp_trouble_sentence=sentence)
