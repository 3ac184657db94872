"""Search shows notes and tasks beside the emails, and no email through them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from cast import NOON, account_of, message, person, received, user
from postroom.crm.notes import write_note
from postroom.crm.tasks import TaskEntry, add_task
from postroom.team.models import User

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"


@pytest.mark.django_db
def test_the_page_has_a_few_above_the_emails_and_all_when_asked(as_user: SignIn) -> None:
    alice, bob, lena = user("Alice"), user("Bob"), person("Lena Lead", LENA)
    letter = received(account_of(alice), message("Kanarienvogel", from_=LENA))
    for number in range(60):
        at = NOON + timedelta(minutes=number)
        write_note(lena, f"An offer, <b>{number}</b>", alice, at, bytes(letter.identity))
    write_note(lena, "offer " + "x " * 300, alice, NOON + timedelta(days=1))
    add_task(lena, TaskEntry("Write the offer", date(2026, 3, 2)), alice, NOON)
    theirs = as_user(bob)
    page = theirs.get("/search/?q=offer").content.decode()
    assert page.count('class="diary-note"') == 2
    assert "<mark>offer</mark>, &lt;b&gt;59&lt;/b&gt;" in page
    assert page.count('class="task-row"') == 1
    assert "q=is%3Anote%20offer" in page
    assert "All tasks" not in page
    assert "Kanarienvogel" not in page
    assert "Kanarienvogel" in as_user(alice).get("/search/?q=offer").content.decode(), "the control"
    whole = theirs.get("/search/?q=is:note+offer")
    assert "More than 50 notes" in whole.content.decode()
    after = whole.context["diary"].next
    rest = theirs.get("/search/", {"q": "is:note offer", "after": after}).content.decode()
    assert rest.count('class="diary-note"') == 11
    none = theirs.get("/search/?q=is:task+nothing", headers={"HX-Request": "true"})
    assert "No tasks for" in none.content.decode()
