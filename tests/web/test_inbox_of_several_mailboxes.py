"""An inbox of several mailboxes says of each email whither it came."""

from collections.abc import Callable

from django.test import Client

from cast import account_of, message, received
from postroom.accounts.models import EmailAccount
from postroom.team.models import User

SignIn = Callable[[User], Client]


def test_of_several_mailboxes_in_one_inbox_each_email_says_whither_it_came(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    def came_to(held: EmailAccount) -> None:
        received(held, message("News", from_="news@shop.example", to=held.address))

    came_to(account)
    here = "In the mailbox </span><bdi>{}</bdi>"
    page = as_user(alice).get("/inbox/?column=outside").content.decode()
    assert here.format(account.address) not in page, "there is only one"
    other = account_of(alice, address="sales@example.com")
    came_to(other)
    for address in ("/inbox/?column=outside", "/inbox/columns/"):
        page = as_user(alice).get(address).content.decode()
        for held in (account, other):
            assert here.format(held.address) in page
