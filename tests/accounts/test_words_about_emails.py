"""What an owner says about single emails, what colleagues ask, and what comes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.access_grants import end_grant, grant
from postroom.accounts.asking import MOST_A_DAY, MayNotAsk, allow, ask, decline, why_not_ask
from postroom.accounts.matters import Matter
from postroom.accounts.models import (
    AccessRequest,
    EmailAccount,
    Exclusion,
    Grant,
    Ruling,
    Sharing,
    SharingRule,
    Sight,
)
from postroom.accounts.rulings import SharingForbidden, lift, rule, take_back
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.association.facts import facts_of
from postroom.association.readings import note_reading
from postroom.association.reasons import decide, explain
from postroom.association.viewed_as import viewed_as
from postroom.crm.models import Person
from postroom.team.models import Act, AuditEntry, Organisation, User

LENA = "lena@customer.example"


@pytest.fixture
def account(alice: User) -> EmailAccount:
    """Alice shares who and when with everyone."""
    made = account_of(alice, Sharing.PUBLIC)
    EmailAccount.objects.update(sight=Sight.WHEN)
    made.refresh_from_db()
    return made


@pytest.fixture
def emails(account: EmailAccount) -> list[Email]:
    """Two of a conversation, and one that stands alone."""
    person("Lena Lead", LENA)
    texts = [
        message("One", NOON, "1", from_=LENA, message_id="<one@x>"),
        message("Two", NOON + timedelta(1), "2", from_=LENA, references="<one@x>"),
        message("Three", NOON, "3", from_=LENA),
    ]
    return [received(account, text) for text in texts]


def of(email: Email) -> Matter:
    return Matter(email.account, bytes(email.identity))


def thread_of(email: Email) -> Matter:
    return Matter(email.account, thread_root=email.thread_root)


def sights(viewer: User) -> dict[str, int]:
    """By the day and the order in which they came: of some no subject is shown."""
    names = dict(Email.objects.values_list("pk", "subject"))
    return {names[email.pk]: email.sight for email in visible_to(viewer)}


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", flat=True))


def test_a_word_about_the_conversation_replaces_those_about_its_emails(
    alice: User, bob: User, emails: list[Email]
) -> None:
    rule(of(emails[0]), Sight.EVERYTHING, alice, NOON)
    former = rule(thread_of(emails[1]), Sight.NOTHING, alice, NOON)
    assert sights(bob) == {"Three": 1}
    assert sights(alice) == {"One": 3, "Two": 3, "Three": 3}
    take_back(thread_of(emails[1]), former, alice, NOON)
    assert sights(bob) == {"One": 3, "Two": 1, "Three": 1}
    lift(thread_of(emails[0]), alice, NOON)
    assert sights(bob) == {"One": 1, "Two": 1, "Three": 1}
    assert acts() == [Act.EMAIL_SHOWN, Act.EMAIL_HIDDEN, Act.EMAIL_UNDONE, Act.EMAIL_LEFT]


def test_hiding_ends_grants_and_answers_requests_until_it_is_taken_back(
    alice: User, bob: User, emails: list[Email]
) -> None:
    carla = user("Carla")
    grant(of(emails[0]), bob, None, alice, NOON)
    grant(thread_of(emails[0]), carla, None, alice, NOON)
    asked = ask(of(emails[1]), bob, "", NOON)
    former = rule(thread_of(emails[0]), Sight.NOTHING, alice, NOON)
    assert not Grant.objects.exists()
    asked.refresh_from_db()
    assert asked.answer == "refused"
    take_back(thread_of(emails[0]), former, alice, NOON)
    asked.refresh_from_db()
    assert asked.answer == "waiting"
    assert (sights(bob)["One"], sights(carla)["Two"]) == (3, 3)


def test_an_administrators_private_forbids_to_show_and_not_to_hide(
    alice: User, bob: User, account: EmailAccount, emails: list[Email]
) -> None:
    SharingRule.objects.create(user=alice, mode=Sharing.PRIVATE, set_by=bob, set_at=NOON)
    for refused in (
        lambda: rule(of(emails[0]), Sight.WHEN, alice, NOON),
        lambda: grant(of(emails[0]), bob, None, alice, NOON),
    ):
        with pytest.raises(SharingForbidden, match="Bob set the mail of this mailbox to private"):
            refused()
    rule(of(emails[0]), Sight.NOTHING, alice, NOON)
    assert Ruling.objects.get().sight == Sight.NOTHING
    assert not Grant.objects.exists()


def test_a_grant_holds_for_its_colleague_and_its_time(
    alice: User, bob: User, emails: list[Email]
) -> None:
    given = grant(of(emails[0]), bob, None, alice, NOON)
    assert sights(bob) == {"One": 3, "Two": 1, "Three": 1}
    assert sights(user("Carla")) == {"One": 1, "Two": 1, "Three": 1}
    Grant.objects.update(until=NOON)
    assert sights(bob)["One"] == 1
    end_grant(given, alice, NOON)
    with pytest.raises(SharingForbidden, match="Alice needs no access"):
        grant(of(emails[0]), alice, None, alice, NOON)
    rule(thread_of(emails[0]), Sight.NOTHING, alice, NOON)
    with pytest.raises(SharingForbidden, match="hidden"):
        grant(of(emails[0]), bob, None, alice, NOON)


def test_asking_is_answered_once_and_not_repeated_for_a_day(
    alice: User, bob: User, emails: list[Email]
) -> None:
    asked = ask(of(emails[0]), bob, "x\0\n  " + "y" * 300, NOON)
    assert asked.reason == "x " + "y" * 198
    with pytest.raises(MayNotAsk, match="asked already"):
        ask(of(emails[0]), bob, "", NOON)
    assert decline(asked, alice, NOON)
    assert not decline(asked, alice, NOON)
    assert not allow(asked, of(emails[0]), None, alice, NOON)
    with pytest.raises(MayNotAsk, match="declined"):
        ask(of(emails[0]), bob, "", NOON + timedelta(hours=23))
    again = ask(of(emails[0]), bob, "", NOON + timedelta(hours=25))
    other = ask(of(emails[1]), bob, "", NOON + timedelta(hours=25))
    assert allow(again, thread_of(emails[0]), None, alice, NOON + timedelta(hours=26))
    other.refresh_from_db()
    assert other.answer == "given", "the conversation holds it"
    assert sights(bob) == {"One": 3, "Two": 3, "Three": 1}


def test_nobody_answers_for_an_owner_without_access(
    alice: User, bob: User, emails: list[Email]
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(MayNotAsk, match="Alice has no access to Postroom any more"):
        ask(of(emails[0]), bob, "", NOON)


@pytest.mark.django_db(transaction=True)
def test_no_more_than_so_many_requests_a_day_however_many_at_once(
    bob: User, account: EmailAccount, emails: list[Email]
) -> None:
    def one(number: int) -> bool:
        try:
            ask(Matter(account, number.to_bytes(2, "big")), bob, "", NOON)
        except MayNotAsk:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(one, range(MOST_A_DAY + 10)))
    assert sum(asked) == AccessRequest.objects.count() == MOST_A_DAY
    assert why_not_ask(of(emails[0]), bob, NOON + timedelta(days=1, seconds=1)) == ""


def test_reading_a_colleagues_email_is_written_down_once_a_day_if_wanted(
    alice: User, bob: User, emails: list[Email]
) -> None:
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    [read, *_] = visible_to(bob).filter(pk=emails[0].pk)
    [own] = visible_to(alice).filter(pk=emails[0].pk)
    note_reading(read, bob, NOON)
    Organisation.get()
    Organisation.objects.update(logs_reading=True)
    for moment in (NOON, NOON + timedelta(hours=1), NOON + timedelta(days=1)):
        note_reading(read, bob, moment)
        note_reading(own, alice, moment)
    entries = AuditEntry.objects.filter(act=Act.EMAIL_READ)
    assert [str(e) for e in entries] == [
        "Bob read an email of 2 March 2026 in alice@example.com"
    ] * 2


def test_reasons_are_said_in_words(alice: User, bob: User, emails: list[Email]) -> None:
    charlie = user("Charlie")
    grant(of(emails[0]), bob, NOON + timedelta(days=4000), alice, NOON)
    said = {str(e.user): (e.reason.sight, e.reason.words) for e in explain(emails[0], NOON)}
    assert said == {
        "Alice": (3, "Alice’s own mailbox"),
        "Bob": (3, "Granted by Alice until 12 February 2037"),
        "Charlie": (1, "Alice shares mail with everyone"),
    }
    SharingRule.objects.create(
        user=alice, mode=Sharing.PUBLIC, is_to_all=False, to_users=[bob.pk], set_by=bob, set_at=NOON
    )
    facts = facts_of(emails, NOON)[emails[2].pk]
    assert decide(facts, bob).words == "Alice shares mail with Bob – set for Alice by Bob"
    assert decide(facts, charlie).words == "Alice shares with others – set for Alice by Bob"


def test_whom_an_owner_excludes_is_theirs_to_know(
    alice: User, bob: User, emails: list[Email]
) -> None:
    Exclusion.objects.create(owner=alice, pattern="customer.example")
    own = decide(facts_of(emails, NOON)[emails[0].pk], bob)
    assert own.words == "Somebody on it is on Alice’s list of what is never shared"
    Exclusion.objects.create(pattern="customer.example")
    assert decide(facts_of(emails, NOON)[emails[0].pk], bob).words == (
        "customer.example is on the organisation’s list of what is never shared"
    )


def test_view_as_has_no_content(bob: User, emails: list[Email]) -> None:
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    rows, _ = viewed_as(bob, Person.objects.get(), NOON)
    assert len(rows) == 3
    assert {r.reason.sight for r in rows} == {Sight.EVERYTHING}
    assert {(r.related.email.subject, r.related.email.snippet) for r in rows} == {("", "")}
    assert {r.related.email.raw for r in rows} == {None}
