"""The whole search against a naive scan of all mail, in random worlds of many scripts."""

import os
import random

import pytest

from postroom.archive.models import Email
from postroom.archive.search_query import parse_query
from postroom.association import search, search_candidates, searching, visible_to
from postroom.team.models import User
from search.worlds import answers, random_query, searchable, world

pytestmark = pytest.mark.django_db

LONG = os.environ.get("TEST_LONG") == "1"
WORLDS, LETTERS, QUERIES = (12, 80, 100) if LONG else (2, 40, 25)


@pytest.fixture(autouse=True, params=["few mailboxes", "many"])
def short_stretches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few emails are to be as many as need the index, its windows, and several looks.

    Of many mailboxes the index is asked day by day, and of common beginnings of words not at all.
    """
    if request.param == "many":
        monkeypatch.setattr(search_candidates, "FEW_ACCOUNTS", 0)
    monkeypatch.setattr(search_candidates, "LOOKED_THROUGH", 10)
    monkeypatch.setattr(search_candidates, "MOST_LOOKED_THROUGH", 20)
    monkeypatch.setattr(search_candidates, "MOST_IN_A_WINDOW", 12)
    monkeypatch.setattr(search_candidates, "ENOUGH", 4)
    monkeypatch.setattr(searching, "FIRST_LOOK", 3)
    monkeypatch.setattr(searching, "MOST_LOOKED_AT", 25)


def all_found(viewer: User, typed: str) -> list[bytes]:
    """Every email that is found, by page after page."""
    query, after, found = parse_query(typed), None, []
    while True:
        page = search(viewer, query, after=after, limit=4)
        assert len(page.rows) <= 4
        found += [bytes(row.email.identity) for row in page.rows]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("seed", range(WORLDS))
def test_what_is_found_is_what_a_scan_finds(seed: int) -> None:
    chance = random.Random(seed)
    users = world(chance, LETTERS)
    assert searchable() >= LETTERS
    hits = 0
    for viewer in users:
        seen = list(visible_to(viewer).select_related("account__owner", "raw"))
        for typed in [random_query(chance) for _ in range(QUERIES)]:
            expected = [e for e in seen if answers(parse_query(typed), e)]
            in_order = sorted(expected, key=lambda e: (e.sent_at, bytes(e.identity)), reverse=True)
            wanted = list(dict.fromkeys(bytes(e.identity) for e in in_order))
            assert all_found(viewer, typed) == wanted, (seed, viewer, typed)
            hits += len(wanted)
    print(f"world {seed}: {Email.objects.count()} emails, {3 * QUERIES} queries, {hits} hits")
    assert hits > 60
