"""Whom the policy would hit by a day if nobody did anything, and what would go. Nothing is done.

By the same facts and the same function as the engine's, so that it cannot say something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from postroom.accounts.models import EmailAccount
from postroom.cleanup.cases import Review, reviews, subjects
from postroom.cleanup.forecast import Timetable, timetable
from postroom.cleanup.policy import Step
from postroom.cleanup.rules import Policies
from postroom.cleanup.stock import amounts_of

DONE = {
    Step.PAUSE: "paused",
    Step.WARN: "paused",
    Step.HIDE: "deactivated",
    Step.DELETE: "deleted",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A mailbox, what would be done to it by the day, and how much mail is here of it now."""

    account: EmailAccount
    stage: Step
    plan: Timetable
    emails: int
    octets: int

    @property
    def done(self) -> str:
        """What it would be by then, in a word."""
        return DONE[self.stage]

    @property
    def pauses_on(self) -> date | None:
        """When its sync would stop; nothing where it has."""
        return self.plan.days.get(Step.PAUSE)

    def goes(self) -> bool:
        """Whether its emails would be deleted by then."""
        return self.stage == Step.DELETE


@dataclass(frozen=True, slots=True)
class Forecast:
    """All of them, those that lose the most first."""

    on: date
    hits: Sequence[Hit]
    held: Sequence[EmailAccount]  # A legal hold keeps these, to which it would have come.

    @property
    def emails(self) -> int:
        """How many emails would be deleted here."""
        return sum(hit.emails for hit in self.hits if hit.goes())

    @property
    def octets(self) -> int:
        """And how much that is."""
        return sum(hit.octets for hit in self.hits if hit.goes())

    def number(self, done: str) -> int:
        """How many mailboxes would be so."""
        return sum(hit.done == done for hit in self.hits)


def dry_run(on: date, now: datetime, policies: Policies | None = None) -> Forecast:
    """By what was decided, or by what is being thought of."""
    found = list(reviews(subjects(), now, policies))
    plans = [(review.account, plan_of(review)) for review in found]
    hit = [(account, plan, stage) for account, plan in plans if (stage := plan.stage_on(on))]
    amounts = amounts_of([account.pk for account, _, _ in hit])
    hits = [hit_of(account, stage, plan, amounts) for account, plan, stage in hit]
    by_loss = sorted(hits, key=lambda each: (order(each.stage), each.account.address))
    return Forecast(on, by_loss, [review.account for review in found if is_kept(review, on)])


def plan_of(review: Review) -> Timetable:
    """The steps to come of one mailbox."""
    return timetable(review.policy, review.facts, review.progress, review.counting.today)


def is_kept(review: Review, on: date) -> bool:
    """Whether a legal hold alone keeps the policy from coming to it by a day."""
    unheld = replace(review, facts=replace(review.facts, is_held=False))
    return review.facts.is_held and plan_of(unheld).stage_on(on) is not None


def hit_of(
    account: EmailAccount,
    stage: Step,
    plan: Timetable,
    amounts: Mapping[int, tuple[int, int]],
) -> Hit:
    """One of them, with its mail of today."""
    return Hit(account, stage, plan, *amounts.get(account.pk, (0, 0)))


def order(stage: Step) -> int:
    """The worst first."""
    return list(DONE).index(stage) * -1
