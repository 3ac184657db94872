"""Alice brings old mail from files: it is hers, once, and no file is trusted."""

import tracemalloc
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import Activation, EmailAccount, Sharing
from postroom.archive.actions import ask_for
from postroom.archive.models import Action, ActionKind, ActionState, Email, RawMessage
from postroom.archive.reading import find_raw
from postroom.association import visible_to
from postroom.cleanup.cases import subjects
from postroom.cleanup.stock import stock_of
from postroom.cli import main
from postroom.crm.models import Person
from postroom.erasure.erasing import erase
from postroom.export.kinds import Kind
from postroom.export.mbox import compose_mbox_entry
from postroom.export.running import Export
from postroom.export.selections import of_person
from postroom.intake import files
from postroom.intake.files import FileRefused, messages_in
from postroom.intake.taking_in import Taken, take_in
from postroom.team.models import Act, AuditEntry, User
from web.browser import SIGN_IN

LENA = "lena@customer.example"


@pytest.fixture
def lena(db: None) -> Person:
    return person("Lena Lead", LENA)


def letter(number: int, **headers: str) -> bytes:
    lines = {"from_": LENA, "to": "alice@example.com"} | headers
    sent_at = NOON - timedelta(days=4000 - number)
    body = f"From the archive, {number}\r\n"
    return message(f"Old {number}", sent_at, body, **lines, message_id=f"<o{number}@x.example>")


def mbox(*raws: bytes) -> BytesIO:
    return BytesIO(b"".join(compose_mbox_entry(raw, NOON) for raw in raws))


def zipped(packing: int = ZIP_DEFLATED, **entries: bytes) -> BytesIO:
    content = BytesIO()
    with ZipFile(content, "w", packing) as file:
        for name, raw in entries.items():
            file.writestr(name, raw)
    content.seek(0)
    return content


def take(file: BytesIO, owner: User, only: Person | None = None) -> Taken:
    return take_in(file, owner, only, NOON, lambda so_far: None)


def test_an_mbox_becomes_history_once_and_is_its_owners_alone(alice: User, lena: Person) -> None:
    bob = user("Bob")
    file = mbox(*map(letter, range(100)), letter(200, from_="tom@x.example"))
    taken = take(file, alice, lena)
    assert (taken.found, taken.new, taken.of_others) == (101, 100, 1)
    again = take(file, alice, lena)
    assert (again.new, again.here_already) == (0, 100)
    assert Email.objects.count() == RawMessage.objects.count() == 100
    first = Email.objects.get(subject="Old 7")
    assert find_raw(first) == letter(7)
    assert (first.is_read, first.direction) == (True, "received")
    assert visible_to(alice).count() == 100
    assert visible_to(bob).count() == 0
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    assert visible_to(bob).count() == 100, "the control"
    assert AuditEntry.objects.filter(act=Act.MAIL_IMPORTED).count() == 2


def test_what_is_in_another_mailbox_of_theirs_is_not_taken_twice(alice: User, lena: Person) -> None:
    received(account_of(alice), letter(1))
    assert take(mbox(letter(1)), alice).here_already == 1
    assert EmailAccount.objects.count() == 1, "nothing new makes nothing"
    taken = take(mbox(letter(1), letter(2)), alice)
    assert (taken.new, taken.here_already) == (1, 1)
    sent = letter(3, from_="alice@example.com", to=LENA)
    take(mbox(sent), alice)
    assert Email.objects.get(subject="Old 3").direction == "sent"


@pytest.mark.parametrize("kind", [Kind.MBOX, Kind.EML])
def test_what_was_exported_comes_in_again(kind: Kind, alice: User, lena: Person) -> None:
    for number in range(3):
        received(account_of(alice) if not number else EmailAccount.objects.get(), letter(number))
    export, content = Export(of_person(lena), alice, kind, NOON), BytesIO()
    while step := export.step():
        content.write(step)
    bob = user("Bob")
    taken = take(content, bob)
    assert (taken.new, taken.unreadable) == (3, 0)
    raws = {find_raw(email) for email in visible_to(bob)}
    assert raws == {letter(number) for number in range(3)}


def test_single_letters_and_zips_of_any_names(alice: User) -> None:
    assert take(BytesIO(letter(1)), alice).new == 1
    names = {"../../etc/passwd.eml": letter(2), "a\\b\0.eml": letter(3), "x.exe": letter(4)}
    assert take(zipped(**names, **{"in/deep.mbox": mbox(letter(5)).getvalue()}), alice).new >= 2
    assert not Email.objects.filter(subject="Old 4").exists()
    with pytest.raises(FileRefused, match="no email in this file"):
        take(zipped(**{"emails.ndjson": b"{}"}), alice)
    rubbish = take(BytesIO(b"%PDF-1.7\n\nrubbish"), alice)
    assert (rubbish.new, rubbish.unreadable) == (0, 1)


