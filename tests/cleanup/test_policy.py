"""The Cleanup Policy as a pure function: what happens on which day, and what never happens."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.oracle import is_met
from postroom.cleanup import months, policy
from postroom.cleanup.forecast import timetable
from postroom.cleanup.months import months_after
from postroom.cleanup.policy import (
    NEVER,
    NEWER,
    PRESETS,
    REFERENCE,
    Condition,
    Facts,
    Policy,
    Progress,
    Step,
    advanced,
    met_from,
    next_step,
)
from postroom.team.days import local_day
from taking_away import take_away

OPENED, INACTIVE, UNSENT, GONE = Condition
BEGUN = date(2025, 1, 1)


def on(text: str) -> date:
    return date.fromisoformat(text)


def facts(begun: str = "2025-01-01", **days: str) -> Facts:
    """Facts by their names without _on."""
    return Facts(on(begun), **{f"{name}_on": on(day) for name, day in days.items()})  # type: ignore[arg-type]


MONTHS = [
    ("2026-01-31", 1, "2026-02-28"),
    ("2024-01-31", 1, "2024-02-29"),
    ("2024-02-29", 12, "2025-02-28"),
    ("2024-02-29", 48, "2028-02-29"),
    ("2026-02-28", 1, "2026-03-28"),
    ("2026-03-31", 1, "2026-04-30"),
    ("2026-08-31", 6, "2027-02-28"),
    ("2026-10-31", 5, "2027-03-31"),
    ("2026-12-31", 2, "2027-02-28"),
    ("2026-12-15", 1, "2027-01-15"),
    ("2027-12-15", 120, "2037-12-15"),
    ("2100-01-29", 1, "2100-02-28"),
    ("2000-01-29", 1, "2000-02-29"),
    ("9999-12-01", 1, "9999-12-31"),
]


@pytest.mark.parametrize(("day", "number", "then"), MONTHS)
def test_a_month_is_the_same_day_or_the_last_one_there_is(day: str, number: int, then: str) -> None:
    assert months_after(on(day), number) == on(then)


ANY, ALL = False, True
# Conditions, how they are combined, what is known, and the first day on which they are met.
MET = [
    ({OPENED: 1}, ANY, facts("2026-01-01"), "2026-02-02"),
    ({OPENED: 1}, ANY, facts(opened="2026-03-15"), "2026-04-16"),
    ({OPENED: 1}, ANY, facts(opened="2026-01-31"), "2026-03-01"),
    ({OPENED: 1}, ANY, facts("2023-01-01", opened="2024-01-31"), "2024-03-01"),
    ({OPENED: 1}, ANY, facts("2026-06-01", opened="2026-03-15"), "2026-07-02"),
    ({OPENED: 1}, ANY, facts(active="2026-09-01", sent="2026-09-01"), "2025-02-02"),
    ({INACTIVE: 5}, ANY, facts(active="2026-01-10"), "2026-06-11"),
    ({INACTIVE: 5}, ANY, facts(active="2026-09-30"), "2027-03-01"),
    ({INACTIVE: 5}, ANY, facts(opened="2026-01-10"), "2025-06-02"),
    ({INACTIVE: 5}, ANY, facts("2026-03-01"), "2026-08-02"),
    ({UNSENT: 3}, ANY, facts(sent="2026-11-30"), "2027-03-01"),
    ({UNSENT: 3}, ANY, facts(opened="2026-11-30"), "2025-04-02"),
    ({GONE: 1}, ANY, facts(), None),
    ({GONE: 1}, ANY, facts(gone="2026-05-31"), "2026-07-01"),
    ({GONE: 1}, ANY, facts("2026-08-01", gone="2026-05-31"), "2026-09-02"),
    ({GONE: 6}, ANY, facts(gone="2026-05-31", opened="2026-10-01"), "2026-12-01"),
    ({}, ANY, facts(), None),
    ({}, ALL, facts(), None),
    (REFERENCE.months, ANY, facts(opened="2026-05-01", active="2026-05-20"), "2026-06-02"),
    (REFERENCE.months, ANY, facts(opened="2026-05-20", active="2026-05-20"), "2026-06-21"),
    (REFERENCE.months, ANY, facts(opened="2026-06-20", active="2026-01-20"), "2026-06-21"),
    (REFERENCE.months, ANY, facts(opened="2026-12-20", active="2026-01-20"), "2026-06-21"),
    (REFERENCE.months, ALL, facts(opened="2026-05-20", active="2026-01-20"), "2026-06-21"),
    (NEWER.months, ALL, facts(opened="2026-01-05", sent="2026-01-05"), "2026-07-06"),
    (NEWER.months, ALL, facts(opened="2026-01-05", sent="2026-05-05"), "2026-08-06"),
    (NEWER.months, ALL, facts(opened="2026-08-05", sent="2026-01-05"), "2027-02-06"),
    (NEWER.months, ANY, facts(opened="2026-08-05", sent="2026-01-05"), "2026-04-06"),
    ({OPENED: 1, GONE: 2}, ALL, facts(opened="2026-01-05"), None),
    ({OPENED: 1, GONE: 2}, ALL, facts(opened="2026-01-05", gone="2026-02-05"), "2026-04-06"),
    ({OPENED: 1, GONE: 2}, ANY, facts(opened="2026-01-05"), "2026-02-06"),
    ({INACTIVE: 5, UNSENT: 3}, ALL, facts(active="2026-01-05", sent="2026-04-05"), "2026-07-06"),
]


@pytest.mark.parametrize(("asked", "takes_all", "known", "then"), MET)
def test_conditions_are_met_from_a_day_on(
    asked: dict[Condition, int], takes_all: bool, known: Facts, then: str | None
) -> None:
    met = met_from(Policy(asked, takes_all), known)
    assert met == (on(then) if then else None)
    if met:
        held = Policy(asked, takes_all)
        assert next_step(held, known, None, met) == Step.PAUSE
        assert next_step(held, known, None, met - timedelta(days=1)) is None
        assert next_step(held, replace(known, is_held=True), None, met) is None


LONG_AGO = facts("2025-01-01", opened="2026-01-01", active="2026-01-01")
DUE = on("2026-02-02")


def warned(*days: tuple[int, str | None], deletes: str | None = None) -> Progress:
    delivered = {number: on(day) if day else None for number, day in days}
    return Progress(delivered, on(deletes) if deletes else None)


ALL_THREE = ((14, "2026-02-02"), (3, "2026-02-13"), (1, "2026-02-15"))
# How far it is, the day, and what is done then.
STEPS = [
    (None, "2026-02-01", None),
    (None, "2026-02-02", Step.PAUSE),
    (None, "2026-12-31", Step.PAUSE),
    (warned(), "2026-02-02", Step.WARN),
    (warned(), "2026-02-01", Step.LEAVE_ALONE),
    (warned((14, None)), "2026-02-02", None),
    (warned((14, None)), "2027-02-02", None),
    (warned((14, "2026-02-02")), "2026-02-12", None),
    (warned((14, "2026-02-02")), "2026-02-13", Step.WARN),
    (warned((14, "2026-02-02")), "2026-09-13", Step.WARN),
    (warned((14, "2026-02-09")), "2026-02-19", None),
    (warned((14, "2026-02-09")), "2026-02-20", Step.WARN),
    (warned((14, "2026-02-02"), (3, None)), "2026-02-13", None),
    (warned((14, "2026-02-02"), (3, None)), "2026-08-13", None),
    (warned((14, "2026-02-02"), (3, "2026-02-13")), "2026-02-14", None),
    (warned((14, "2026-02-02"), (3, "2026-02-13")), "2026-02-15", Step.WARN),
    (warned((14, "2026-02-02"), (3, "2026-02-13"), (1, None)), "2026-02-16", None),
    (warned(*ALL_THREE), "2026-02-15", None),
    (warned(*ALL_THREE), "2026-02-16", Step.HIDE),
    (warned(*ALL_THREE), "2026-02-03", None),
    (warned(*ALL_THREE), "2026-02-01", Step.LEAVE_ALONE),
    (warned(*ALL_THREE, deletes="2026-03-18"), "2026-03-17", None),
    (warned(*ALL_THREE, deletes="2026-03-18"), "2026-03-18", Step.DELETE),
    (warned(*ALL_THREE, deletes="2026-03-18"), "2027-03-18", Step.DELETE),
    (warned(*ALL_THREE, deletes="2026-03-18"), "2026-01-18", Step.LEAVE_ALONE),
    (warned((1, "2026-02-02")), "2026-02-03", Step.WARN),
    (warned((1, "2026-02-02"), (3, "2026-02-02")), "2026-03-03", Step.WARN),
    (warned((14, "2026-03-02"), (3, "2026-02-13"), (1, "2026-02-15")), "2026-03-03", None),
]


@pytest.mark.parametrize(("progress", "day", "step"), STEPS)
def test_each_step_has_its_day(progress: Progress | None, day: str, step: Step | None) -> None:
    assert next_step(REFERENCE, LONG_AGO, progress, on(day)) == step


ENDS = [
    ("it is held", REFERENCE, replace(LONG_AGO, is_held=True)),
    ("it is kept", REFERENCE, replace(LONG_AGO, begun_on=on("2026-02-14"))),
    (
        "it is opened and its user is back",
        REFERENCE,
        facts(opened="2026-02-14", active="2026-02-14"),
    ),
    ("it is never to be", NEVER, LONG_AGO),
    ("the policy asks for more", NEWER, LONG_AGO),
]
FAR = [warned(), warned((14, None)), warned(*ALL_THREE), warned(*ALL_THREE, deletes="2026-02-15")]


@pytest.mark.parametrize(("why", "held", "known"), ENDS)
@pytest.mark.parametrize("progress", FAR)
def test_however_far_it_is_a_case_ends_with_its_reasons(
    why: str, held: Policy, known: Facts, progress: Progress
) -> None:
    assert next_step(held, known, progress, on("2026-02-16")) == Step.LEAVE_ALONE, why


def test_there_are_enough_cases() -> None:
    number = len(MONTHS) + len(MET) + len(STEPS) + len(list(product(ENDS, FAR)))
    print(f"{number} cases")
    assert number >= 80


def test_the_presets_are_the_references_the_newer_one_and_never() -> None:
    assert list(PRESETS) == ["reference", "newer", "never"]
    assert Policy({OPENED: 1, INACTIVE: 5}, takes_all=False) == REFERENCE
    assert Policy({UNSENT: 3, OPENED: 6}, takes_all=True) == NEWER
    assert not NEVER.months


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 3, 1, 4, 59, tzinfo=UTC), "America/New_York", "2026-02-28"),
        (datetime(2026, 3, 1, 5, 0, tzinfo=UTC), "America/New_York", "2026-03-01"),
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), "Europe/Berlin", "2026-03-28"),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "Europe/Berlin", "2026-03-29"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "Europe/Berlin", "2026-03-30"),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "Europe/Berlin", "2026-10-25"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "Europe/Berlin", "2026-10-26"),
        (datetime(2026, 1, 31, 10, 0, tzinfo=UTC), "Pacific/Kiritimati", "2026-02-01"),
        (datetime(2026, 1, 31, 10, 0, tzinfo=UTC), "Pacific/Pago_Pago", "2026-01-30"),
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), "No/Such_Place", "2026-01-31"),
    ],
)
def test_a_day_is_the_organisations_whatever_its_clocks_do(
    moment: datetime, zone: str, day: str
) -> None:
    assert local_day(moment, zone) == on(day)


DAYS = st.dates(date(2023, 12, 1), date(2026, 12, 31))
POLICIES = st.builds(
    Policy,
    st.dictionaries(st.sampled_from(list(Condition)), st.integers(1, 13)),
    st.booleans(),
    st.integers(7, 60),
)
FACTS = st.builds(Facts, DAYS, *[st.none() | DAYS for _ in range(4)], is_held=st.booleans())


@given(POLICIES, FACTS, st.dates(date(2024, 1, 1), date(2028, 6, 30)))
def test_the_conditions_are_those_of_the_oracle(held: Policy, known: Facts, today: date) -> None:
    step = next_step(held, known, None, today)
    assert (step == Step.PAUSE) == is_met(held, known, today)


@given(POLICIES, FACTS, DAYS)
def test_the_forecast_is_what_happens(held: Policy, known: Facts, today: date) -> None:
    plan = timetable(held, known, None, today)
    progress: Progress | None = None
    seen: dict[Step, date] = {}
    for _ in range(40 * 31 + 120):
        while (step := next_step(held, known, progress, today)) and Step.DELETE not in seen:
            seen.setdefault(step, today)
            progress = advanced(held, progress, step, today)
        today += timedelta(days=1)
    assert plan.days == seen
    if plan.deletes_on and plan.hides_on:
        assert plan.hides_on == plan.days[Step.PAUSE] + timedelta(days=14)
        assert plan.deletes_on == plan.hides_on + timedelta(days=held.days_hidden)


TAKEN_AWAY = [
    (policy, "None if facts.is_held else met_from(policy, facts)", "met_from(policy, facts)"),
    (policy, "if met is None or today < met:", "if met is None:"),
    (policy, "return Step.LEAVE_ALONE if progress else None", "return None"),
    (policy, "return Step.DELETE if today >= progress.deletes_on else None", "return Step.DELETE"),
    (policy, "return Step.HIDE if is_warned(progress, today) else None", "return Step.HIDE"),
    (policy, "return delivered is not None and today", "return delivered is None or today"),
    (policy, "today >= delivered + timedelta(days=LASTS[days])", "today >= delivered"),
    (policy, "if not has_lasted(days, progress, today):", "if False:"),
    (policy, "max(facts.begun_on, last or facts.begun_on)", "last or facts.begun_on"),
    (
        policy,
        "max(facts.begun_on, facts.gone_on) if facts.gone_on",
        "facts.gone_on if facts.gone_on",
    ),
    (policy, "Condition.UNOPENED: facts.opened_on", "Condition.UNOPENED: facts.active_on"),
    (policy, "Condition.INACTIVE: facts.active_on", "Condition.INACTIVE: facts.opened_on"),
    (policy, "Condition.UNSENT: facts.sent_on", "Condition.UNSENT: facts.opened_on"),
    (policy, "if not known or (policy.takes_all and len(known) < len(days)):", "if not known:"),
    (policy, "max(known) if policy.takes_all else min(known)", "min(known)"),
    (policy, "return until + ONE_DAY if until < date.max else None", "return until"),
    (months, "min(day.day, monthrange(year, month + 1)[1])", "min(day.day, 28)"),
]


@pytest.mark.parametrize(("module", "there", "instead"), TAKEN_AWAY)
def test_each_condition_is_missed_when_it_goes(
    module: object, there: str, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as changed:
        take_away(module, there, instead, changed)  # type: ignore[arg-type]
        assert not all_tables_hold(), f"nobody misses: {there}"
    assert all_tables_hold(), "the control"


def all_tables_hold() -> bool:
    """Whether every table above would pass."""
    try:
        return (
            all(months_after(on(day), number) == on(then) for day, number, then in MONTHS)
            and all(
                met_from(Policy(asked, takes_all), known) == (on(then) if then else None)
                for asked, takes_all, known, then in MET
            )
            and all(
                next_step(REFERENCE, LONG_AGO, far, on(day)) == step for far, day, step in STEPS
            )
            and all(
                next_step(held, known, far, on("2026-02-16")) == Step.LEAVE_ALONE
                for (_, held, known), far in product(ENDS, FAR)
            )
        )
    except TypeError:
        return False
