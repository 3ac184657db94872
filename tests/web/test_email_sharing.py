"""Setup › Email Sharing and the mailbox's own page: what is shown, refused, and said why."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cast import NOON, shared, user
from postroom.accounts.exclusions import exclude
from postroom.accounts.models import EmailAccount, Exclusion, Share, Sharing, SharingRule
from postroom.accounts.sharing_rules import set_rule
from postroom.accounts.terms import Terms, chosen
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.invites import Guest, invite
from postroom.team.models import Organisation, Role, User

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
SHARING = "/setup/channels/email/sharing/"
PUBLIC = {"sharing": "public", "sight": "3", "reach": "everyone"}


@pytest.fixture
def ada(db: None, as_user: SignIn) -> Client:
    """The administrator, signed in."""
    return as_user(User.objects.create_user("ada@example.com", name="Ada", is_administrator=True))


def text_of(client: Client, path: str) -> str:
    page = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
    return re.sub(r"\s+", " ", page)


def test_it_lists_everybody_invited_and_deactivated_too(ada: Client, account: EmailAccount) -> None:
    sales = Role.objects.create(name="Sales")
    User.objects.filter(pk=user("Zoe").pk).update(is_active=False, role=sales)
    invite(Guest(email="gina@example.com", name="Gina", role=sales), None, timezone.now())
    set_rule(sales, Terms(Sharing.CUSTOM, 1), User.objects.get(name="Ada"), NOON)
    page = text_of(ada, SHARING)
    why = "Custom: who and when, to everyone Set for the role Sales by Ada, 2 March 2026"
    assert f"Gina Invited Sales {why}" in page
    assert f"Zoe No access Sales {why}" in page
    assert "Alice No role Private Own choice" in page
    assert "Ada No role No mailbox yet Own choice" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=ali", {"Alice"}),
        ("who=ada@", {"Ada"}),
        ("mode=private", {"Alice"}),
        ("mode=public", {"Bob", "Carol"}),
        ("mode=custom", set()),
        ("mode=choice", {"Ada", "Alice"}),
        ("mode=public&who=carol", {"Carol"}),
        ("mode=rubbish", {"Ada", "Alice", "Bob", "Carol"}),
        ("page=99", {"Ada", "Alice", "Bob", "Carol"}),
    ],
)
def test_it_is_searched_and_narrowed(
    query: str, found: set[str], ada: Client, account: EmailAccount
) -> None:
    role = Role.objects.create(name="Sales")
    User.objects.filter(pk__in=[user("Bob").pk, user("Carol").pk]).update(role=role)
    set_rule(role, Terms(Sharing.PUBLIC), None, NOON)
    page = ada.get(f"{SHARING}?{query}").content.decode()
    rows = re.findall(r'sharing/users/\d+/"><bdi>(\w+)', page)
    assert set(rows) == found


def test_nothing_is_saved_before_its_own_preview_was_seen(ada: Client, bob: User) -> None:
    path = f"{SHARING}users/{bob.pk}/"
    page = ada.post(path, PUBLIC)
    seen = page.context["mark"]
    assert not SharingRule.objects.exists()
    changed = PUBLIC | {"sight": "1", "seen": seen}
    assert ada.post(path, changed).status_code == 200
    assert not SharingRule.objects.exists()
    assert ada.post(path, PUBLIC | {"seen": seen}).status_code == 302
    assert SharingRule.objects.get().mode == "public"
    assert "Saved for Bob: Public: everything, to everyone." in text_of(ada, SHARING)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sharing": "public", "sight": "3"}, "Choose at least one colleague"),
        (PUBLIC | {"reach": "named"}, "Choose at least one colleague"),
        (PUBLIC | {"reach": "named", "to_users": "999999"}, "removed meanwhile"),
        (PUBLIC | {"sight": "0"}, "not one of the available choices"),
        ({"sharing": "everything"}, "not one of the available choices"),
        ({}, "Choose who sees these emails"),
    ],
)
def test_bad_input_is_said_and_nothing_is_saved(
    wrong: dict[str, str], said: str, ada: Client, bob: User
) -> None:
    answer = ada.post(f"{SHARING}users/{bob.pk}/", wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SharingRule.objects.exists()


def test_the_owner_cannot_choose_while_a_rule_holds(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    set_rule(alice, Terms(Sharing.PRIVATE), None, NOON)
    client = as_user(alice)
    page = text_of(client, f"/setup/channels/email/{account.pk}/")
    assert "Set for you by the command line, 2 March 2026." in page
    client.post(f"/setup/channels/email/{account.pk}/sharing/", PUBLIC)
    assert "not its owner’s to choose" in text_of(client, f"/setup/channels/email/{account.pk}/")
    assert EmailAccount.objects.get().sharing == Sharing.PRIVATE


def test_the_owner_names_colleagues_and_roles(
    alice: User, bob: User, account: EmailAccount, as_user: SignIn
) -> None:
    role = Role.objects.create(name="Sales")
    named = {"sharing": "custom", "sight": "2", "reach": "named"}
    named |= {"to_users": str(bob.pk), "to_roles": str(role.pk)}
    as_user(alice).post(f"/setup/channels/email/{account.pk}/sharing/", named)
    account.refresh_from_db()
    assert chosen(account) == Terms("custom", 2, False, (bob.pk,), (role.pk,))
    as_user(alice).post(f"/setup/channels/email/{account.pk}/sharing/", {"sharing": "private"})
    account.refresh_from_db()
    assert chosen(account) == Terms("private", 2, False, (bob.pk,), (role.pk,))


def test_a_glance_says_what_holds_and_not_what_was_chosen(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    set_rule(alice, Terms(Sharing.PUBLIC), None, NOON)
    assert "Public" in text_of(as_user(alice), "/setup/channels/email/")


def test_sharing_a_person_is_offered_where_custom_holds(
    alice: User, account: EmailAccount, lena: Person, as_user: SignIn
) -> None:
    path, offer = f"/people/{lena.pk}/", "Share with colleagues"
    assert offer not in text_of(as_user(alice), path)
    set_rule(alice, Terms(Sharing.CUSTOM), None, NOON)
    assert offer in text_of(as_user(alice), path)
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    set_rule(alice, Terms(Sharing.PRIVATE), None, NOON)
    assert offer not in text_of(as_user(alice), path)


def test_a_share_says_until_when_and_that_it_has_ended(
    alice: User, bob: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    client, path = as_user(alice), f"/people/{lena.pk}/"
    share = f"{path}shares/{letter.account_id}/"
    for wrong in ("2020-01-01", "soon", "9999-12-31"):
        client.post(share, {"address": "lena@customer.example", "until": wrong})
        assert "choose a day that is still to come" in text_of(client, path)
    assert not Share.objects.exists()
    client.post(share, {"address": "lena@customer.example", "until": "2040-12-03"})
    assert "Colleagues see your emails until 3 December 2040." in text_of(client, path)
    assert letter.subject in text_of(as_user(bob), path)
    Share.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "That has ended: only you see them" in text_of(client, path)
    assert letter.subject not in text_of(as_user(bob), path)


def test_lines_are_pasted_counted_searched_and_removed(
    ada: Client, alice: User, bob: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    path = f"{SHARING}exclusions/"
    wrong = ada.post(path, {"lines": "customer.example\nnot one"})
    assert wrong.status_code == 422
    assert "“not one” is no email address and no domain" in wrong.content.decode()
    ada.post(path, {"lines": "customer.example\n\nx.example"})
    page = text_of(ada, path)
    assert "2 added to the list." in page
    assert "customer.example holds back 1 email" in page
    assert "x.example holds back 0 emails" in page
    assert letter.subject not in text_of(as_user(bob), f"/people/{lena.pk}/")
    assert "held back by customer.example on the organisation’s list" in text_of(
        as_user(bob), "/you/exclusions/?entry=lena@customer.example"
    )
    entry = Exclusion.objects.get(pattern="customer.example")
    ada.post(f"{path}{entry.pk}/removal/")
    assert letter.subject in text_of(as_user(bob), f"/people/{lena.pk}/")


def test_ones_own_list_is_nobody_elses(
    ada: Client, alice: User, bob: User, as_user: SignIn
) -> None:
    as_user(alice).post("/you/exclusions/", {"lines": "lawyer.example"})
    [entry] = Exclusion.objects.filter(owner=alice)
    assert "lawyer.example" in text_of(as_user(alice), "/you/exclusions/")
    for other, path in ((as_user(bob), "/you/exclusions/"), (ada, f"{SHARING}exclusions/")):
        assert "lawyer.example" not in text_of(other, path)
        assert other.post(f"{path}{entry.pk}/removal/").status_code == 404
        assert "is on n" in text_of(other, f"{path}?entry=x@lawyer.example")
    exclude(None, ["bank.example"], None, NOON)
    ours = Exclusion.objects.get(owner=None)
    assert as_user(alice).post(f"/you/exclusions/{ours.pk}/removal/").status_code == 404


def test_own_domains_are_edited_there(ada: Client) -> None:
    answer = ada.post(f"{SHARING}own-domains/", {"domains": "example.com\nno domain"})
    assert answer.status_code == 422
    assert "“no domain” is no domain" in answer.content.decode()
    ada.post(f"{SHARING}own-domains/", {"domains": "@Example.com"})
    assert Organisation.get().own_domains == ["example.com"]


def test_superiors_see_once_it_is_switched_on(
    ada: Client, alice: User, bob: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    chief = Role.objects.create(name="Chief")
    User.objects.filter(pk=bob.pk).update(role=chief)
    User.objects.filter(pk=alice.pk).update(role=Role.objects.create(name="Rep", superior=chief))
    boss = as_user(User.objects.get(pk=bob.pk))
    assert "Bob ( Chief ): the emails of 1 user" in text_of(ada, SHARING)
    assert letter.subject not in text_of(boss, f"/people/{lena.pk}/")
    ada.post(f"{SHARING}superiors/", {"see": "yes"})
    assert letter.subject in text_of(boss, f"/people/{lena.pk}/")
    ada.post(f"{SHARING}superiors/", {"see": "no"})
    assert letter.subject not in text_of(boss, f"/people/{lena.pk}/")


def test_who_shares_by_rule_is_asked_about_new_addresses_too(
    alice: User, account: EmailAccount, lena: Person, as_user: SignIn
) -> None:
    set_rule(alice, Terms(Sharing.CUSTOM, 2), None, NOON)
    shared(account, lena)
    assert "Colleagues see the subjects of your emails." in text_of(
        as_user(alice), f"/people/{lena.pk}/"
    )
