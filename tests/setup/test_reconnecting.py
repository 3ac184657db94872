"""A password is entered again: tried first, and nothing of the mailbox is lost or shown."""

from dataclasses import replace

import pytest

from cast import NOON, message, received
from journeys.installation import ALICE, SECRET
from postroom.accounts.lifecycle import meet_trouble, pause
from postroom.accounts.models import Activation, Credential, Direction, EmailAccount, Security
from postroom.accounts.seals import get_secret, keep_secret
from postroom.archive.models import Email
from postroom.setup import (
    AccountRequest,
    ConnectionFailed,
    ServerAddress,
    connect_account,
    reconnect_account,
)
from servers.submission import Submission

pytestmark = pytest.mark.django_db

OLD = "canary-the-old-one"


def locked_out(request: AccountRequest) -> EmailAccount:
    """The mailbox after its password was changed elsewhere: what we keep is the old one."""
    account = connect_account(request)
    keep_secret(account, Direction.INCOMING, OLD)
    keep_secret(account, Direction.OUTGOING, OLD)
    meet_trouble(account, "sign_in_refused", "The password was refused.", NOON)
    account.refresh_from_db()
    return account


def test_the_outgoing_server_is_tried_too_and_nothing_is_sent(
    request_: AccountRequest, outgoing: Submission
) -> None:
    assert connect_account(request_).smtp_trouble_sentence == ""
    assert outgoing.taken == []


@pytest.mark.parametrize("case", ["wrong password", "nobody there"])
def test_an_outgoing_server_that_does_not_work_stands_in_nobodys_way(
    case: str, request_: AccountRequest
) -> None:
    nobody = ServerAddress("127.0.0.1", 1025, Security.NONE)
    change = {"smtp_password": OLD} if case == "wrong password" else {"smtp": nobody}
    account = connect_account(replace(request_, **change))
    assert ("refused" in account.smtp_trouble_sentence) == (case == "wrong password")
    assert account.smtp_trouble_sentence
    assert "canary" not in account.smtp_trouble_sentence
    assert account.trouble == ""


def test_the_right_password_ends_the_incident_and_keeps_everything(
    request_: AccountRequest, outgoing: Submission
) -> None:
    account = locked_out(request_)
    received(account, message("Before", from_="lena@customer.example", to=ALICE))
    assert account.incident_at == NOON
    reconnect_account(account, SECRET)
    account.refresh_from_db()
    assert (account.trouble, account.incident_at, account.smtp_trouble_sentence) == ("", None, "")
    assert get_secret(account, Direction.INCOMING) == SECRET
    assert get_secret(account, Direction.OUTGOING) == SECRET
    assert Email.objects.filter(account=account).count() == 1
    assert Credential.objects.count() == 2


def test_a_wrong_password_is_not_kept_and_the_incident_goes_on(request_: AccountRequest) -> None:
    account = locked_out(request_)
    with pytest.raises(ConnectionFailed) as failure:
        reconnect_account(account, "canary-also-wrong")
    account.refresh_from_db()
    assert (failure.value.kind, failure.value.field) == ("sign_in_refused", "password")
    assert "canary" not in failure.value.sentence
    assert get_secret(account, Direction.INCOMING) == OLD
    assert (account.trouble, account.incident_at) == ("sign_in_refused", NOON)
    with pytest.raises(ConnectionFailed, match="empty"):
        reconnect_account(account, "")


def test_a_password_of_the_outgoing_servers_own_stays_until_it_is_entered_too(
    request_: AccountRequest,
) -> None:
    account = locked_out(request_)
    keep_secret(account, Direction.OUTGOING, "its own")
    reconnect_account(account, SECRET)
    assert get_secret(account, Direction.OUTGOING) == "its own"
    reconnect_account(account, SECRET, "canary-wrong-for-sending")
    account.refresh_from_db()
    assert "refused" in account.smtp_trouble_sentence
    reconnect_account(account, SECRET, SECRET)
    account.refresh_from_db()
    assert account.smtp_trouble_sentence == ""


def test_what_a_person_decided_stays(request_: AccountRequest) -> None:
    account = locked_out(request_)
    pause(account)
    reconnect_account(account, SECRET)
    account.refresh_from_db()
    assert account.activation == Activation.PAUSED
