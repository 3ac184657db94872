"""Somebody at the door forgot their password: whether there is such a user, only the engine asks.

So the door answers everybody alike, in the same time. The job knows what was typed, and no token.
"""

import logging
from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from postroom.engine.sending import SENDING, at_a_server
from postroom.outbox.at_once import NotSent
from postroom.outbox.password_letters import send_password_link
from postroom.team.password_links import find_user_of, offer_password_link

log = logging.getLogger(__name__)


@app.task(name="postroom.answer_forgotten", queue=SENDING)
async def answer_forgotten(email: str) -> None:
    """Send a link to the user of this address, if there is one who has a password."""
    await at_a_server(answer, email)


def answer(email: str) -> None:
    """Make the link and send it."""
    user = find_user_of(email)
    if user is None:
        return
    now = timezone.now()
    try:
        send_password_link(user, None, offer_password_link(user, None, now), now)
    except NotSent as failure:
        log.warning("A link to a new password could not be sent: %s", failure.sentence)


def start_answering(email: str) -> None:
    """Put it into the queue; asking twice before it is answered is asking once."""
    lock = f"forgotten:{email}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        answer_forgotten.configure(queueing_lock=lock).defer(email=email)
