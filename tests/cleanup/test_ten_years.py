"""Two hundred users for ten years, day by day, with everything that may come between.

They open, send, stay away, leave, press the button; holds come and go; the policy changes; the
engine is off for months; warnings are not delivered for weeks. Whoever was deleted is asked whether
that was promised, by a reading of the rule that shares nothing with it.
"""

import os
import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from cleanup.oracle import is_met
from postroom.cleanup.policy import (
    NEVER,
    NEWER,
    REFERENCE,
    Condition,
    Facts,
    Policy,
    Progress,
    Step,
    next_step,
    next_warning,
)

LONG = os.environ.get("TEST_LONG") == "1"
USERS, YEARS = (200, 10) if LONG else (40, 4)
BEGUN = date(2023, 9, 1)
WHOLE = 14 + 30
OTHER = Policy({Condition.UNOPENED: 2, Condition.GONE: 1}, days_hidden=30)


@dataclass
class Mailbox:
    """One user's, with a diary of what the policy did."""

    facts: Facts
    habit: float
    progress: Progress | None = None
    hidden_on: date | None = None
    delivered: dict[int, date] = field(default_factory=dict)
    days_met: int = 0
    days_lost: int = 0


@dataclass
class Tally:
    """What came of it."""

    deleted: int = 0
    hidden: int = 0
    left_alone: int = 0
    unwarned: int = 0
    held: int = 0
    overdue: int = 0
    unmet: int = 0


def live(box: Mailbox, today: date, dice: random.Random) -> None:
    """What people do on a day. Of what is hidden nobody opens anything."""
    known = box.facts
    if dice.random() < 0.003:
        box.habit = dice.choice([0.5, 0.1, 0.02, 0.0, 0.0])
    if not known.gone_on and dice.random() < box.habit:
        known = replace(known, active_on=today)
        if box.hidden_on is None:
            known = replace(known, opened_on=today)
            known = replace(known, sent_on=today) if dice.random() < 0.3 else known
    if dice.random() < 0.0006:
        known = replace(known, gone_on=None if known.gone_on else today)
    if dice.random() < (0.01 if known.is_held else 0.001):
        known = replace(known, is_held=not known.is_held)
    if box.progress and dice.random() < 0.002:
        known = replace(known, begun_on=today)
    box.facts = known


def deliver(box: Mailbox, today: date, works: bool) -> None:
    """The mail server takes the warning, or does not."""
    if box.progress and works:
        for days, delivered in box.progress.warned.items():
            if delivered is None:
                warned = {**box.progress.warned, days: today}
                box.progress = replace(box.progress, warned=warned)
                box.delivered[days] = today


def go_on(box: Mailbox, held: Policy, today: date, tally: Tally) -> bool:
    """What the engine does on a day; True when the mailbox was deleted."""
    while step := next_step(held, box.facts, box.progress, today):
        if step == Step.DELETE:
            judge(box, held, today, tally)
            return True
        if step == Step.PAUSE:
            box.progress, box.delivered = Progress(), {}
        elif step == Step.WARN and box.progress:
            days = next_warning(box.progress, today) or 0
            box.progress = replace(box.progress, warned={**box.progress.warned, days: None})
        elif step == Step.HIDE and box.progress:
            tally.hidden += 1
            box.hidden_on = today
            box.progress = replace(
                box.progress, deletes_on=today + timedelta(days=held.days_hidden)
            )
        else:
            tally.left_alone += 1
            box.progress, box.hidden_on = None, None
    return False


def judge(box: Mailbox, held: Policy, today: date, tally: Tally) -> None:
    """Was it promised, and is it allowed?"""
    tally.deleted += 1
    tally.held += box.facts.is_held
    tally.unmet += not is_met(held, box.facts, today)
    first, second, third = (box.delivered.get(days) for days in (14, 3, 1))
    hidden = box.hidden_on
    if not (first and second and third and hidden):
        tally.unwarned += 1
        return
    tally.unwarned += (
        (second - first).days < 11
        or (third - second).days < 2
        or (hidden - third).days < 1
        or (today - hidden).days < 30
    )


def count_overdue(box: Mailbox, held: Policy, today: date, works: bool, tally: Tally) -> None:
    """However few days an engine was there and mail went out, it needs no more than its days."""
    if not is_met(held, box.facts, today):
        box.days_met = box.days_lost = 0
        return
    box.days_met += 1
    box.days_lost += not works
    tally.overdue += box.days_met - box.days_lost > WHOLE + 4


def simulate(seed: int) -> Tally:
    """All of it."""
    dice, tally = random.Random(seed), Tally()
    habits = [0.9, 0.5, 0.1, 0.03, 0.0]
    boxes = [Mailbox(Facts(BEGUN), dice.choice(habits)) for _ in range(USERS)]
    held, engine_off, mail_off = REFERENCE, 0, 0
    for number in range(YEARS * 365):
        today = BEGUN + timedelta(days=number)
        if dice.random() < 0.004:
            held = dice.choice([REFERENCE, REFERENCE, NEWER, OTHER, NEVER])
        engine_off = max(engine_off - 1, 0) or (dice.randrange(1, 120) * (dice.random() < 0.003))
        mail_off = max(mail_off - 1, 0) or (dice.randrange(1, 40) * (dice.random() < 0.01))
        for place, box in enumerate(boxes):
            live(box, today, dice)
            if not engine_off:
                deliver(box, today, not mail_off)
                if go_on(box, held, today, tally):
                    boxes[place] = Mailbox(Facts(today), dice.choice(habits))
                    continue
            count_overdue(box, held, today, not engine_off and not mail_off, tally)
    return tally


def test_nobody_is_deleted_without_warnings_nor_kept_beyond_them_and_no_hold_is_broken() -> None:
    tally = simulate(seed=8)
    print(f"{USERS} users, {YEARS} years: {tally}")
    assert tally.deleted >= USERS // 4, "the control: there is much to be deleted"
    assert tally.hidden > tally.deleted, "the control: some come back in time"
    assert tally.left_alone > 0
    assert (tally.unwarned, tally.overdue, tally.held, tally.unmet) == (0, 0, 0, 0)
