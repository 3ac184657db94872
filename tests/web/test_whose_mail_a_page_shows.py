"""A person's page and lists show each colleague the mail that is theirs to see, and no other."""

from collections.abc import Callable

import pytest
from django.test import Client

from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.models import User
from web.pages import without_choices

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_charlie_sees_the_person_and_none_of_the_mail(
    headers: dict[str, str], charlie: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    client = as_user(charlie)
    for query in ("", f"?email={letter.pk}", f"?shared_by={letter.account.owner_id}"):
        page = client.get(f"/people/{lena.pk}/{query}", headers=headers).content.decode()
        assert letter.subject not in page
        assert "No emails with Lena Lead" in page
        assert "Alice" not in without_choices(page)


def test_charlie_counts_nothing(charlie: User, letter: Email, as_user: SignIn) -> None:
    for headers in ({}, HTMX):
        page = as_user(charlie).get("/leads/", headers=headers).content.decode()
        assert "No emails" in page
        assert "1 email" not in page


def test_bob_sees_what_alice_shares_and_through_whom(
    bob: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    client = as_user(bob)
    page = client.get(f"/people/{lena.pk}/").content.decode()
    assert "Quarterly order" in page
    assert "Alice" in page
    assert "1 email" in client.get("/leads/").content.decode()
    assert "From the mailbox of Alice" in client.get(f"/emails/{letter.pk}/").content.decode()


def test_bob_sees_nothing_a_moment_after_alice_made_it_private(
    bob: User, letter: Email, as_user: SignIn
) -> None:
    client = as_user(bob)
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    assert client.get(f"/emails/{letter.pk}/").status_code == 200
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    assert client.get(f"/emails/{letter.pk}/").status_code == 404
