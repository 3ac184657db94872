"""The morning email: once a day, of what its reader may see, in numbers; and its end by a link."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from cast import account_of, message, person, received, user
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import Email, ResponseWatch
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Task
from postroom.crm.pipeline import first_stage
from postroom.outbox.digests import mark_of, user_in, write_digests
from postroom.outbox.models import Notice
from postroom.team.models import DigestWish, User

pytestmark = pytest.mark.django_db

LENA, SECRET = "lena@customer.example", "zugunruhe"
FRIDAY = datetime(2026, 11, 27, 6, 30, tzinfo=UTC)  # Half past seven in Berlin.


@pytest.fixture
def alice() -> User:
    """Alice, with mail of the night, an older question, an offer and a deal; and her wish."""
    reader = user("Alice")
    account = account_of(reader)
    person("Lena Lead", LENA)
    hours = timedelta(hours=1)
    received(account, message(SECRET, FRIDAY - 5 * hours, from_=LENA, to=reader.email))
    received(account, message(SECRET, FRIDAY - 3 * 24 * hours, from_=LENA, to=reader.email))
    received(account, message(SECRET, FRIDAY - 2 * hours, from_=f"{SECRET}@shop.example"))
    offer = message("Offer", FRIDAY - 20 * hours, from_=reader.email, to=LENA)
    sent = received(account, offer, folder="Sent")
    for email, age in zip(Email.objects.order_by("pk"), (5, 3 * 24, 2, 20), strict=True):
        Email.objects.filter(pk=email.pk).update(sent_at=FRIDAY - age * hours)
    wish = {"account": account, "by": reader, "due_at": FRIDAY + hours, "made_at": FRIDAY}
    ResponseWatch.objects.create(email=sent, **wish)
    for name, closing in (("Big order", "2026-11-30"), ("Late one", "2026-10-02"), ("Far", None)):
        day = datetime.fromisoformat(closing).date() if closing else None
        entry = DealEntry(name, first_stage(), owner=reader, closing_on=day, amount=12500)
        keep_deal(Deal(), entry, FRIDAY - 90 * 24 * hours)
    for words, days in (("Call back", 0), ("Send the offer", -3), ("Not yet", 1)):
        due_on = (FRIDAY + timedelta(days=days)).date()
        given = {"assignee": reader, "made_by": reader, "made_at": FRIDAY}
        Task.objects.create(words=words, due_on=due_on, **given)
    DigestWish.objects.create(user=reader, hour=7, days=[0, 1, 2, 3, 4], time_zone="Europe/Berlin")
    return reader


def test_it_says_what_waits_and_no_word_of_any_email(alice: User) -> None:
    assert write_digests(FRIDAY) == 1
    notice = Notice.objects.get()
    assert (notice.recipient, notice.subject) == (alice.email, "Your Friday, 27 November")
    text = " ".join(notice.text.split())
    for said in (
        "Contacts & Leads 1",
        "Not in CRM 1",
        "2 conversations await your answer, the oldest for 3 days.",
        "You watch 1 email for an answer.",
        "To do today Send the offer (since 24 November) Call back Your tasks",
        "Late one, 12,500 EUR, 2 October (overdue)",
        "Big order, 12,500 EUR, 30 November",
        f"/digest/{mark_of(alice.pk)}/",
    ):
        assert said in text, said
    assert "Far" not in text
    assert "Not yet" not in text
    assert SECRET not in notice.text + notice.html + notice.subject
    assert LENA not in notice.text


def test_it_comes_once_a_day_and_only_where_there_is_something(alice: User) -> None:
    assert write_digests(FRIDAY - timedelta(hours=1)) == 0
    assert [write_digests(FRIDAY + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    assert write_digests(FRIDAY + timedelta(days=1)) == 0  # Saturday.
    assert write_digests(FRIDAY + timedelta(days=3)) == 1
    # After a wish was taken back and made anew, the day's occasion has had its email.
    DigestWish.objects.update(told_at=None)
    assert write_digests(FRIDAY + timedelta(days=3)) == 0
    assert Notice.objects.count() == 2
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert write_digests(FRIDAY + timedelta(days=4)) == 0


def test_whoever_has_no_mailbox_is_told_of_nobody_elses_mail(alice: User) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    bob = user("Bob")
    DigestWish.objects.create(user=bob, hour=7, days=[4], time_zone="Europe/Berlin")
    assert write_digests(FRIDAY) == 1
    assert Notice.objects.get().recipient == alice.email
    assert DigestWish.objects.get(user=bob).told_at == FRIDAY


def test_a_link_ends_it_with_a_button_and_names_nobody_else(alice: User) -> None:
    client, address = Client(), f"/digest/{mark_of(alice.pk)}/"
    assert "Send the morning email no more?" in client.get(address).content.decode()
    assert DigestWish.objects.exists(), "to follow a link changes nothing"
    assert "is off" in client.post(address).content.decode()
    assert not DigestWish.objects.exists()
    for wrong in (f"{alice.pk}", f"{alice.pk}.x", "x", mark_of(alice.pk).replace(".", ".a")):
        assert user_in(wrong) is None
        assert client.get(f"/digest/{wrong}/").status_code == 404


def test_of_more_than_are_looked_at_it_says_so(alice: User) -> None:
    account = EmailAccount.objects.get()
    for number in range(100):
        received(account, message(f"Question {number}", from_=LENA))
    asked = Email.objects.filter(subject__startswith="Question")
    asked.update(sent_at=FRIDAY - timedelta(hours=1))
    write_digests(FRIDAY)
    text = " ".join(Notice.objects.get().text.split())
    assert "At least 100 conversations await your answer." in text
    assert "the oldest" not in text
