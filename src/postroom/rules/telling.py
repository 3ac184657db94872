"""The email that tells an owner whom a rule met: how many, and where they stand, never what."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from postroom.accounts.models import EmailAccount
from postroom.outbox.links import url_of
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Link, Words
from postroom.rules.models import Rule, RuleRun
from postroom.team.counted import counted

GATHERED = timedelta(minutes=2)


def tell_owners(now: datetime) -> int:
    """Write what is to be told, gathered for some minutes. Returns how many emails were written."""
    due = RuleRun.objects.filter(told_at=None, at__lte=now - GATHERED)
    rules = Rule.objects.filter(pk__in=due.values("rule"), owner__is_active=True)
    return sum(tell(rule, now) for rule in rules.select_related("owner"))


@transaction.atomic
def tell(rule: Rule, now: datetime) -> int:
    """One email for each mailbox about all that wait."""
    waiting = rule.runs.filter(told_at=None).select_for_update(of=("self",))
    by_mailbox: dict[EmailAccount, list[RuleRun]] = defaultdict(list)
    for run in waiting.select_related("email__account__owner"):
        by_mailbox[run.email.account].append(run)
    told = [run.pk for runs in by_mailbox.values() for run in runs]
    RuleRun.objects.filter(pk__in=told).update(told_at=now)
    letters = [letter_of(rule, account, runs) for account, runs in by_mailbox.items()]
    return sum(write(letter, now) for letter in letters)


def letter_of(rule: Rule, account: EmailAccount, runs: Sequence[RuleRun]) -> Letter:
    """Which rule, how many, and where to look."""
    number = counted(len(runs), "email")
    return Letter(
        key=f"rule:{rule.pk}:{account.pk}:{max(run.pk for run in runs)}",
        account=account,
        subject=f"{number} met your rule “{rule.name}”",
        parts=[
            Words(f"Hello {account.owner},"),
            Words(
                f"{number} in {account.address} met your rule “{rule.name}”. You asked to be told."
            ),
            Link("See what it met", url_of("mail-rule-log", rule.pk)),
            Words("To hear no more of it, open the rule and take “Write me an email” out."),
        ],
    )
