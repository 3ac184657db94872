"""What the policy has to know of mailboxes, by a few questions however many there are.

*Opened* is by anybody here, *active* is signed in and doing something, by the owner or a member of
the team. What is done in other mail programs counts where the organisation says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from postroom.accounts.models import EmailAccount, Use
from postroom.archive.models import Direction, Email
from postroom.archive.wall import round_the_wall
from postroom.cleanup.holding import holds_over
from postroom.cleanup.policy import Facts
from postroom.team.days import local_day
from postroom.team.models import Organisation


@dataclass(frozen=True, slots=True)
class Counting:
    """How the organisation counts days, and whether other programs count."""

    zone: str
    counts_others: bool
    now: datetime

    @property
    def today(self) -> date:
        """The organisation's day."""
        return self.day(self.now)

    def day(self, moment: datetime) -> date:
        """The organisation's day at a moment."""
        return local_day(moment, self.zone)


def counting_at(now: datetime) -> Counting:
    """As the organisation decided."""
    organisation = Organisation.get()
    return Counting(organisation.time_zone, organisation.counts_other_programs, now)


def all_facts(accounts: Sequence[EmailAccount], counting: Counting) -> Mapping[int, Facts]:
    """By the account's id. The accounts come with their owner."""
    pks = [account.pk for account in accounts]
    uses = Use.objects.in_bulk(pks)
    active = active_members(pks)
    held = holds_over(pks)
    sent = newest_sent(pks, counting) if counting.counts_others else {}
    return {
        account.pk: facts_of(
            account,
            uses.get(account.pk) or Use(),
            latest(account.owner.active_on, active.get(account.pk)),
            sent.get(account.pk),
            counting,
            is_held=account.pk in held,
        )
        for account in accounts
    }


def facts_of(
    account: EmailAccount,
    use: Use,
    active_on: date | None,
    sent_elsewhere: date | None,
    counting: Counting,
    *,
    is_held: bool,
) -> Facts:
    """One of them."""
    owner = account.owner
    whole_at = account.first_complete_at or account.connected_at
    begun_on = counting.day(max(account.connected_at, whole_at))
    return Facts(
        begun_on=latest(begun_on, use.kept_on) or begun_on,
        opened_on=latest(use.opened_on, use.elsewhere_on if counting.counts_others else None),
        active_on=active_on,
        sent_on=latest(use.sent_on, sent_elsewhere),
        gone_on=None if owner.is_active else owner.gone_on or begun_on,
        is_held=is_held,
    )


def active_members(pks: Sequence[int]) -> dict[int, date | None]:
    """When a member of the team of each was here last."""
    accounts = EmailAccount.objects.filter(pk__in=pks, memberships__user__is_active=True)
    return dict(accounts.order_by().values_list("pk").annotate(Max("memberships__user__active_on")))


@round_the_wall()
def newest_sent(pks: Sequence[int], counting: Counting) -> dict[int, date]:
    """When each sent its newest email, from wherever; what claims to be of tomorrow is of today."""
    sent = Email.objects.filter(
        account__in=pks, direction=Direction.SENT, sent_at__lte=counting.now
    )
    rows = sent.order_by().values_list("account").annotate(Max("sent_at"))
    return {pk: counting.day(at) for pk, at in rows}


def latest(*days: date | None) -> date | None:
    """The last of those that are known."""
    known = [day for day in days if day is not None]
    return max(known) if known else None
