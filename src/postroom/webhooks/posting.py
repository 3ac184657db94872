"""Post what is due: signed, to a checked address, once more and ever later until it is taken.

Headers and signature are those of Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`,
`webhook-signature`. The body names ids; who wants content asks the API, as the user of their key.
"""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Window
from django.db.models.functions import RowNumber

from postroom import __version__
from postroom.accounts.sealing import SealBroken
from postroom.association import visible_to
from postroom.net.errors import NetError
from postroom.net.web_client import WebRequest, ask_web, web_server_of
from postroom.webhooks.keeping import secret_of
from postroom.webhooks.models import Delivery, Webhook

SECONDS: Final = 15.0
LARGEST: Final = 16 * 1024
MOST_AT_ONCE: Final = 500

# After each failure; the last attempt is made three days after the first one.
WAITS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400)
)
PATIENCE: Final = timedelta(days=5)
GONE: Final = 410

NOT_VISIBLE = "Not posted: the webhook’s user may not see the email any more."
SEALED = "Not posted: its secret cannot be opened with the key file. Make the webhook anew."
FAILS = "It failed for five days, at last so: {}"
# What net says of mail servers, said of a program.
WORDS = {
    "address_not_allowed": "It is not on the public internet, so nothing was posted. An"
    " administrator can allow its network in POSTROOM_ALLOWED_MAIL_NETWORKS, and its port, if it is"
    " neither 443 nor 80, in POSTROOM_ALLOWED_MAIL_PORTS.",
    "plaintext_not_allowed": "Without encryption nothing is posted there. Use https.",
}
IS_GONE = "It answered with status 410: it is not there any more."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: taken or not, in words; `is_gone` if nobody is there for good."""

    is_taken: bool
    words: str
    is_gone: bool = False


def due_deliveries(now: datetime) -> list[tuple[int, int]]:
    """The ids of what is due with those of their webhooks: the oldest of each, by turns.

    So a receiver that is slow, and has thousands waiting, keeps nobody else's.
    """
    due = Delivery.objects.filter(due_at__lte=now, webhook__off_because="")
    turn = Window(RowNumber(), partition_by="webhook", order_by=["due_at", "pk"])
    by_turns = due.annotate(turn=turn).order_by("turn", "due_at", "pk")
    return list(by_turns.values_list("pk", "webhook")[:MOST_AT_ONCE])


@transaction.atomic
def claim(pk: int, now: datetime) -> WebRequest | None:
    """What is to be posted, and the next attempt laid before this one: a crash costs a wait."""
    due = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
    delivery = due.select_related("webhook__user").filter(pk=pk, due_at__lte=now).first()
    if delivery is None or not delivery.webhook.is_on:
        return None
    delivery.attempts += 1
    delivery.due_at = next_attempt(delivery.attempts, now)
    request = None
    if not may_be_told(delivery):
        delivery.due_at, delivery.words = None, NOT_VISIBLE
    else:
        try:
            request = request_for(delivery, now)
        except SealBroken:
            delivery.due_at, delivery.words = None, SEALED
    delivery.save(update_fields=["attempts", "due_at", "words"])
    return request


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again, should this one fail; never after the last."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None


def may_be_told(delivery: Delivery) -> bool:
    """Whether the user may see the email still: sharing may have changed since."""
    user, email = delivery.webhook.user, delivery.email_id
    return user.is_active and (email is None or visible_to(user).filter(pk=email).exists())


def request_for(delivery: Delivery, now: datetime) -> WebRequest:
    """The signed request. Raises SealBroken."""
    body = body_of(delivery)
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Postroom/{__version__}",
        "webhook-id": str(delivery.key),
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret_of(delivery.webhook), delivery, stamp, body),
    }
    return WebRequest(delivery.webhook.url, "POST", headers, body, SECONDS, LARGEST)


def body_of(delivery: Delivery) -> bytes:
    """Type, time and ids: the same octets at every attempt."""
    told: dict[str, object] = {"webhook": delivery.webhook_id}
    if delivery.email_id:
        told["email"] = delivery.email_id
        told["url"] = f"{settings.ENVIRONMENT.url.rstrip('/')}/api/v1/emails/{delivery.email_id}"
    if delivery.rule:
        told["rule"] = delivery.rule
    said = {"type": delivery.event, "timestamp": delivery.made_at.isoformat(), "data": told}
    return json.dumps(said, separators=(",", ":")).encode()


def signature(secret: bytes, delivery: Delivery, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over id, time and body (Standard Webhooks, Signature scheme)."""
    signed = f"{delivery.key}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode()


async def post(request: WebRequest) -> Outcome:
    """One attempt. A redirect is no answer: nobody signs for another address."""
    try:
        server = web_server_of(request.url)
        answer = await ask_web(request, settings.MAIL_NETWORKS.for_web(server.port))
    except NetError as error:
        return Outcome(False, WORDS.get(error.kind, error.sentence))
    words = f"It answered with status {answer.status}."
    return Outcome(200 <= answer.status < 300, words, is_gone=answer.status == GONE)


@transaction.atomic
def note_outcome(pk: int, outcome: Outcome, now: datetime) -> None:
    """Write down what came of it; a webhook that fails for days, or is gone, is turned off."""
    delivery = Delivery.objects.select_for_update().filter(pk=pk).first()
    if delivery is None:
        return
    webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
    delivery.words = outcome.words[:300]
    if outcome.is_taken:
        delivery.delivered_at, delivery.due_at, webhook.failing_since = now, None, None
    else:
        webhook.failing_since = webhook.failing_since or now
        if outcome.is_gone:
            webhook.off_because = IS_GONE
        elif now - webhook.failing_since >= PATIENCE:
            webhook.off_because = FAILS.format(outcome.words)
    delivery.save(update_fields=["words", "delivered_at", "due_at"])
    webhook.save(update_fields=["failing_since", "off_because"])


def forget_old(now: datetime) -> int:
    """Forget deliveries of a month ago: by then nobody asks, and their emails are known."""
    old = Delivery.objects.filter(due_at=None, made_at__lt=now - timedelta(days=30))
    return old.delete()[0]
