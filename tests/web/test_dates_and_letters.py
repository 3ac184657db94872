"""What pages say in small words, in tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import text

from postroom.crm.models import Person
from postroom.crm.orders import OF_PEOPLE
from postroom.rendering.letter import letter
from postroom.web.templatetags.postroom import duration, grouped, how_long, initials, short_date
from postroom.web.time_zones import find_zone

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 12, 10, 42, tzinfo=UTC), "10:42"),
        (datetime(2026, 3, 12, 0, 0, tzinfo=UTC), "00:00"),
        (datetime(2026, 3, 11, 23, 59, tzinfo=UTC), "Yesterday"),
        (datetime(2026, 3, 10, 23, 59, tzinfo=UTC), "10 Mar"),
        (datetime(2026, 1, 1, 0, 0, tzinfo=UTC), "1 Jan"),
        (datetime(2025, 11, 3, 9, 0, tzinfo=UTC), "3 Nov 2025"),
        (datetime(2026, 3, 13, 9, 0, tzinfo=UTC), "13 Mar"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1 Jan 1970"),
    ],
)
def test_dates_read_like_a_persons(moment: datetime, said: str) -> None:
    assert short_date(moment, NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (2, "a few seconds"),
        (22, "about 20 seconds"),
        (58, "about a minute"),
        (190, "about 3 minutes"),
        (7300, "about 2 hours"),
    ],
)
def test_time_left_is_rough(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("Émile du Bois", "ÉB"), ("Cher", "C"), ("  ", "?"), ("<b>", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_thousands_stand_apart() -> None:
    assert grouped(48212) == "48,212"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Mars/Olympus", "/etc/localtime"])
def test_a_zone_that_is_none_is_no_path(name: str) -> None:
    assert find_zone(name) is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See https://x.example/a?b=1&c=2.", 'href="https://x.example/a?b=1&amp;c=2"'),
        ("<b>https://x.example</b>", "&lt;b&gt;<a"),
        ("> said\nanswer", '<span class="quoted">&gt; said</span>\nanswer'),
    ],
)
def test_a_letter_has_links_and_quotes(written: str, shown: str) -> None:
    assert shown in letter(written)


@given(text(alphabet="<>\"'&ahtps:/.x \n"))
def test_a_letter_holds_no_tags_but_its_own(written: str) -> None:
    html = letter(written)
    assert html.count("<") == html.count("<a href=") * 2 + html.count("<span class=") * 2


@given(text())
def test_a_place_is_read_or_refused(written: str) -> None:
    for word in OF_PEOPLE.columns:
        OF_PEOPLE.chosen(word)[1].parse(written, Person)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "1 minute"),
        (0.5, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (1439, "23 hours"),
        (1440, "1 day"),
        (89 * 1440, "89 days"),
    ],
)
def test_how_long_somebody_waits(minutes: float, said: str) -> None:
    assert how_long(timedelta(minutes=minutes)) == said
