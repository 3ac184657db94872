"""Lena is erased: afterwards nothing names her, and nothing of her comes back."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from cast import NOON, account_of, arrival, folder_of, message, person, received, shared, user
from journeys.databases import django_using
from postroom.accounts.exclusions import exclude
from postroom.accounts.holds import UnderHold, place_hold
from postroom.accounts.models import EmailAccount, Ruling, Sharing
from postroom.archive.actions import change_label
from postroom.archive.arrivals import Flags
from postroom.archive.labels import LabelUnusable
from postroom.archive.ledger import set_flags
from postroom.archive.models import Email, Inquiry, RawMessage, ServerCopy
from postroom.archive.quarantine import quarantine
from postroom.archive.record import record
from postroom.config import postgres
from postroom.crm.erased import erased_among
from postroom.crm.models import Erasure, Note, Person, Task
from postroom.crm.notes import write_note
from postroom.crm.people import AddressErased, set_addresses
from postroom.crm.tasks import TaskEntry, add_task
from postroom.erasure.erasing import allow_again, erase, extent_of
from postroom.erasure.known import known_of
from postroom.erasure.left import left_of
from postroom.outbox.drafts import Written, keep
from postroom.rules.models import Rule
from postroom.sync.indexing import index_next
from postroom.sync.storage import as_kept
from postroom.team.audit import note
from postroom.team.inbox_column import keep_column
from postroom.team.models import Act, AuditEntry, InboxColumn, SavedSearch, User
from search.worlds import PARSER
from zips import entries_of

LENA = "zugunruhe@kanarienvogel.example"
NAME = "Zuzu Nachtigall"
WORDS = ["zugunruhe", "Nachtigall"]


def letter(number: int = 0, **headers: str) -> bytes:
    """From Lena; everything one reads in it names her."""
    lines = {"from_": f"{NAME} <{LENA}>", "to": "alice@example.com"} | headers
    about = f"{NAME} {number}"
    sent_at = NOON + timedelta(hours=number)
    mail_id = f"<{number}.zugunruhe@mail.example>"
    return message(about, sent_at, f"Yours, {NAME}\r\n", **lines, message_id=mail_id)


def world() -> tuple[Person, EmailAccount]:
    """Everything that may name somebody, through the doors that write it."""
    alice = user("Alice")
    account = account_of(alice, Sharing.CUSTOM)
    lena = person(NAME, LENA, "second.zugunruhe@old.example")
    set_addresses(lena, [LENA], alice)
    emails = [received(account, letter(number)) for number in range(3)]
    received(account_of(user("Bob")), letter(1))
    received(account, message("Between others", from_="tom@x.example", to=account.address))
    index_next(account.pk, PARSER)
    quarantine(folder_of(account), 99, "It broke.", NOON, letter(7))
    shared(account, lena)
    Ruling.objects.create(account=account, identity=emails[0].identity, sight=0, at=NOON)
    Ruling.objects.create(account=account, thread_root=emails[1].thread_root, sight=0, at=NOON)
    exclude(None, [LENA], alice, NOON)
    Inquiry.objects.create(account=account, canonical=LENA, answered_at=NOON)
    SavedSearch.objects.create(user=alice, name="Hers", words=f"from:{LENA}")
    keep(alice, uuid4(), Written(None, to=LENA, subject="An offer", text="Dear Zuzu"), [], NOON)
    conditions = [{"kind": "from", "text": LENA}]
    keep_column(InboxColumn(owner=alice, name=NAME, conditions=conditions))
    change_label(emails[0], NAME, NOON, is_on=True)
    rule = Rule(owner=alice, name="r", position=1, conditions=conditions)
    rule.begin_anew(NOON)
    rule.save()
    note(Act.PERSON_SHARED, alice, NAME, NOON, f"by {LENA}")
    write_note(lena, f"{NAME} is kind.", alice, NOON)
    tom = person("Tom Other", "tom@x.example")
    write_note(tom, "Made from her letter.", alice, NOON, bytes(emails[0].identity))
    add_task(tom, TaskEntry(f"Call {LENA}", NOON.date(), assignee=alice), alice, NOON)
    write_note(tom, "His alone.", alice, NOON)
    return lena, account


@pytest.mark.django_db
def test_nothing_names_them_afterwards_and_the_rest_stays() -> None:
    lena, account = world()
    before = left_of(WORDS)
    print(f"named in {len(before)} columns before")
    assert len(before) >= 15, "the control"
    erasure = erase(lena, None, NOON)
    assert left_of(WORDS) == []
    assert (erasure.emails, Email.objects.count()) == (4, 1)
    assert RawMessage.objects.count() == 1
    assert [each.text for each in Note.objects.all()] == ["His alone."]
    assert not Task.objects.exists()
    line = AuditEntry.objects.filter(act=Act.PERSON_SHARED)[0]
    assert (line.subject, line.detail, line.actor) == ("an erased person", "erased", account.owner)
    assert AuditEntry.objects.filter(act=Act.PERSON_ERASED).exists()
    assert ServerCopy.objects.filter(folder__account=account, email=None).count() == 3


@pytest.mark.django_db
def test_what_is_synced_afterwards_leaves_no_trace_until_it_is_allowed_again() -> None:
    lena, account = world()
    erasure = erase(lena, account.owner, NOON)
    place = folder_of(account)
    other = message("Other", from_="x@x.example")
    coming = [arrival(raw) for raw in (letter(1), letter(8), other)]
    account.storage = "everything"
    kept, only = as_kept(account, coming)
    assert [a.is_due for a in kept] == [False, False, True]
    assert len(record(place, 1, kept, only=only)) == 1
    assert left_of(WORDS) == []
    with pytest.raises(AddressErased, match="erased here"):
        person("New Person", LENA.upper())
    allow_again(erasure, None, NOON)
    assert erased_among([LENA]) == set()
    assert len(record(place, 1, [arrival(letter(8))])) == 1, "the control"
    person("New Person", LENA)


@pytest.mark.django_db
def test_a_label_called_after_them_does_not_come_back_from_the_server() -> None:
    lena, account = world()
    place, other = folder_of(account), Email.objects.get(subject="Between others")
    change_label(other, NAME, NOON, is_on=True)
    change_label(other, "Fair", NOON, is_on=True)
    account.actions.all().delete()  # The server was told.
    [copy] = ServerCopy.objects.filter(email=other)
    told = {copy.uid: Flags(keywords=("Fair", "Later", "zuzu_Nachtigall"))}
    erasure = erase(lena, None, NOON)
    set_flags(place, told)
    copy.refresh_from_db()
    assert copy.keywords == ["Fair", "Later"]
    assert not set_flags(place, told)
    assert left_of(WORDS) == []
    with pytest.raises(LabelUnusable, match="erased here"):
        change_label(other, NAME, NOON, is_on=True)
    allow_again(erasure, None, NOON)
    set_flags(place, told)
    assert other.labellings.filter(label__keyword="zuzu_Nachtigall").exists(), "the control"


@pytest.mark.django_db
def test_a_legal_hold_stops_it_whatever_it_is_on() -> None:
    lena, account = world()
    before = left_of(WORDS)
    for held in (lena, account, None):
        with transaction.atomic():
            place_hold(held, "Court 7", None, NOON)
            with pytest.raises(UnderHold), transaction.atomic():
                erase(lena, None, NOON)
            assert "Court 7" in extent_of(lena).held
            transaction.set_rollback(True)
    assert left_of(WORDS) == before
    assert not Erasure.objects.exists()
    assert extent_of(lena).held == ""


@pytest.mark.django_db
def test_a_name_that_others_have_too_is_left_to_them() -> None:
    lena, account = world()
    other = person(NAME, "other@x.example")
    note(Act.PERSON_SHARED, account.owner, NAME, NOON, "by other@x.example")
    erase(lena, None, NOON)
    assert Person.objects.exclude(last_name="Other").get() == other
    assert AuditEntry.objects.filter(subject=NAME).count() == 1


@pytest.mark.django_db
def test_the_audit_log_changes_in_no_other_way() -> None:
    note(Act.KEY_MADE, None, "x", NOON)
    for change in ("act = 'erased'", "at = now()", "actor_id = NULL, act = 'y'"):
        refuses(f"SET LOCAL postroom.erasing = 'on'; UPDATE team_auditentry SET {change}")
    for statement in ("UPDATE team_auditentry SET subject = 'y'", "DELETE FROM team_auditentry"):
        refuses(statement)


def refuses(statement: str) -> None:
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
def test_what_is_known_is_handed_out_without_content_of_mail() -> None:
    lena, account = world()
    found = entries_of(known_of(lena, User.objects.get(name="Bob"), NOON))
    told = json.loads(found["person.json"])
    assert told["name"] == NAME
    assert {a["address"] for a in told["address_changes"]} >= {LENA}
    emails = [json.loads(line) for line in found["emails.ndjson"].splitlines()]
    assert len(emails) == 4
    assert emails[0]["as"] == [{"role": "From", "address": LENA}]
    assert b"Yours" not in b"".join(found.values())
    assert all("subject" not in email for email in emails)
    manifest = json.loads(found["manifest.json"])
    assert {"mailbox": account.address, "owner": account.address, "emails": 3} in manifest["ask"]
    notes = [json.loads(line)["text"] for line in found["notes.ndjson"].splitlines()]
    assert notes == [f"{NAME} is kind.", "Made from her letter."]
    assert LENA in found["tasks.ndjson"].decode()
    assert json.loads(found["sharing.json"])[0]["addresses"] == [LENA]
    assert NAME in found["audit.ndjson"].decode()
    assert AuditEntry.objects.filter(act=Act.PERSON_DISCLOSED).exists()


def test_the_dump_the_files_and_the_logs_do_not_have_them(
    own_database: str, postgres_server: Path, django_db_setup: None, django_db_blocker: object
) -> None:
    with django_db_blocker.unblock(), django_using(own_database):  # type: ignore[attr-defined]
        lena, _ = world()
        before = hits(own_database, postgres_server)
        erase(lena, None, NOON)
        assert before["dump"] > 20, "the control"
        assert hits(own_database, postgres_server) == {"dump": 0, "logs": 0, "jobs": 0}


def hits(url: str, data_dir: Path) -> dict[str, int]:
    """How often a canary stands in a dump, in PostgreSQL's logs, and in the tables of jobs."""
    dump = subprocess.run(
        [postgres.binaries() / "pg_dump", "--data-only", url], capture_output=True, check=True
    ).stdout
    logs = b"".join(file.read_bytes() for file in (data_dir / "postgres" / "log").iterdir())
    jobs = b"\n".join(line for line in dump.splitlines() if b"procrastinate" in line)
    return {name: count(text) for name, text in (("dump", dump), ("logs", logs), ("jobs", jobs))}


def count(text: bytes) -> int:
    return sum(text.lower().count(word.lower().encode()) for word in WORDS)
