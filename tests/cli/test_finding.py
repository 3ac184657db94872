"""Users and accounts are found however somebody writes their address."""

import pytest

from cast import account_of, user
from postroom.cli.bootstrap import Failed
from postroom.cli.finding import get_account, get_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "written", ["alice@example.com", " Alice@Example.COM ", "<alice@example.com>"]
)
def test_a_user_is_found_however_the_address_is_typed(written: str) -> None:
    alice = user("Alice")
    assert get_user(written) == alice


@pytest.mark.parametrize(
    "written", ["lena@xn--bcher-kva.example", "lena@bücher.example", "Lena@BÜCHER.example"]
)
def test_an_account_is_found_in_either_spelling_of_its_domain(written: str) -> None:
    account = account_of(user("Alice"), address="lena@xn--bcher-kva.example")
    assert get_account(written) == account


@pytest.mark.parametrize("written", ["bob@example.com", "nobody", ""])
def test_who_is_not_there_is_named(written: str) -> None:
    with pytest.raises(Failed, match="postroom user list"):
        get_user(written)
    with pytest.raises(Failed, match="postroom account list"):
        get_account(written)
