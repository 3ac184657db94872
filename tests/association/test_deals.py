"""To which deal an email belongs: the rule as a table, and the database of the same opinion."""

import random
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F

from association.worlds import random_world
from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.deal_links import leave_to_the_rule, link_conversation
from postroom.archive.models import DealLink, Email
from postroom.archive.wall import seen_by
from postroom.association import visible_to
from postroom.association.deal_rule import Candidate, Choice, Letter, Why, chosen_for
from postroom.association.deals import choice_for, deal_for_email, deal_of, of_deal
from postroom.crm.deals import DealEntry, keep_deal, move_deal
from postroom.crm.models import Deal, Outcome, Person
from postroom.crm.pipeline import stages

LENA, CARL = "lena@customer.example", "carl@customer.example"


def day(number: float) -> datetime:
    return NOON + timedelta(days=number)


def deal(pk: int, opened: int, changed: int, closed: int | None = None, *, lost: bool = False):  # type: ignore[no-untyped-def]
    return Candidate(pk, day(opened), day(changed), None if closed is None else day(closed), lost)


ONE = [Letter(1, day(0), [deal(7, -1, 0)])]
# What it is about, the conversation, and the choice for its last letter.
CASES: list[tuple[str, list[Letter], Choice]] = [
    ("nobody on it has a deal", [Letter(1, day(0))], Choice(None, Why.NONE)),
    ("the one open deal", ONE, Choice(7, Why.ONLY_ONE)),
    ("the one deal, opened since", [Letter(1, day(0), [deal(7, 5, 5)])], Choice(7, Why.ONLY_ONE)),
    ("a deal closed by then", [Letter(1, day(0), [deal(7, -9, 0, -1)])], Choice(None, Why.NONE)),
    (
        "a deal closed since keeps its mail",
        [Letter(1, day(0), [deal(7, -9, 3, 3)])],
        Choice(7, Why.ONLY_ONE),
    ),
    (
        "a lost deal keeps its mail too",
        [Letter(1, day(0), [deal(7, -9, 3, 3, lost=True)])],
        Choice(7, Why.ONLY_ONE),
    ),
    (
        "of several the one changed last",
        [Letter(1, day(0), [deal(7, -9, 1), deal(8, -9, 2)])],
        Choice(8, Why.CHANGED_LAST),
    ),
    (
        "of several never one that is lost",
        [Letter(1, day(0), [deal(7, -9, 1), deal(8, -9, 2, 2, lost=True)])],
        Choice(7, Why.CHANGED_LAST),
    ),
    (
        "one open at the time goes before one opened later",
        [Letter(1, day(0), [deal(7, -9, 1), deal(8, 3, 9)])],
        Choice(7, Why.ONLY_ONE),
    ),
    (
        "closed since, it still goes before one opened later",
        [Letter(1, day(0), [deal(7, -9, 1, 1), deal(8, 3, 9)])],
        Choice(7, Why.ONLY_ONE),
    ),
    (
        "after the first is closed mail leads up to the next",
        [Letter(1, day(2), [deal(7, -9, 1, 1), deal(8, 3, 9)])],
        Choice(8, Why.ONLY_ONE),
    ),
    (
        "a reply inherits the deal of its conversation",
        [Letter(1, day(0), [deal(7, -1, 0)]), Letter(2, day(1), [deal(8, -1, 5)])],
        Choice(7, Why.CONVERSATION),
    ),
    (
        "a reply among people without a deal inherits it",
        [Letter(1, day(0), [deal(7, -1, 0)]), Letter(2, day(1))],
        Choice(7, Why.CONVERSATION),
    ),
    (
        "a reply long after the deal was closed inherits it",
        [Letter(1, day(0), [deal(7, -1, 5, 5)]), Letter(2, day(99), [deal(7, -1, 5, 5)])],
        Choice(7, Why.CONVERSATION),
    ),
    (
        "where the beginning has none, the first letter with one decides",
        [Letter(1, day(0)), Letter(2, day(1), [deal(7, -1, 0)])],
        Choice(7, Why.ONLY_ONE),
    ),
    (
        "the beginning is what was sent first",
        [Letter(1, day(1), [deal(8, -1, 5)]), Letter(2, day(0), [deal(7, -1, 0)])],
        Choice(7, Why.ONLY_ONE),
    ),
    (
        "of two deals changed in one moment it is always the same one",
        [Letter(1, day(0), [deal(8, -1, 0), deal(7, -1, 0)])],
        Choice(8, Why.CHANGED_LAST),
    ),
]


@pytest.mark.parametrize(("about", "letters", "choice"), CASES, ids=[case[0] for case in CASES])
def test_the_rule(about: str, letters: list[Letter], choice: Choice) -> None:
    assert chosen_for(letters[-1].pk, letters) == choice


def deal_of_people(name: str, *addresses: str, stage: str = "New", now: datetime = NOON) -> Deal:
    made = Deal()
    keep_deal(made, DealEntry(name, stages().get(name=stage), people=addresses), now)
    return made


