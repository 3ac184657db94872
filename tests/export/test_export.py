"""Alice exports what is hers, Bob what is shared with him whole, Charlie an empty file."""

import base64
import json
import tracemalloc
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.letters import FILE, whole_letter
from cast import NOON, account_of, arrival, folder_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.models import Email
from postroom.archive.record import record
from postroom.cli import main
from postroom.crm.models import Person
from postroom.crm.notes import write_note
from postroom.crm.tasks import TaskEntry, add_task
from postroom.export.kinds import Kind
from postroom.export.mbox import parse_mbox_entry
from postroom.export.running import Export
from postroom.export.selections import of_account, of_person, of_thread
from postroom.team.models import Act, AuditEntry, User
from zips import entries_of

pytestmark = pytest.mark.django_db
LENA = "lena@customer.example"


@pytest.fixture
def account(alice: User) -> EmailAccount:
    return account_of(alice, Sharing.CUSTOM)


@pytest.fixture
def lena(account: EmailAccount) -> Person:
    """With three whole emails, one of which is a copy in Bob's mailbox too, and one envelope."""
    lena = person("Lena Lead", LENA)
    received(account, whole_letter(LENA, account.address))
    for number in range(2):
        received(account, letter(number))
    place = folder_of(account)
    record(place, place.uidvalidity, [arrival(letter(9))])
    received(account_of(user("Bob")), letter(1))
    user("Charlie")
    return lena


def letter(number: int) -> bytes:
    sent_at = NOON + timedelta(days=number)
    mail_id = f"<n{number}@customer.example>"
    body = f"From the start, {number}.\r\n"
    return message(
        f"Number {number}", sent_at, body, from_=LENA, to="alice@example.com", message_id=mail_id
    )


def export(selection: object, viewer: User, kind: Kind = Kind.EML) -> dict[str, bytes]:
    running = Export(selection, viewer, kind, NOON)  # type: ignore[arg-type]
    written = BytesIO()
    while content := running.step():
        written.write(content)
    return entries_of(written.getvalue())


def named(name: str) -> User:
    return User.objects.get(name=name)


def test_each_email_is_in_it_once_as_it_came_and_the_rest_is_told(
    lena: Person, alice: User
) -> None:
    found = export(of_person(lena), alice)
    files = {name.removeprefix("emails/")[7:] for name in found if name.endswith(".eml")}
    assert files == {
        "2026-03-02-quarterly-order.eml",
        "2026-03-02-number-0.eml",
        "2026-03-03-number-1.eml",
    }
    assert letter(1) in found.values()
    told = json.loads(found["manifest.json"])
    assert (told["emails"], told["not_here"], told["in_part"]) == (3, 1, 0)
    [absent] = [json.loads(line) for line in found["not-here.ndjson"].splitlines()]
    assert absent["subject"] == "Number 9"


def test_mbox_and_json_have_the_same_emails(lena: Person, alice: User) -> None:
    write_note(lena, "Prefers the phone.", alice, NOON)
    add_task(lena, TaskEntry("Call", NOON.date(), assignee=alice), alice, NOON)
    mbox = export(of_person(lena), alice, Kind.MBOX)["emails.mbox"]
    entries = mbox.split(b"From MAILER-DAEMON ")[1:]
    assert len(entries) == 3
    assert letter(0) in [parse_mbox_entry(entry.partition(b"\n")[2]) for entry in entries]
    found = export(of_person(lena), alice, Kind.NDJSON)
    lines = found["emails.ndjson"].splitlines()
    assert json.loads(found["notes.ndjson"])["text"] == "Prefers the phone."
    assert json.loads(found["tasks.ndjson"])["assignee"] == "Alice"
    objects = [json.loads(line) for line in lines]
    [order] = [one for one in objects if one["subject"] == "Quarterly order"]
    assert "twelve" in order["text"]
    assert "<script" not in order["html"]
    [file] = order["attachments"]
    assert base64.b64decode(file["content"]) == FILE
    assert {"role": "from", "name": "Lena Lead", "address": LENA} in order["people"]


def test_colleagues_take_what_they_may_read_whole_and_nothing_else(
    lena: Person, alice: User, account: EmailAccount
) -> None:
    bob, charlie = named("Bob"), named("Charlie")
    assert json.loads(export(of_person(lena), bob)["manifest.json"])["emails"] == 1
    assert json.loads(export(of_person(lena), charlie)["manifest.json"])["emails"] == 0
    shared(account, lena)
    assert json.loads(export(of_person(lena), bob)["manifest.json"])["emails"] == 3, "the control"
    EmailAccount.objects.filter(pk=account.pk).update(sight=Sight.SUBJECT)
    in_part = export(of_person(lena), charlie)
    told = json.loads(in_part["manifest.json"])
    assert (told["emails"], told["not_here"], told["in_part"]) == (0, 0, 4)
    assert not any(b"Number" in content for content in in_part.values())
    assert json.loads(export(of_account(account), charlie)["manifest.json"])["emails"] == 0


def test_a_conversation_is_what_answers_each_other(lena: Person, alice: User) -> None:
    first = Email.objects.get(subject="Number 1", account__owner=alice)
    headers = {"in_reply_to": first.message_id, "references": first.message_id}
    answer = message("Re: Number 1", from_="alice@example.com", to=LENA, **headers)
    received(first.account, answer)
    told = json.loads(export(of_thread(first), alice)["manifest.json"])
    assert told["emails"] == 2
    assert json.loads(export(of_thread(first), named("Charlie"))["manifest.json"])["emails"] == 0


def test_a_share_that_ends_meanwhile_ends_the_export(
    lena: Person, account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.export.running.STRETCH", 1)
    monkeypatch.setattr("postroom.export.running.ENOUGH", 1)
    share = shared(account, lena)
    running = Export(of_person(lena), named("Charlie"), Kind.EML, NOON)
    assert running.step()
    share.delete()
    while running.step():
        pass
    assert running.emails == 1


def test_a_large_mailbox_takes_the_memory_of_a_small_one(account: EmailAccount) -> None:
    for number in range(12):
        body = base64.encodebytes(number.to_bytes(2, "big") * 500_000).decode()
        received(account, message(f"Large {number}", body=body))
    running = Export(of_account(account), account.owner, Kind.MBOX, NOON)
    tracemalloc.start()
    while running.step():
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{peak / 2**20:.0f} MiB for 12 emails of 1.3 MB")
    assert running.emails == 12
    assert peak < 12 * 2**20


def test_the_command_writes_the_file_and_a_line_in_the_log(lena: Person, tmp_path: Path) -> None:
    file = tmp_path / "lena.zip"
    words = ["export", str(file), "--as", "alice@example.com", "--person", LENA, "--kind", "eml"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "3 emails" in done.output
    assert letter(1) in entries_of(file.read_bytes()).values()
    entry = AuditEntry.objects.get(act=Act.MAIL_EXPORTED)
    assert (entry.subject, entry.detail) == (
        "emails with Lena Lead",
        "eml as alice@example.com",
    )
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 1
    assert "not written over" in again.output
    assert CliRunner().invoke(main, [*words, "--account", "alice@example.com"]).exit_code == 2
