"""Cases of the Cleanup Policy: each step is decided anew and taken in one transaction.

With the account's lock and no hold beginning meanwhile, so that whoever keeps it, holds it or
brings it back comes before a step or after it, and never into the middle of one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from postroom.accounts.holds import let_no_hold_begin
from postroom.accounts.lifecycle import Decision, call_off_deletion, decide
from postroom.accounts.models import Activation, Deletion, EmailAccount
from postroom.accounts.use import note_kept
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.fence import lock_whatever_it_is
from postroom.cleanup.deactivating import begin, hide
from postroom.cleanup.facts import Counting, all_facts, counting_at
from postroom.cleanup.models import Case, Warning
from postroom.cleanup.policy import Facts, Policy, Progress, Step, next_step, next_warning
from postroom.cleanup.rules import Policies, all_policies
from postroom.cleanup.wording import reason_of
from postroom.team.audit import note
from postroom.team.counted import counted
from postroom.team.models import Act, User
from postroom.team.sales_inbox import switch_sales_inbox

# What was imported from files lies on no server: no policy may delete the only copy.
WITHOUT_MAIL = (Activation.WAITING, Activation.DEACTIVATED, Activation.IMPORTED)


@dataclass(frozen=True, slots=True)
class Review:
    """A mailbox with all that decides about it today."""

    account: EmailAccount
    case: Case | None
    policy: Policy
    facts: Facts
    progress: Progress | None
    counting: Counting

    @property
    def step(self) -> Step | None:
        """What is to be done now."""
        return next_step(self.policy, self.facts, self.progress, self.counting.today)

    @property
    def reason(self) -> str:
        """Why it is to be cleaned up."""
        return reason_of(self.policy, self.facts, self.counting.today)


def subjects() -> list[EmailAccount]:
    """The mailboxes that a policy is for: those with mail, and those it has hidden."""
    accounts = EmailAccount.objects.select_related("owner", "case", "deletion")
    stored = accounts.exclude(activation__in=WITHOUT_MAIL) | accounts.filter(case__isnull=False)
    return list(stored.order_by("pk"))


def reviews(
    accounts: Sequence[EmailAccount], now: datetime, policies: Policies | None = None
) -> list[Review]:
    """All of them, by what was decided, or by what is being thought of."""
    counting = counting_at(now)
    held = policies or all_policies()
    facts = all_facts(accounts, counting)
    progress = all_progress(accounts, counting)
    return [
        Review(
            account,
            getattr(account, "case", None),
            held.of(account.owner),
            as_kept(account, facts[account.pk], counting),
            progress.get(account.pk),
            counting,
        )
        for account in accounts
    ]


def all_progress(accounts: Sequence[EmailAccount], counting: Counting) -> dict[int, Progress]:
    """How far the cases among them are."""
    cases = [case for account in accounts if (case := getattr(account, "case", None))]
    found = {case.account_id: Progress({}, case.deletes_on) for case in cases}
    warnings = Warning.objects.filter(case__in=cases).select_related("case")
    for warning in warnings:
        pk = warning.case.account_id
        day = counting.day(warning.delivered_at) if warning.delivered_at else None
        found[pk] = replace(found[pk], warned={**found[pk].warned, warning.days: day})
    return found


def as_kept(account: EmailAccount, facts: Facts, counting: Counting) -> Facts:
    """Who resumed or reactivated it in the middle of its case wants it."""
    return replace(facts, begun_on=counting.today) if is_brought_back(account) else facts


def is_brought_back(account: EmailAccount) -> bool:
    """Whether somebody undid by hand what its case did."""
    case = getattr(account, "case", None)
    if case is None:
        return False
    if case.hidden_at:
        return account.activation != Activation.DEACTIVATED
    return account.activation == Activation.ACTIVE


def let_clocks_stand(now: datetime) -> None:
    """Of a mailbox without mail here nobody could open any: its clocks begin when it is back."""
    empty = EmailAccount.objects.filter(activation__in=WITHOUT_MAIL, case__isnull=True)
    for pk in empty.values_list("pk", flat=True):
        note_kept(pk, now)


def due_accounts(now: datetime) -> list[int]:
    """The accounts for which there is something to do; asked without any lock."""
    return [each.account.pk for each in reviews(subjects(), now) if each.step]


@transaction.atomic
def take_step(account_id: int, now: datetime) -> Step | None:
    """Take the next step of an account, if there still is one."""
    lock_whatever_it_is(account_id)
    let_no_hold_begin()
    found = [account for account in subjects() if account.pk == account_id]
    for review in reviews(found, now):
        if step := review.step:
            STEPS[step](review, now)
            announce_work(account_id)
            announce_account(account_id)
        return step
    return None


def pause(review: Review, now: datetime) -> None:
    """Stop syncing; everything stays. Reference: sync is paused."""
    account = review.account
    Case.objects.create(account=account, begun_at=now, was=account.activation)
    if account.activation == Activation.ACTIVE:
        decide(account, Activation.PAUSED, decision_of(review, now))
    note(Act.CLEANUP_PAUSED, None, account, now, review.reason)


def warn(review: Review, now: datetime) -> None:
    """Have the next warning written."""
    assert review.case  # noqa: S101 - a step of a case
    assert review.progress  # noqa: S101
    days = next_warning(review.progress, review.counting.today) or 0
    Warning.objects.create(case=review.case, days=days, written_at=now)
    note(Act.CLEANUP_WARNED, None, review.account, now, f"{counted(days, 'day')} before")


def hide_it(review: Review, now: datetime) -> None:
    """Nobody sees its mail any more, and SalesInbox is off. Reference: deactivated."""
    account, case = review.account, review.case
    assert case  # noqa: S101 - a step of a case
    deletes_on = review.counting.today + timedelta(days=review.policy.days_hidden)
    hide(account, decision_of(review, now), deletes_on)
    case.hidden_at, case.deletes_on = now, deletes_on
    case.took_salesinbox = take_salesinbox(account, now)
    case.save()
    note(Act.CLEANUP_HID, None, account, now, f"{review.reason} Deleted on {deletes_on:%-d %B %Y}.")


def take_salesinbox(account: EmailAccount, now: datetime) -> bool:
    """Switch SalesInbox off for its user, unless it shows another mailbox of theirs."""
    others = EmailAccount.objects.filter(owner=account.owner_id).exclude(pk=account.pk)
    if others.exclude(activation__in=WITHOUT_MAIL).exists():
        return False
    owner = User.objects.get(pk=account.owner_id)
    return switch_sales_inbox(owner, on=False, by=None, now=now, why=f"{account} is deactivated")


def delete(review: Review, now: datetime) -> None:
    """From here on it is deleted; its case is over."""
    account = review.account
    deletion = Deletion.objects.select_for_update().get(account=account)
    begin(account, deletion, decision_of(review, now))
    note(Act.CLEANUP_DELETES, None, account, now, review.reason)


def leave_alone(review: Review, now: datetime) -> None:
    """Its reasons are no more: everything is as before the case."""
    end_case(review.account, None, now)
    if is_brought_back(review.account):
        note_kept(review.account.pk, now)
    why = "it is under a legal hold" if review.facts.is_held else "the policy does not ask for it"
    note(Act.CLEANUP_ENDED, None, review.account, now, why)


def end_case(account: EmailAccount, by: User | None, now: datetime) -> None:
    """As it was: synced if it was, seen by whoever saw it, with its secrets and its SalesInbox."""
    case = account.case
    if case.hidden_at and account.activation == Activation.DEACTIVATED:
        call_off_deletion(account)
        decide(account, Activation(case.was), None)
    elif account.activation == Activation.PAUSED and account.is_policys:
        decide(account, Activation(case.was), None)
    if case.took_salesinbox:
        owner = User.objects.get(pk=account.owner_id)
        switch_sales_inbox(owner, on=True, by=by, now=now, why=f"{account} is kept")
    case.delete()


def decision_of(review: Review, now: datetime) -> Decision:
    """The policy's, with its reason."""
    return Decision(now, because=review.reason, is_policys=True)


STEPS: dict[Step, Callable[[Review, datetime], None]] = {
    Step.PAUSE: pause,
    Step.WARN: warn,
    Step.HIDE: hide_it,
    Step.DELETE: delete,
    Step.LEAVE_ALONE: leave_alone,
}