def test_what_a_file_takes_of_memory_is_a_few_times_its_size() -> None:
    lines = BytesIO(b"From x\n" + b"a\n" * 2**21)
    tracemalloc.start()
    assert [one.raw and len(one.raw) for one in messages_in(lines)] == [3 * 2**21]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**26  # As a list of lines: 118 million.


def test_a_zip_of_too_many_entries_is_refused_before_they_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = zipped(**{f"{n}.eml": b"" for n in range(40)})
    assert len(list(messages_in(many))) == 0
    monkeypatch.setattr(files, "LONGEST_DIRECTORY", 1_000)
    with pytest.raises(FileRefused, match="Divide it"):
        list(messages_in(many))


def test_bombs_and_rubbish_are_bounded(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 4 * 2**20)
    monkeypatch.setattr(files, "LARGEST_MESSAGE", 2**20)
    bomb = zipped(**{f"{n}.eml": b"\0" * 3 * 2**20 for n in range(9)})
    assert len(bomb.getvalue()) < 100_000
    tracemalloc.start()
    with pytest.raises(FileRefused, match="unpacked"):
        list(messages_in(bomb))
    endless = BytesIO(
        b"From x\nSubject: " + b"x" * 3 * 2**20 + b"\n\n" + b"\nFrom y\nSubject: z\n\n"
    )
    assert [one.raw is None for one in messages_in(endless)] == [True, False]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20
    with pytest.raises(FileRefused, match="damaged"):
        list(messages_in(BytesIO(bomb.getvalue()[:-40])))
    with pytest.raises(FileRefused, match="not known here"):
        list(messages_in(zipped(ZIP_BZIP2, **{"a.eml": b"\0" * 2**22})))
    assert list(messages_in(BytesIO(b""))) == []


def test_a_message_that_cannot_be_read_stops_no_other(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_MESSAGE", 10_000)
    huge = message("Huge", body="x" * 20_000)
    taken = take(mbox(letter(1), huge, letter(2)), alice)
    assert (taken.new, taken.unreadable) == (2, 1)
    assert taken.reasons == ["Message 2: It is larger than an email may be."]


def test_stopped_half_way_the_same_file_goes_on(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(taken: Taken) -> None:
        raise Killed

    file = mbox(*map(letter, range(150)))
    with pytest.raises(Killed):
        take_in(file, alice, None, NOON, die)
    assert Email.objects.count() == 64
    assert (take(file, alice).new, Email.objects.count()) == (86, 150)


def test_no_policy_deletes_it_and_no_server_is_told(alice: User, lena: Person) -> None:
    take(mbox(letter(1)), alice)
    account = EmailAccount.objects.get()
    assert account.activation == Activation.IMPORTED
    assert account not in subjects()
    assert stock_of(account).only_here == 1
    email = Email.objects.get()
    ask_for(ActionKind.MARK_UNREAD, email, NOON)
    email.refresh_from_db()
    assert not email.is_read
    assert Action.objects.get().state == ActionState.DONE


def test_whoever_was_erased_does_not_come_in_by_a_file(alice: User, lena: Person) -> None:
    erase(lena, None, NOON)
    taken = take(mbox(letter(1), letter(2, from_="tom@x.example")), alice)
    assert (taken.new, taken.erased) == (1, 1)
    assert RawMessage.objects.count() == 1


def test_the_command_and_the_page_say_what_came_of_it(
    alice: User, lena: Person, tmp_path: Path
) -> None:
    file = tmp_path / "old.mbox"
    file.write_bytes(mbox(letter(1), letter(2)).getvalue())
    words = ["import", str(file), "--as", "alice@example.com", "--person", LENA]
    assert "2 new emails of 2; 0 were here." in CliRunner().invoke(main, words).output
    assert "0 new emails of 2; 2 were here." in CliRunner().invoke(main, words).output
    client = Client()
    client.force_login(alice, backend=SIGN_IN)
    upload = SimpleUploadedFile("more.mbox", mbox(letter(3), letter(1)).getvalue())
    page = client.post(f"/people/{lena.pk}/import/", {"file": upload}, follow=True)
    assert "1 new of 2 emails; 1 were here." in page.content.decode()
    assert "Old 3" in page.content.decode()
    damaged = SimpleUploadedFile("bad.zip", b"PK\x03\x04rubbish")
    refused = client.post(f"/people/{lena.pk}/import/", {"file": damaged})
    assert refused.status_code == 422
    assert "This zip is damaged" in refused.content.decode()
    account = EmailAccount.objects.get()
    shown = client.get(f"/setup/channels/email/{account.pk}/").content.decode()
    assert "Imported from files" in shown
    assert "Pause" not in shown
