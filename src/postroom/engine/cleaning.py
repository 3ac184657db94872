"""The job of the Cleanup Policy: look at every mailbox, take the steps that are due, tell of them.

Once an hour, so that an engine that was off at some hour of the day misses nothing; the steps
themselves count days. Killed anywhere, the next hour goes on: what there is to tell is read from
the cases, and a letter is written once.
"""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.announce import announce_account
from postroom.cleanup.cases import (
    Review,
    due_accounts,
    let_clocks_stand,
    reviews,
    subjects,
    take_step,
)
from postroom.cleanup.keeping import keep, word_of
from postroom.cleanup.models import Case, Warning
from postroom.cleanup.policy import Step
from postroom.engine.leaving import start_deleting
from postroom.engine.starting import cancel_waiting, start_keeping
from postroom.erasure.register import keep_register
from postroom.outbox.cleanup_letters import (
    HIDDEN,
    CleanupNews,
    delivered_at,
    try_again,
    write_news,
)
from postroom.outbox.outgoing import forget_outgoing
from postroom.outbox.queue import forget_notices
from postroom.sync.database import in_database
from postroom.team.models import User

log = logging.getLogger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(name="postroom.clean_up", queue="post", queueing_lock="clean-up")
async def clean_up_by_the_hour(timestamp: int) -> None:
    """Take the steps that are due, by the engine's own clock."""
    await in_database(clean_up, timezone.now())
    await in_database(keep_register)


def clean_up(now: datetime) -> int:
    """One look at all mailboxes. Returns how many steps were taken."""
    let_clocks_stand(now)
    note_deliveries(now)
    taken = 0
    for account_id in due_accounts(now):
        while step := go_one_step(account_id, now):
            taken += 1
            log.debug("Cleanup Policy, account %s: %s", account_id, step)
    write_letters(now)
    return taken


def go_one_step(account_id: int, now: datetime) -> Step | None:
    """One step, and what follows from it in the other rooms."""
    with transaction.atomic():
        step = take_step(account_id, now)
        account = EmailAccount.objects.filter(pk=account_id).first()
        if step == Step.DELETE and account:
            forget_notices(account)
            forget_outgoing(account)
    if account and step in FOLLOWED:
        follow(account)
    return step


FOLLOWED = (Step.PAUSE, Step.HIDE, Step.DELETE, Step.LEAVE_ALONE)


def follow(account: EmailAccount) -> None:
    """Have the account's jobs be those of its new state."""
    if account.activation == Activation.ACTIVE:
        start_keeping(account)
        return
    cancel_waiting(account.pk)
    if account.activation == Activation.DEACTIVATED:
        start_deleting(account.pk)


def keep_mailbox(account: EmailAccount, by: User | None, now: datetime) -> bool:
    """Keep it, and sync it again if it was synced. Raises TooLate."""
    had_a_case = keep(account, by, now)
    account.refresh_from_db()
    if account.activation == Activation.ACTIVE:
        start_keeping(account)
    announce_account(account.pk)
    return had_a_case


def note_deliveries(now: datetime) -> None:
    """Which of the warnings are with those whom they warn."""
    waiting = Warning.objects.filter(delivered_at__isnull=True)
    for warning in waiting.select_related("case__account"):
        case = warning.case
        at = delivered_at(case.pk, warning.days, case.account.owner_id)
        if at:
            Warning.objects.filter(pk=warning.pk).update(delivered_at=at)
        else:
            try_again(case.pk, warning.days, now)


def write_letters(now: datetime) -> int:
    """Write what there is to tell of every case and was not told yet."""
    return sum(
        write_news(news, now)
        for review in reviews(subjects(), now)
        if review.case
        for news in news_of(review, review.case)
    )


def news_of(review: Review, case: Case) -> list[CleanupNews]:
    """The latest news of a case: that it is hidden, or its last warning."""
    days_hidden = timedelta(days=review.policy.days_hidden)
    if case.hidden_at and case.deletes_on:
        hidden_on = review.counting.day(case.hidden_at)
        return [news(review, case, HIDDEN, hidden_on, case.deletes_on)]
    last = case.warnings.order_by("days").first()
    if last is None or last.delivered_at:
        return []
    hidden_on = review.counting.day(last.written_at) + timedelta(days=last.days)
    return [news(review, case, last.days, hidden_on, hidden_on + days_hidden)]


def news(review: Review, case: Case, days: int, hidden_on: date, deleted_on: date) -> CleanupNews:
    """As the letters take it."""
    account, reason = review.account, review.reason
    return CleanupNews(account, case.pk, days, reason, hidden_on, deleted_on, word_of(case.pk))
