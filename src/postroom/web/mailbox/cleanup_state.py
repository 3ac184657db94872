"""What the Cleanup Policy has in store for a mailbox, in words and days."""

from dataclasses import dataclass
from datetime import date, datetime

from postroom.accounts.models import EmailAccount
from postroom.cleanup.cases import Review, reviews
from postroom.cleanup.forecast import Timetable, timetable
from postroom.cleanup.policy import Step
from postroom.cleanup.wording import policy_in_words


@dataclass(frozen=True, slots=True)
class CleanupState:
    """A case with the days it has left, or when one would begin; `is_safe`: never by itself."""

    is_case: bool
    is_hidden: bool
    is_held: bool
    reason: str
    policy: str
    pauses_on: date | None
    hides_on: date | None
    deletes_on: date | None
    days_left: int

    @property
    def is_safe(self) -> bool:
        """Whether no day would bring it about."""
        return self.deletes_on is None


def cleanup_context(account: EmailAccount, now: datetime) -> dict[str, object]:
    """What the section of a mailbox's page shows."""
    [review] = reviews([account], now)
    return {"cleanup": state_of(review)}


def state_of(review: Review) -> CleanupState:
    """Where the mailbox stands today, if nobody does anything."""
    today = review.counting.today
    plan = timetable(review.policy, review.facts, review.progress, today)
    is_hidden = bool(review.case and review.case.hidden_at)
    return CleanupState(
        is_case=review.case is not None,
        is_hidden=is_hidden,
        is_held=review.facts.is_held,
        reason=review.reason,
        policy=policy_in_words(review.policy),
        pauses_on=plan.days.get(Step.PAUSE),
        hides_on=plan.hides_on,
        deletes_on=plan.deletes_on,
        days_left=days_left(plan, today, is_hidden=is_hidden),
    )


def days_left(plan: Timetable, today: date, *, is_hidden: bool) -> int:
    """Until it is hidden, or, where it is, until it is deleted."""
    end = plan.deletes_on if is_hidden else plan.hides_on
    return (end - today).days if end else 0
