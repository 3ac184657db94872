"""What there is to tell each webhook: new mail that its user may see, begun from `visible_to`."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.archive.models import Email, newest_email
from postroom.association import visible_to
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User
from postroom.webhooks.models import Delivery, Event, Webhook

BOUNCES_FOR = timedelta(days=7)
MOST_AT_ONCE = 1000
DIRECTIONS = {Event.RECEIVED: "received", Event.SENT: "sent"}
TOLD_BY_ITSELF = set(Event) - {Event.RULE_MET}


def gather_all(now: datetime) -> int:
    """Lay ready what every webhook is to be told. Returns how much that is."""
    on = Webhook.objects.filter(off_because="", user__is_active=True)
    return sum(gather(webhook, now) for webhook in on.select_related("user"))


def gather(webhook: Webhook, now: datetime) -> int:
    """Lay ready what one webhook is to be told."""
    newest, laid = newest_email(), 0
    for event in TOLD_BY_ITSELF & set(map(Event, webhook.events)):
        emails = list(emails_for(webhook, event, now).values_list("pk", flat=True)[:MOST_AT_ONCE])
        Delivery.objects.bulk_create(
            (
                Delivery(webhook=webhook, event=event, email_id=pk, made_at=now, due_at=now)
                for pk in emails
            ),
            ignore_conflicts=True,
        )
        laid = max(laid, len(emails))
    if laid < MOST_AT_ONCE:
        webhook.note_looked(newest, now)
    return laid


def lay_for_rule(user: User, email: Email, rule: int, now: datetime) -> int:
    """Lay ready what a rule has its owner's webhooks told. Returns how many these are."""
    hearing = Webhook.objects.filter(user=user, off_because="", events__contains=[Event.RULE_MET])
    common = {"event": Event.RULE_MET, "email": email, "rule": rule, "made_at": now, "due_at": now}
    laid = [Delivery(webhook=webhook, **common) for webhook in hearing]
    Delivery.objects.bulk_create(laid, ignore_conflicts=True)
    return len(laid)


def emails_for(webhook: Webhook, event: Event, now: datetime) -> QuerySet[Email]:
    """Emails of which the webhook is to be told now, in the order of arrival."""
    told = Delivery.objects.filter(webhook=webhook, event=event, email=OuterRef("pk"))
    return (
        visible_to(webhook.user)
        .filter(happened(webhook, event, now), ~Exists(told), received_at__gte=webhook.since)
        .order_by("pk")
    )


def happened(webhook: Webhook, event: Event, now: datetime) -> Q:
    """The event has come to pass for an email."""
    if event in DIRECTIONS:
        return Q(pk__gt=webhook.seen, direction=DIRECTIONS[event])
    bounced = OutgoingEmail.objects.filter(
        state=OutgoingState.BOUNCED, copy__isnull=False, changed_at__gt=now - BOUNCES_FOR
    )
    return Q(pk__in=bounced.values("copy"))
