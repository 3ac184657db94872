"""Which emails a rule meets, and what then happens: each email once for each rule."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.fence import AccountClosed
from postroom.archive.models import Direction, Email, newest_email
from postroom.association import own_emails
from postroom.association.awaiting import later_words
from postroom.association.conditions import asked_of_email
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.rules.deeds import DEEDS, TELL
from postroom.rules.models import WAITS_DAYS, Rule, RuleRun, Trigger
from postroom.team.days import local_day

REMEMBERED = timedelta(days=14)  # How long after its day an unanswered email is still met.
MOST_AT_ONCE = 500

DIRECTION = {
    Trigger.RECEIVED: Direction.RECEIVED,
    Trigger.SENT: Direction.SENT,
    Trigger.BOUNCED: Direction.SENT,
    Trigger.UNANSWERED: Direction.SENT,
    Trigger.UNREPLIED: Direction.RECEIVED,
}


def meet_all(now: datetime) -> int:
    """Let every rule meet what is new for it. Returns how many emails were met."""
    rules = Rule.objects.filter(is_on=True, owner__is_active=True).select_related("owner")
    return sum(meet(rule, now) for rule in rules.order_by("owner", "position", "id"))


def meet(rule: Rule, now: datetime) -> int:
    """Do with every email the rule meets what it says."""
    newest = newest_email()
    met = list(emails_due(rule, now).select_related("account")[:MOST_AT_ONCE])
    done = sum(carry_out(rule, email, now) for email in met)
    if len(met) < MOST_AT_ONCE:
        rule.note_looked(newest, now)
    return done


def emails_due(rule: Rule, now: datetime) -> QuerySet[Email]:
    """What the rule meets now and did not meet before, in the order of arrival."""
    stopped = RuleRun.objects.filter(
        Q(rule=rule)
        | Q(rule__owner=rule.owner_id, rule__is_last=True, rule__position__lt=rule.position),
        email=OuterRef("pk"),
    )
    new = Q(received_at__gte=rule.since)
    if rule.trigger in (Trigger.RECEIVED, Trigger.SENT):
        new &= Q(pk__gt=rule.seen)
    return emails_met(rule, now).filter(new, ~Exists(stopped)).order_by("pk")


def emails_met(rule: Rule, now: datetime) -> QuerySet[Email]:
    """All emails with which the rule would have to do, those before it was written included."""
    trigger = Trigger(rule.trigger)
    direction, today = DIRECTION[trigger], local_day(now)
    steps = asked_of_email(rule.conditions, direction, today, needs_all=rule.needs_all)
    emails = own_emails(rule.owner).filter(
        account__in=mailboxes_of_rule(rule), removed_at=None, direction=direction
    )
    return emails.filter(happened(trigger, rule.days, now), steps)


def mailboxes_of_rule(rule: Rule) -> QuerySet[EmailAccount]:
    """The mailboxes it acts on: its owner's own, where sync is not paused."""
    own = EmailAccount.objects.filter(owner=rule.owner_id, activation=Activation.ACTIVE)
    return own.filter(pk=rule.account_id) if rule.account_id else own


def happened(trigger: Trigger, days: int | None, now: datetime) -> Q:
    """What the rule waits for has come to pass."""
    if trigger == Trigger.BOUNCED:
        bounced = OutgoingEmail.objects.filter(state=OutgoingState.BOUNCED, copy__isnull=False)
        return Q(pk__in=bounced.values("copy"))
    if trigger not in WAITS_DAYS:
        return Q()
    by = now - timedelta(days=days or 0)
    return Q(sent_at__lte=by, sent_at__gt=by - REMEMBERED) & ~Q(Exists(answers_to(trigger)))


def answers_to(trigger: Trigger) -> QuerySet[Email]:
    """A later email of the same conversation that goes the other way, written by a person."""
    other_way = Direction.RECEIVED if DIRECTION[trigger] == Direction.SENT else Direction.SENT
    return later_words().filter(direction=other_way, removed_at=None)


@transaction.atomic
def carry_out(rule: Rule, email: Email, now: datetime) -> int:
    """Do the rule's deeds with one email, and write down what came of them."""
    run, is_new = RuleRun.objects.get_or_create(
        rule=rule, email=email, defaults={"at": now, "words": "", "told_at": now}
    )
    if not is_new:
        return 0
    try:
        with transaction.atomic():
            words = [DEEDS[deed["kind"]].do(email, deed["text"], rule, now) for deed in rule.deeds]
    except AccountClosed:
        return 0
    run.words = "; ".join(words)
    if any(deed["kind"] == TELL for deed in rule.deeds):
        run.told_at = None
    run.save(update_fields=["words", "told_at"])
    return 1