def add_deals(chance: random.Random, people: list[Person]) -> None:
    """Deals of some of these people, in every state."""
    for number in range(chance.randrange(8)):
        made = deal_of_people(f"D{number}", now=day(chance.randrange(-30, 30)))
        made.people.set(chance.sample(people, min(len(people), chance.randrange(4))))
        for _ in range(chance.randrange(3)):
            move_deal(made, chance.choice(list(stages())), day(chance.randrange(-30, 30)))
    deals = list(Deal.objects.all())
    for email in chance.sample(list(Email.objects.all()), 6):
        link_conversation(email, chance.choice([None, *deals]), user_of(), NOON)


def user_of():  # type: ignore[no-untyped-def]
    from postroom.team.models import User

    return User.objects.earliest("pk")


@pytest.mark.django_db
def test_the_database_says_what_the_rule_says() -> None:
    compared = with_deal = 0
    for seed in range(12):
        with transaction.atomic():
            world = random_world(random.Random(seed), emails=60)
            add_deals(random.Random(seed), list(Person.objects.all()))
            said = dict(Email.objects.annotate(its=deal_of()).values_list("pk", "its"))
            for email in world.emails:
                asked = Email.objects.get(pk=email.pk)
                found = deal_for_email(asked)
                pk = found.deal.pk if found.deal else None
                assert said[email.pk] == pk, (seed, asked, found)
                if found.why not in (Why.LINKED, Why.TAKEN_OUT):
                    assert choice_for(asked).deal == pk
                compared, with_deal = compared + 1, with_deal + (pk is not None)
            for each in Deal.objects.all():
                listed = set(of_deal(Email.objects.all(), each).values_list("pk", flat=True))
                assert listed == {pk for pk, its in said.items() if its == each.pk}, seed
            transaction.set_rollback(True)
    print(f"{compared} emails, {with_deal} of them with a deal")
    assert compared > 500
    assert with_deal > 60


@pytest.fixture
def account(db: None) -> EmailAccount:
    return account_of(user("Alice"))


def letter_of(account: EmailAccount, subject: str, address: str = LENA, **headers: str) -> Email:
    raw = message(subject, from_=address, to=account.address, **headers)
    return received(account, raw)


def test_a_new_deal_has_the_mail_with_its_people_at_once(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    letter = letter_of(account, "Prices")
    offer = deal_of_people("Offer", LENA, now=day(30))
    assert deal_for_email(letter).deal == offer
    assert list(of_deal(visible_to(account.owner), offer)) == [letter]


def test_a_deal_that_is_won_keeps_its_mail_and_takes_no_more(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    offer, before = deal_of_people("Offer", LENA, now=day(-9)), letter_of(account, "Before")
    move_deal(offer, stages().filter(outcome=Outcome.WON)[0], day(0.3))
    after = letter_of(account, "After", sent_at=day(0.6))
    assert list(of_deal(visible_to(account.owner), offer)) == [before]
    assert deal_for_email(after).why == Why.NONE


def test_what_somebody_linked_by_hand_sticks_for_the_conversation(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    first, other = deal_of_people("First", LENA), deal_of_people("Other", now=day(-1))
    begun = letter_of(account, "Prices", message_id="<a@x>")
    assert deal_for_email(begun).deal == first
    link_conversation(begun, other, account.owner, NOON)
    reply = letter_of(account, "Re: Prices", CARL, references="<a@x>", sent_at=day(1))
    found = deal_for_email(reply)
    assert (found.deal, found.why, found.by) == (other, Why.LINKED, account.owner)
    assert set(of_deal(visible_to(account.owner), other)) == {begun, reply}
    link_conversation(begun, None, account.owner, NOON)
    assert deal_for_email(reply).why == Why.TAKEN_OUT
    assert not of_deal(visible_to(account.owner), first).exists()
    leave_to_the_rule(reply)
    assert deal_for_email(reply).deal == first


def test_a_removed_deal_takes_its_links_along_and_the_rule_decides_again(
    account: EmailAccount,
) -> None:
    person("Lena Lead", LENA)
    first, other = deal_of_people("First", LENA), deal_of_people("Other")
    letter = letter_of(account, "Prices")
    link_conversation(letter, other, account.owner, NOON)
    other.delete()
    assert not DealLink.objects.exists()
    assert deal_for_email(letter).deal == first


def test_a_colleagues_deal_page_has_what_is_shared_and_no_more(account: EmailAccount) -> None:
    lena = person("Lena Lead", LENA)
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    person("Carl Customer", CARL)
    offer = deal_of_people("Offer", LENA, CARL)
    of_lena, of_carl = letter_of(account, "One"), letter_of(account, "Two", CARL)
    account.refresh_from_db()
    shared(account, lena)
    bob = user("Bob")
    for viewer, sees in ((account.owner, {of_lena, of_carl}), (bob, {of_lena})):
        with seen_by(viewer.pk):
            assert set(of_deal(visible_to(viewer), offer)) == sees
    with seen_by(bob.pk):  # Behind the wall a query without the rule finds no more.
        assert set(of_deal(Email.objects.order_by(F("pk")), offer)) == {of_lena}
