"""From addresses: the account's own is there, another one is proved with a code first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import EmailAccount, FromAddress
from postroom.accounts.senders import (
    MOST,
    FromAddressRefused,
    add_from_address,
    from_addresses_of,
    make_default,
    remove_from_address,
    write_from_address,
)
from postroom.accounts.verification import LASTS, MOST_TRIES, issue_code, verify
from postroom.archive.models import Direction
from postroom.association import emails_of
from postroom.team.models import Act, AuditEntry

pytestmark = pytest.mark.django_db

ALIAS = "sales@example.com"
DAY = timedelta(days=1)


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"))


@pytest.fixture
def alias(account: EmailAccount) -> FromAddress:
    return add_from_address(account, ALIAS)


def refused(doing: Callable[[], object]) -> str:
    with pytest.raises(FromAddressRefused) as refusal:
        doing()
    return refusal.value.sentence


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 10**8:08}"


def test_the_mailboxs_own_address_is_there_verified_and_the_default(account: EmailAccount) -> None:
    for _ in range(2):
        [own] = from_addresses_of(account)
    assert (own.address, own.name, own.is_default) == ("alice@example.com", "Alice", True)
    assert own.verified_at == account.connected_at
    assert "stays" in refused(lambda: remove_from_address(own, None, NOON))


def test_another_is_added_and_cannot_be_used_before_it_is_verified(
    account: EmailAccount, alias: FromAddress
) -> None:
    assert alias.verified_at is None
    assert "not verified yet" in refused(lambda: make_default(alias))
    with pytest.raises(IntegrityError), transaction.atomic():
        FromAddress.objects.filter(pk=alias.pk).update(is_default=True)
    code = issue_code(alias, account.owner, NOON)
    verify(alias, f" {code[:4]} {code[4:]} ", account.owner, NOON)
    make_default(alias)
    assert [(a.address, a.is_default) for a in from_addresses_of(account)] == [
        (ALIAS, True),
        ("alice@example.com", False),
    ]
    remove_from_address(alias, account.owner, NOON)
    assert [a.is_default for a in from_addresses_of(account)] == [True]


@pytest.mark.parametrize(
    "address", ["", "x", "a@b@c", "ALICE@Example.com", "x" * 300 + "@a.example"]
)
def test_what_cannot_be_one_is_refused_and_nothing_is_kept(
    account: EmailAccount, address: str
) -> None:
    refused(lambda: add_from_address(account, address))
    refused(lambda: add_from_address(account, ALIAS, reply_to="no address"))
    assert len(from_addresses_of(account)) == 1


def test_there_is_a_most(account: EmailAccount) -> None:
    for number in range(MOST - 1):
        add_from_address(account, f"n{number}@example.com")
    assert "are the most" in refused(lambda: add_from_address(account, "one.more@example.com"))


def test_a_name_has_no_lines(alias: FromAddress) -> None:
    write_from_address(alias, " Alice\r\nBcc: x@y.example ", "Answers@Example.com")
    assert alias.name == "Alice Bcc: x@y.example"
    assert alias.reply_to == "answers@example.com"


def test_a_code_works_once_within_a_quarter_of_an_hour(
    account: EmailAccount, alias: FromAddress
) -> None:
    code = issue_code(alias, account.owner, NOON)
    assert len(code) == 8
    late = NOON + LASTS
    assert "no more" in refused(lambda: verify(alias, code, account.owner, late))
    verify(alias, code, account.owner, late - timedelta(seconds=1))
    FromAddress.objects.filter(pk=alias.pk).update(verified_at=None)
    alias.refresh_from_db()
    assert "no more" in refused(lambda: verify(alias, code, account.owner, NOON))


def test_a_new_code_ends_the_one_before(account: EmailAccount, alias: FromAddress) -> None:
    first = issue_code(alias, account.owner, NOON)
    later = NOON + timedelta(minutes=2)
    second = issue_code(alias, account.owner, later)
    if first != second:
        assert "not the code" in refused(lambda: verify(alias, first, account.owner, later))
    verify(alias, second, account.owner, later)


def test_it_is_guessed_five_times_and_no_more(account: EmailAccount, alias: FromAddress) -> None:
    code = issue_code(alias, account.owner, NOON)
    for typed in ("", "x", another(code), code[:7], f"{code}0"):
        assert "not the code" in refused(lambda typed=typed: verify(alias, typed, None, NOON))
    assert MOST_TRIES == 5
    assert "no more" in refused(lambda: verify(alias, code, None, NOON))
    control = issue_code(alias, account.owner, NOON + timedelta(hours=2))
    verify(alias, control, None, NOON + timedelta(hours=2))


def test_a_code_is_nowhere_and_opens_no_other_address(
    account: EmailAccount, alias: FromAddress
) -> None:
    code = issue_code(alias, account.owner, NOON)
    other = add_from_address(account, "ceo@example.com")
    told = [str(row) for rows in (FromAddress, AuditEntry) for row in rows.objects.values_list()]
    assert len(told) == 4
    assert not any(code in row for row in told)
    columns = FromAddress.objects.filter(pk=alias.pk).values("code_digest", "code_expires_at")
    FromAddress.objects.filter(pk=other.pk).update(**columns[0])
    assert "not the code" in refused(lambda: verify(other, code, None, NOON))


def test_nobody_has_postroom_flood_a_stranger(account: EmailAccount, alias: FromAddress) -> None:
    moments = [NOON + timedelta(minutes=n) for n in range(0, 60, 2)]
    sent = 0
    for moment in moments:
        try:
            issue_code(alias, account.owner, moment)
        except FromAddressRefused:
            remove_from_address(alias, account.owner, moment)
            alias = add_from_address(account, ALIAS)
        else:
            sent += 1
    assert sent == 3
    assert "moment ago" in refused(lambda: [issue_code(alias, None, NOON + DAY) for _ in "12"])


def test_one_owner_sends_so_many_codes_a_day_whatever_the_mailbox(account: EmailAccount) -> None:
    second = account_of(account.owner, address="second@example.com")
    sent = 0
    for number in range(26):
        mailbox = (account, second)[number % 2]
        try:
            issue_code(add_from_address(mailbox, f"n{number}@x.example"), None, NOON)
        except FromAddressRefused as refusal:
            assert "tomorrow" in refusal.sentence  # noqa: PT017
        else:
            sent += 1
    assert sent == 20
    last = add_from_address(second, "z@x.example")
    assert issue_code(last, None, NOON + 2 * DAY)


def test_what_was_done_is_written_down(account: EmailAccount, alias: FromAddress) -> None:
    code = issue_code(alias, account.owner, NOON)
    verify(alias, code, account.owner, NOON)
    remove_from_address(alias, account.owner, NOON)
    acts = [(e.act, e.subject) for e in AuditEntry.objects.order_by("id")]
    assert acts == [(a, ALIAS) for a in (Act.CODE_SENT, Act.FROM_VERIFIED, Act.FROM_REMOVED)]


def test_mail_from_a_verified_address_was_sent_and_is_a_colleagues(
    account: EmailAccount, alias: FromAddress
) -> None:
    lena = person("Lena Lead", ALIAS)
    before = received(account, message("Before", from_=ALIAS))
    assert before.direction == Direction.RECEIVED
    assert emails_of(lena).count() == 1
    verify(alias, issue_code(alias, None, NOON), None, NOON)
    account = EmailAccount.objects.get()
    assert received(account, message("After", from_=ALIAS)).direction == Direction.SENT
    assert emails_of(lena).count() == 0
