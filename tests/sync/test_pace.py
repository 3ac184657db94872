"""Rates are smoothed: a pause of the server does not make the time left jump."""

import pytest

from postroom.archive.models import SyncRun
from postroom.sync.pace import Pace


def paced(*moments: tuple[float, int]) -> float:
    """The rate after these moments (seconds, how many in all)."""
    pace = Pace(0.0)
    for now, done in moments:
        pace.note(done, now)
    return pace.rate(moments[-1][0])


def test_before_the_first_second_the_mean_has_to_do() -> None:
    assert paced((0.5, 50)) == 100
    assert Pace(0.0).rate(0.0) == 0
    assert Pace(0.0).rate(9.0) == 0


def test_it_is_the_median_of_the_last_stretches() -> None:
    assert paced((1, 100), (2, 200), (3, 300)) == 100
    pause = paced((1, 100), (2, 200), (62, 300), (63, 400), (64, 500))
    assert pause == 100
    burst = paced((1, 100), (2, 200), (3, 9000), (4, 9100), (5, 9200))
    assert burst == 100


def test_a_lasting_change_is_followed() -> None:
    slow = [(n, 100 * n) for n in range(1, 10)]
    assert paced(*slow, *[(9 + n, 900 + 1000 * n) for n in range(1, 10)]) == 1000


@pytest.mark.parametrize(
    ("numbers", "left"),
    [
        ({}, 0),
        ({"messages_found": 100}, None),
        ({"messages_found": 100, "messages_done": 50, "messages_rate": 10}, 5),
        ({"messages_planned": 1000, "messages_before": 400, "messages_rate": 100}, 6),
        (
            {
                "messages_found": 100, "messages_done": 50, "messages_rate": 10,
                "bodies_found": 90, "bodies_done": 10, "bodies_rate": 8,
            },
            10,
        ),
        ({"messages_found": 5, "messages_done": 9, "messages_rate": 1}, 0),
        ({"bodies_found": 5, "bodies_done": 1}, None),
    ],
)  # fmt: skip
def test_the_slower_of_messages_and_bodies_decides_the_time_left(
    numbers: dict[str, float], left: float | None
) -> None:
    run = SyncRun(**numbers)
    assert run.seconds_left == left
    assert run.messages_here <= run.messages_in_all
