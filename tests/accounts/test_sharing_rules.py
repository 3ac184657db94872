"""What administrators set about sharing, what it changes, and why something holds."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, person, shared, user
from postroom.accounts.lifecycle import set_sharing
from postroom.accounts.models import EmailAccount, Share, Sharing, Sight
from postroom.accounts.shares import anything_ended, share_person
from postroom.accounts.sharing_preview import preview
from postroom.accounts.sharing_rules import (
    SetByRule,
    in_force_of,
    lift_rule,
    reason_of,
    set_rule,
)
from postroom.accounts.terms import Terms, TermsUnusable, chosen, holding, in_words
from postroom.association import visible_to
from postroom.team.models import Act, AuditEntry, Role, User

pytestmark = pytest.mark.django_db

OPEN = Terms(Sharing.PUBLIC)
CLOSED = Terms(Sharing.PRIVATE)


@pytest.fixture
def sales(db: None) -> Role:
    return Role.objects.create(name="Sales")


@pytest.fixture
def ada(db: None) -> User:
    return user("Ada")


@pytest.fixture
def account(sales: Role) -> EmailAccount:
    alice = user("Alice")
    alice.role = sales
    alice.save()
    return account_of(alice)


def what_holds(account: EmailAccount) -> tuple[str, str]:
    in_force = in_force_of(account)
    return in_words(holding(in_force)), reason_of(in_force)


def test_a_users_rule_goes_before_their_roles_and_both_before_their_choice(
    account: EmailAccount, sales: Role, ada: User
) -> None:
    assert what_holds(account) == ("Private", "Own choice")
    set_rule(sales, OPEN, ada, NOON)
    assert what_holds(account) == (
        "Public: everything, to everyone",
        "Set for the role Sales by Ada, 2 March 2026",
    )
    set_rule(account.owner, Terms(Sharing.CUSTOM, Sight.SUBJECT), ada, NOON)
    assert what_holds(account) == (
        "Custom: the subject too, to everyone",
        "Set for this user by Ada, 2 March 2026",
    )
    set_rule(account.owner, Terms("choice"), None, NOON)
    assert what_holds(account) == (
        "Private",
        "Own choice: left to the user. Set for this user by the command line, 2 March 2026",
    )
    assert lift_rule(account.owner, ada, NOON)
    assert what_holds(account)[0] == "Public: everything, to everyone"
    assert lift_rule(sales, ada, NOON)
    assert not lift_rule(sales, ada, NOON)
    assert what_holds(account) == ("Private", "Own choice")


def test_the_audit_log_has_what_was_before_and_what_is_now(
    account: EmailAccount, sales: Role, ada: User
) -> None:
    bob = user("Bob")
    set_rule(sales, OPEN, ada, NOON)
    named = Terms(Sharing.PUBLIC, Sight.WHEN, False, (bob.pk,), (sales.pk,))
    set_rule(sales, named, ada, NOON)
    set_rule(sales, named, ada, NOON)
    lift_rule(sales, ada, NOON)
    told = list(AuditEntry.objects.order_by("pk").values_list("act", "subject", "detail"))
    to_named = "Public: who and when, to Bob and the role Sales"
    assert told == [
        (Act.RULE_SET, "the role Sales", "no rule before; Public: everything, to everyone"),
        (
            Act.RULE_SET,
            "the role Sales",
            f"Public: everything, to everyone before; {to_named} now",
        ),
        (Act.RULE_LIFTED, "the role Sales", f"{to_named} before"),
    ]


def test_the_owner_decides_only_where_no_administrator_did(
    account: EmailAccount, sales: Role, ada: User
) -> None:
    set_sharing(account, OPEN, account.owner, NOON)
    set_rule(sales, CLOSED, ada, NOON)
    with pytest.raises(SetByRule, match="Set for the role Sales by Ada"):
        set_sharing(account, Terms(Sharing.CUSTOM), account.owner, NOON)
    assert chosen(EmailAccount.objects.get(pk=account.pk)) == OPEN
    set_rule(sales, Terms("choice"), ada, NOON)
    set_sharing(account, Terms(Sharing.CUSTOM), account.owner, NOON)
    assert what_holds(account)[0] == "Custom: everything, to everyone"


def test_names_never_turn_into_everyone(account: EmailAccount, ada: User) -> None:
    bob = user("Bob")
    named = Terms(Sharing.PUBLIC, to_users=(bob.pk,), is_to_all=False)
    set_sharing(account, named, account.owner, NOON)
    set_sharing(account, Terms("private", 3, False, (bob.pk,)), account.owner, NOON)
    assert chosen(account).to_users == (bob.pk,)
    with pytest.raises(TermsUnusable, match="at least one colleague or role"):
        Terms(Sharing.PUBLIC, is_to_all=False)
    EmailAccount.objects.update(sharing=Sharing.PUBLIC, to_users=[], is_to_all=False)
    assert what_holds(account)[0] == "Private"


def test_a_preview_counts_and_changes_nothing(
    account: EmailAccount, sales: Role, ada: User
) -> None:
    for name, mode in (("Bob", "private"), ("Carol", "public"), ("Dave", "custom")):
        colleague = user(name)
        User.objects.filter(pk=colleague.pk).update(role=sales)
        account_of(colleague, Sharing(mode))
    account_of(account.owner, Sharing.PRIVATE, "second@example.com")
    User.objects.filter(pk=user("Erin").pk).update(role=sales)
    dave = User.objects.get(name="Dave")
    set_rule(dave, CLOSED, ada, NOON)
    seen = preview(sales, OPEN)
    assert [(c.number, c.before, c.was_chosen, c.after) for c in seen.changes] == [
        (3, "Private", True, "Public: everything, to everyone")
    ]
    assert (seen.mailboxes, seen.owners, seen.unchanged) == (3, 2, 1)
    assert (seen.without_mailbox, seen.apart, seen.keeps_choices) == (1, 1, True)
    assert what_holds(account) == ("Private", "Own choice")
    set_rule(sales, OPEN, ada, NOON)
    lifting = preview(sales, None)
    assert [(c.number, c.was_chosen, c.after) for c in lifting.changes] == [(3, False, "Private")]
    below = preview(dave, None)
    assert [c.after for c in below.changes] == ["Public: everything, to everyone"]


def test_a_share_ends_by_itself_and_begins_anew(account: EmailAccount) -> None:
    lena = person("Lena Lead", "lena@customer.example")
    share = shared(account, lena)
    end = NOON + timedelta(days=1)
    share_person(account, lena, [], NOON, end)
    assert Share.objects.get() == share
    assert anything_ended(end - timedelta(seconds=15), end)
    assert not anything_ended(end, end + timedelta(seconds=15))
    anew = share_person(account, lena, [], end)
    assert anew != share
    assert not anew.addresses.exists()
    told = list(AuditEntry.objects.order_by("pk").values_list("detail", flat=True))
    assert told == [
        "with Lena Lead",
        "with Lena Lead, until 2026-03-03T12:00+00:00",
        "with Lena Lead",
    ]


def test_what_was_shared_for_a_time_is_not_seen_after_it(account: EmailAccount) -> None:
    from cast import message, received

    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    lena, bob = person("Lena Lead", "lena@customer.example"), user("Bob")
    received(account, message("Offer", from_="lena@customer.example", to=account.address))
    shared(account, lena)
    assert visible_to(bob).exists()
    Share.objects.update(until=NOON)
    assert not visible_to(bob).exists()
