"""Make a webhook, test it, turn it on again, take it away."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction

from postroom.accounts.sealing import seal, unseal
from postroom.net.errors import NetError
from postroom.net.web_client import web_server_of
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal
from postroom.webhooks.models import PING, Delivery, Event, Webhook

MOST: Final = 20
BEGINNING: Final = "whsec_"


class WebhookUnusable(Refusal):
    """It was not made; the sentence says why, `field` what to mend."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new webhook, and the secret that is shown this once."""

    webhook: Webhook
    secret: str = field(repr=False)


@transaction.atomic
def make_webhook(user: User, url: str, events: Sequence[str], now: datetime) -> Made:
    """Make one. Raises WebhookUnusable."""
    User.objects.select_for_update().get(pk=user.pk)
    if Webhook.objects.filter(user=user).count() >= MOST:
        raise WebhookUnusable(f"You have {MOST} webhooks. Remove one that is not needed.", "url")
    secret = BEGINNING + base64.b64encode(secrets.token_bytes(24)).decode()
    webhook = Webhook(user=user, url=usable(url), events=known(events), secret=b"", made_at=now)
    webhook.begin_anew(now)
    webhook.save()
    webhook.secret = seal(binding_of(webhook), secret)
    webhook.save(update_fields=["secret"])
    note(Act.WEBHOOK_MADE, user, host_of(webhook), now)
    return Made(webhook, secret)


def usable(url: str) -> str:
    """The address, if something can be posted there. Raises WebhookUnusable."""
    url = url.strip()
    try:
        web_server_of(url)
    except NetError:
        sentence = "Enter a whole address, such as https://example.com/postroom."
        raise WebhookUnusable(sentence, "url") from None
    if urlsplit(url).fragment:
        raise WebhookUnusable("Leave out what comes after “#”: it is never sent.", "url")
    return url


def known(events: Sequence[str]) -> list[str]:
    """The events, each once. Raises WebhookUnusable."""
    chosen = [event.value for event in Event if event.value in events]
    if not chosen or set(events) - set(chosen):
        raise WebhookUnusable("Choose what it is to be told.", "events")
    return chosen


def binding_of(webhook: Webhook) -> str:
    """The place for which its secret is sealed."""
    return f"webhook:{webhook.pk}"


def secret_of(webhook: Webhook) -> bytes:
    """The octets that sign. Raises SealBroken."""
    text = unseal(binding_of(webhook), webhook.secret)
    return base64.b64decode(text.removeprefix(BEGINNING))


def host_of(webhook: Webhook) -> str:
    """Where it goes, without what may be a secret in its path."""
    return urlsplit(webhook.url).hostname or ""


@transaction.atomic
def turn_on(webhook: Webhook, now: datetime) -> None:
    """Begin anew: what happened while it was off is not told."""
    webhook.off_because, webhook.failing_since = "", None
    webhook.begin_anew(now)
    webhook.save()


def ask_for_test(webhook: Webhook, now: datetime) -> Delivery:
    """Post a test; it is tried like everything else."""
    return Delivery.objects.create(webhook=webhook, event=PING, made_at=now, due_at=now)


@transaction.atomic
def remove_webhook(webhook: Webhook, by: User | None, now: datetime) -> None:
    """Take it away, with the log of its deliveries."""
    note(Act.WEBHOOK_REMOVED, by, host_of(webhook), now)
    webhook.delete()
