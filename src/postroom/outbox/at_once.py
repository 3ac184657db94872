"""Send one message while a person waits for it: no queue, one attempt, and the reason in words."""

import asyncio

from postroom.accounts.seals import SecretDoesNotOpen
from postroom.mime import Draft, UnusableAddress, compose_message
from postroom.net.errors import NetError
from postroom.outbox.sending import PASSWORD_REFUSED, deliver, remember_refusal
from postroom.outbox.ways import NoWayToSend, Way
from postroom.team.refusal import Refusal

SECONDS = 30.0


class NotSent(Refusal):
    """It was not sent; the sentence says why."""


FAILURES = (NetError, SecretDoesNotOpen, UnusableAddress, NoWayToSend)


def send_at_once(draft: Draft, way: Way) -> bytes:
    """Send the draft to its one recipient; returns the bytes that went out. Raises NotSent."""
    try:
        message = compose_message(draft)
        asyncio.run(deliver(message, draft.recipients[0].address, way, SECONDS))
    except FAILURES as failure:
        if isinstance(failure, PASSWORD_REFUSED) and way.account:
            remember_refusal(way.account, str(failure))
        raise NotSent(str(failure)) from failure
    return message
