"""Of the sign-in package only the pages we want answer; the others are not there."""

from collections.abc import Callable

import pytest
from allauth.account import urls as whole_table
from allauth.account.models import EmailAddress
from django.test import Client, override_settings
from django.urls import include, path

from postroom.config import urls as ours
from postroom.team.models import User

SignIn = Callable[[User], Client]

OPEN = {"login", "logout", "inactive", "reauthenticate", "password/change"}
SHUT = (
    "signup/",
    "email/",
    "confirm-email/",
    "confirm-email/some-key/",
    "password/set/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-some-key/",
    "login/code/confirm/",
)


class WholeTable:
    """The control: the package's own table, as its manual has it."""

    urlpatterns = (path("accounts/", include(whole_table)), *ours.urlpatterns)


def test_five_addresses_of_the_sign_in_are_open() -> None:
    assert {str(page.pattern) for page in ours.sign_in} == {f"{name}/" for name in OPEN}
    assert len(ours.second_factors) == 13


@pytest.mark.parametrize("address", SHUT)
def test_it_is_not_there_for_strangers_nor_for_colleagues(
    address: str, client: Client, bob: User, as_user: SignIn
) -> None:
    for visitor in (client, as_user(bob)):
        assert visitor.get(f"/accounts/{address}").status_code == 404
        assert visitor.post(f"/accounts/{address}", {"email": bob.email}).status_code == 404


@pytest.mark.parametrize("table", ["postroom.config.urls", WholeTable])
def test_nobody_takes_a_colleagues_address(
    table: object, alice: User, bob: User, as_user: SignIn
) -> None:
    with override_settings(ROOT_URLCONF=table):
        form = {"action_add": "", "email": alice.email}
        as_user(bob).post("/accounts/email/", form)
    taken = EmailAddress.objects.filter(user=bob, email=alice.email).exists()
    assert taken == (table is WholeTable)
