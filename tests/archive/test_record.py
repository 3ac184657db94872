"""Recording: once whatever happens, by content and not by place."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, arrival, folder_of, message, received, user
from postroom.accounts.models import EmailAccount
from postroom.archive.arrivals import Flags
from postroom.archive.ledger import (
    PATIENCE,
    bury_before_renumbering,
    miss,
    recorded_flags,
    set_flags,
)
from postroom.archive.models import Email, Participant, RawMessage, ServerCopy
from postroom.archive.record import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"))


def test_the_same_arrivals_again_change_nothing(account: EmailAccount) -> None:
    inbox = folder_of(account)
    arrivals = [arrival(message(f"n{n}", from_="a@x.example", to="b@x.example")) for n in range(5)]
    first = record(inbox, 1, arrivals)
    assert len(first) == 5
    assert record(inbox, 1, arrivals) == {}
    assert (Email.objects.count(), Participant.objects.count()) == (5, 10)
    assert ServerCopy.objects.count() == 5


def test_one_message_in_two_folders_is_one_email(account: EmailAccount) -> None:
    raw = message("moved", from_="a@x.example")
    record(folder_of(account), 1, [arrival(raw)])
    assert record(folder_of(account, "Archive"), 1, [arrival(raw)]) == {}
    assert Email.objects.get().copies.count() == 2


def test_two_copies_in_one_window_are_one_email(account: EmailAccount) -> None:
    raw = message("twice", from_="a@x.example")
    assert len(record(folder_of(account), 1, [arrival(raw), arrival(raw)])) == 1
    assert ServerCopy.objects.count() == 2


def test_an_email_takes_its_participants_along(account: EmailAccount) -> None:
    for number in range(2):
        received(account, message(f"n{number}", from_="a@x.example", to="b@x.example"))
    Email.objects.get(subject="n0").delete()
    assert set(Participant.objects.values_list("email__subject", flat=True)) == {"n1"}
    assert Participant.objects.count() == 2


def test_a_message_id_alone_never_merges(account: EmailAccount) -> None:
    for subject in ("invoice 1", "invoice 2"):
        received(account, message(subject, message_id="<same@x.example>", from_="a@x.example"))
    assert Email.objects.count() == 2


def test_two_accounts_keep_an_email_each_and_its_bytes_once(account: EmailAccount) -> None:
    raw = message("to both", from_="a@x.example")
    received(account, raw)
    received(account_of(user("Bob")), raw)
    assert (Email.objects.count(), RawMessage.objects.count()) == (2, 1)


def test_strict_mode_leaves_nothing_of_mail_that_knows_nobody(account: EmailAccount) -> None:
    known = arrival(message("known", from_="lead@x.example"))
    unknown = arrival(message("secret", from_="doctor@y.example"))
    record(folder_of(account), 1, [known, unknown], only={"lead@x.example"})
    assert [email.subject for email in Email.objects.all()] == ["known"]
    assert not Participant.objects.filter(canonical="doctor@y.example").exists()
    assert len(recorded_flags(folder_of(account))) == 2


def test_an_email_is_read_when_any_living_copy_is(account: EmailAccount) -> None:
    raw = message("flags", from_="a@x.example")
    inbox, archive = folder_of(account), folder_of(account, "Archive")
    record(inbox, 1, [arrival(raw, uid=7)])
    record(archive, 1, [arrival(raw, uid=9, flags=Flags(is_seen=True))])
    assert Email.objects.get().is_read
    set_flags(archive, {9: Flags()})
    assert not Email.objects.get().is_read
    set_flags(inbox, {7: Flags(is_seen=True, is_flagged=True)})
    email = Email.objects.get()
    assert (email.is_read, email.is_flagged, email.is_answered) == (True, True, False)


def test_a_missing_uid_is_a_removal_only_when_two_passes_agree(account: EmailAccount) -> None:
    email = received(account, message("gone", from_="a@x.example"))
    inbox = folder_of(account)
    uids = list(recorded_flags(inbox))
    miss(inbox, uids, NOON)
    miss(inbox, uids, NOON + PATIENCE - timedelta(seconds=1))
    assert Email.objects.get().removed_at is None
    miss(inbox, uids, NOON + PATIENCE)
    email.refresh_from_db()
    assert email.removed_at == NOON + PATIENCE
    assert ServerCopy.objects.get().gone_at is not None


def test_a_uid_that_comes_back_was_never_missing(account: EmailAccount) -> None:
    received(account, message("back", from_="a@x.example"))
    inbox = folder_of(account)
    uids = list(recorded_flags(inbox))
    miss(inbox, uids, NOON)
    miss(inbox, [], NOON + timedelta(seconds=5))
    miss(inbox, uids, NOON + PATIENCE * 2)
    assert Email.objects.get().removed_at is None


def test_a_move_is_no_removal(account: EmailAccount) -> None:
    raw = message("moved", from_="a@x.example")
    email = received(account, raw)
    record(folder_of(account, "Archive"), 1, [arrival(raw)])
    inbox = folder_of(account)
    for later in (timedelta(), PATIENCE):
        miss(inbox, list(recorded_flags(inbox)), NOON + later)
    email.refresh_from_db()
    assert email.removed_at is None
    assert email.copies.filter(gone_at__isnull=True).get().folder.name == "Archive"


def test_a_removed_email_that_arrives_again_is_the_same_email(account: EmailAccount) -> None:
    raw = message("undone", from_="a@x.example")
    email = received(account, raw)
    inbox = folder_of(account)
    for later in (timedelta(), PATIENCE):
        miss(inbox, list(recorded_flags(inbox)), NOON + later)
    record(inbox, 1, [arrival(raw)])
    email.refresh_from_db()
    assert email.removed_at is None
    assert email.raw_id is not None


def test_a_new_numbering_keeps_every_email(account: EmailAccount) -> None:
    raw = message("renumbered", from_="a@x.example")
    email = received(account, raw)
    inbox = folder_of(account)
    inbox.uidvalidity = 2
    inbox.save()
    assert record(inbox, 2, [arrival(raw, uid=1)]) == {}
    bury_before_renumbering(inbox, NOON)
    email.refresh_from_db()
    assert email.removed_at is None
    assert Email.objects.count() == 1


def test_hostile_headers_are_stored_as_they_are(account: EmailAccount) -> None:
    long_id = "<" + "x" * 20_000 + "@x.example>"
    email = received(
        account,
        message(
            "nul\0 and \udcff".encode("utf-8", "replace").decode(),
            message_id=long_id,
            from_="a" * 400 + "@x.example",
        ),
    )
    assert "\0" not in email.subject
    assert len(email.thread_root) <= 500


def test_a_date_far_ahead_is_not_believed(account: EmailAccount) -> None:
    email = received(account, message("2077", NOON + timedelta(days=20_000), from_="a@x.example"))
    assert email.sent_at == NOON + timedelta(minutes=1)
