"""The one box finds notes and tasks too: for whom they are, and never the email behind them."""

from datetime import date

import pytest

from cast import NOON, person, user
from postroom.archive.search_query import parse_query
from postroom.association.searching_diary import notes_found, tasks_found
from postroom.crm.models import Note, Person
from postroom.crm.notes import edit_note, write_note
from postroom.crm.tasks import TaskEntry, add_task, change_task

pytestmark = pytest.mark.django_db
LENA = "lena@customer.example"
DAY = date(2026, 3, 2)


@pytest.fixture
def lena() -> Person:
    return person("Lena Lead", LENA)


FOUND = {
    "offer": {"offer"},
    "OFFER mill": {"offer"},
    "mull": {"müller"},
    "müller*": {"müller"},
    '"the offer"': {"offer"},
    '"offer the"': set(),
    "-offer": set(),
    "is:note -offer": {"müller", "東京", "tom"},
    "京都": {"東京"},
    "offer OR tom": {"offer", "tom"},
    "person:lena": {"offer", "müller", "東京"},
    "person:lena -mill": {"müller", "東京"},
    "is:note": {"offer", "müller", "東京", "tom"},
    "is:note before:2026-03": set(),
    "after:2026-03-02 offer": {"offer"},
    "on:2026-03 offer": {"offer"},
    "from:lena offer": set(),
    "from:lena OR offer": {"offer"},
    "-from:lena offer": {"offer"},
    "in:inbox offer": set(),
    "is:unread": set(),
    "is:task offer": set(),
    "after:2026": set(),
    "!!!": set(),
    "": set(),
}


def test_a_query_finds_notes_by_their_words_in_any_script(lena: Person) -> None:
    tom, alice = person("Tom Other", "tom@x.example"), user("Alice")
    texts = {
        "offer": "The offer, for the mill",
        "müller": "Müllers ring again",
    }
    texts["東京"] = "東京より京都で会う"
    notes = {write_note(lena, text, alice, NOON).pk: name for name, text in texts.items()}
    notes[write_note(tom, "Tom is kind", alice, NOON).pk] = "tom"
    for words, expected in FOUND.items():
        assert {notes[n.pk] for n in notes_found(parse_query(words))} == expected, words
    print(f"{len(FOUND)} queries")
    changed = Note.objects.get(text__startswith="Tom")
    edit_note(changed, "Other words", NOON)
    assert list(notes_found(parse_query("tom"))) == []
    assert list(notes_found(parse_query("other"))) == [changed]


def test_tasks_are_found_by_those_who_see_them(lena: Person) -> None:
    alice, bob = user("Alice"), user("Bob")
    hers = add_task(None, TaskEntry("Secret offer", DAY, assignee=alice), alice, NOON)
    every = add_task(lena, TaskEntry("Send offer", DAY, assignee=alice), alice, NOON)
    for words in ("offer", "is:task", "is:task on:2026-03-02"):
        assert set(tasks_found(parse_query(words), alice)) == {hers, every}
        assert set(tasks_found(parse_query(words), bob)) == {every}
    change_task(every, TaskEntry("Call", DAY))
    assert not tasks_found(parse_query("offer"), bob)
