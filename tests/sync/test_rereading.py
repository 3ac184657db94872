"""Everything parsed is rebuilt from the raw bytes, and only what differs is written."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat

from cast import NOON, account_of, message, received, user
from mime.corpora import real_mail
from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.models import BodyState, Email, Participant
from postroom.sync import rereading
from postroom.sync.parsing import LimitedParser
from postroom.sync.rereading import Reread, reread

pytestmark = pytest.mark.django_db

EMAILS = "SELECT e, e.ctid, e.xmin FROM archive_email e ORDER BY e.id"
PARTICIPANTS = "SELECT p FROM archive_participant p ORDER BY email_id, role, position"
SENT = "Sent"


@pytest.fixture
def parser() -> Iterator[LimitedParser]:
    made = LimitedParser()
    yield made
    made.close()


def rows(query: str) -> list[tuple[object, ...]]:
    """Whole rows as PostgreSQL prints them."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def to_the_end(parser: LimitedParser, after: int = 0) -> Reread:
    """The numbers at the end."""
    *_, last = reread(None, parser, after)
    return last


def test_rows_changed_by_hand_become_what_they_were(parser: LimitedParser) -> None:
    letters = list(real_mail().values())[::16]
    accounts = [account_of(user(name)) for name in ("Alice", "Bob")]
    for number, raw in enumerate(letters):
        received(accounts[number % 2], raw, ("INBOX", SENT)[number % 3 == 0])
    before = [row[0] for row in rows(EMAILS)], rows(PARTICIPANTS)
    assert to_the_end(parser).changed == 0

    Email.objects.update(
        subject=Concat(Value("Re: "), F("subject")),
        snippet="",
        message_id="",
        thread_root="x",
        sent_at=NOON,
        direction="received",
        has_attachments=False,
        body_state=BodyState.UNAVAILABLE,
    )
    Participant.objects.filter(role=4).delete()
    Participant.objects.update(name="Nobody", canonical="nobody@example.com", sent_at=NOON)
    done = to_the_end(parser)
    print(f"{done.read} messages read again, {done.changed} corrected")
    assert (done.read, done.changed, done.broken) == (100, 100, 0)
    assert [row[0] for row in rows(EMAILS)] == before[0]
    assert rows(PARTICIPANTS) == before[1]


def test_reading_again_what_is_right_writes_nothing(parser: LimitedParser) -> None:
    alice = account_of(user("Alice"))
    for number in range(5):
        received(alice, message(f"n{number}", from_="a@x.example", to="b@x.example"))
    before = rows(EMAILS)
    assert to_the_end(parser).changed == 0
    assert rows(EMAILS) == before
    Email.objects.filter(subject="n3").update(subject="three")
    assert to_the_end(parser).changed == 1
    assert rows(EMAILS) != before


def test_it_goes_on_where_it_was_stopped(
    parser: LimitedParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "BATCH", 2)
    alice = account_of(user("Alice"))
    for number in range(5):
        received(alice, message(f"n{number}", from_="a@x.example"))
    Email.objects.update(subject="changed")
    stopped = next(reread(None, parser))
    assert (stopped.found, stopped.read, stopped.changed) == (5, 2, 2)
    assert list(subjects()) == ["n0", "n1", "changed", "changed", "changed"]
    rest = to_the_end(parser, stopped.last)
    assert (rest.found, rest.read, rest.changed) == (3, 3, 3)
    assert list(subjects()) == [f"n{number}" for number in range(5)]


def subjects() -> list[str]:
    """All subjects, in the order of arrival."""
    return list(Email.objects.order_by("pk").values_list("subject", flat=True))


def test_of_one_account_only_its_own_mail_is_read(parser: LimitedParser) -> None:
    alice, bob = account_of(user("Alice")), account_of(user("Bob"))
    for account in (alice, bob):
        received(account, message("n", from_="a@x.example"))
    Email.objects.update(subject="changed")
    *_, done = reread(alice, parser)
    assert (done.found, done.changed) == (1, 1)
    assert subjects() == ["n", "changed"]


def test_mail_on_its_way_out_is_left_alone(parser: LimitedParser) -> None:
    accounts = [account_of(user(name)) for name in ("Alice", "Bob")]
    for account in accounts:
        received(account, message("Hello", from_="a@x.example"))
    EmailAccount.objects.filter(pk=accounts[0].pk).update(activation=Activation.DEACTIVATED)
    Email.objects.update(subject="Wrong")
    done = to_the_end(parser)
    assert (done.read, done.changed) == (2, 1)
    assert set(Email.objects.values_list("account", "subject")) == {
        (accounts[0].pk, "Wrong"),
        (accounts[1].pk, "Hello"),
    }
