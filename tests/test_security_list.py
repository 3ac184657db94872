"""The list of docs/security.md: whole, counted right, and its evidence is there."""

import re
from collections import Counter

import pytest

from sources import ROOT, table_rows

PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [row for row in table_rows(PAGE) if re.fullmatch(r"\d+\.\d+\.\d+", row[0])]
STATES = ("met", "partly", "not met", "yours", "n/a")
# Of levels 1 and 2 of ASVS 5.0, by chapter.
CHAPTERS = dict(
    zip(range(1, 18), (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7), strict=True)
)


def test_every_requirement_has_one_row() -> None:
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids)) == 253
    assert Counter(int(each.partition(".")[0]) for each in ids) == CHAPTERS


def test_the_count_is_that_of_the_rows() -> None:
    count = Counter(row[2] for row in ROWS)
    told = ", ".join(f"{count[state]} {state}" for state in STATES)
    assert f"Of 253 requirements of levels 1 and 2: {told}." in " ".join(PAGE.split())


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_shows_it_is_there(row: list[str]) -> None:
    _, _, state, how, shown = row
    assert state in STATES
    named = re.findall(r"`([^`]+)`", shown)
    assert named or state in ("n/a", "not met", "yours"), how
    for place in named:
        path, _, test = place.partition("::")
        assert (ROOT / path).is_file(), path
        if test:
            assert re.search(rf"def {test}\(", (ROOT / path).read_text()), place
