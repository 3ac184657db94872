"""Every operation × everybody × every way to share: what is right, and nothing beside it.

The table names for each operation whom it concerns; an operation without a row is red. A refusal
writes nothing and says of what is forbidden exactly what it says of what does not exist.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction

from api.callers import Caller, caller, writer
from api.conftest import LENA
from api.letters import whole_letter
from cast import NOON, account_of, person, received, user
from postroom.accounts.members import add_member
from postroom.accounts.models import Sharing, Sight
from postroom.api.v1 import api
from postroom.archive.deal_links import link_conversation
from postroom.archive.models import Email
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Note, Person, Task
from postroom.crm.notes import write_note
from postroom.crm.pipeline import first_stage
from postroom.crm.tasks import TaskEntry, add_task
from postroom.team.models import Organisation, Profile, User
from sharing_modes import ANSWERS, FEWER, MODES, Mode, forget, is_asked
from zips import text_in

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"
# What only everything shows: words of the body, and the name of the file.
WORDS = (b"twelve", b"offer.pdf")
ABSENT = "987654321"
NOBODY = {"deactivated", "revoked", "no key"}

NEW = {"last_name": "New", "addresses": ["new@x.example"]}
SHARE: dict[str, object] = {"addresses": [LENA]}
ROWS: dict[tuple[str, str], tuple[str, object]] = {
    ("GET", "/me"): ("everyone", None),
    ("GET", "/users"): ("everyone", None),
    ("GET", "/people"): ("everyone", None),
    ("POST", "/people"): ("everyone", NEW),
    ("GET", "/people/{person_id}"): ("everyone", None),
    ("PATCH", "/people/{person_id}"): ("everyone", {"first_name": "Helena"}),
    ("POST", "/people/{person_id}/conversion"): ("everyone", None),
    ("GET", "/people/{person_id}/emails"): ("everyone", None),
    ("PUT", "/people/{person_id}/shares/{account_id}"): ("owner", SHARE),
    ("DELETE", "/people/{person_id}/shares/{account_id}"): ("owner", None),
    ("GET", "/emails/{email_id}"): ("viewer", None),
    ("PATCH", "/emails/{email_id}"): ("holder", {"read": True, "put_labels": ["Fair"]}),
    ("GET", "/emails/{email_id}/body"): ("reader", None),
    ("GET", "/emails/{email_id}/raw"): ("reader", None),
    ("GET", "/emails/{email_id}/attachments/{part}"): ("reader", None),
    ("GET", "/threads/{email_id}"): ("viewer", None),
    ("GET", "/deal-stages"): ("everyone", None),
    ("GET", "/deals"): ("everyone", None),
    ("POST", "/deals"): ("everyone", {"name": "New"}),
    ("GET", "/deals/{deal_id}"): ("everyone", None),
    ("PATCH", "/deals/{deal_id}"): ("everyone", {"name": "Bigger"}),
    ("GET", "/deals/{deal_id}/emails"): ("everyone", None),
    ("GET", "/companies"): ("everyone", None),
    ("GET", "/companies/{company_id}"): ("everyone", None),
    ("PATCH", "/companies/{company_id}"): ("everyone", {"name": "Other Ltd"}),
    ("GET", "/companies/{company_id}/emails"): ("everyone", None),
    ("GET", "/notes"): ("everyone", None),
    ("POST", "/notes"): ("everyone", {"text": "So.", "person": 1}),
    ("GET", "/notes/{note_id}"): ("everyone", None),
    ("PATCH", "/notes/{note_id}"): ("author", {"text": "Otherwise."}),
    ("DELETE", "/notes/{note_id}"): ("remover", None),
    ("GET", "/tasks"): ("everyone", None),
    ("POST", "/tasks"): ("everyone", {"words": "Call", "due_on": "2027-01-31"}),
    ("GET", "/tasks/{task_id}"): ("everyone", None),
    ("PATCH", "/tasks/{task_id}"): ("everyone", {"done": True}),
    ("DELETE", "/tasks/{task_id}"): ("everyone", None),
    ("GET", "/emails/{email_id}/deal"): ("viewer", None),
    ("PUT", "/emails/{email_id}/deal"): ("viewer", {"deal": None}),
    ("DELETE", "/emails/{email_id}/deal"): ("viewer", None),
    ("GET", "/people/{person_id}/export"): ("everyone", None),
    ("GET", "/threads/{email_id}/export"): ("viewer", None),
    ("GET", "/accounts/{account_id}/export"): ("holder", None),
    ("GET", "/accounts"): ("everyone", None),
    ("GET", "/accounts/{account_id}"): ("caretaker", None),
    ("GET", "/accounts/{account_id}/proof"): ("caretaker", None),
    ("POST", "/accounts/{account_id}/pause"): ("owner", None),
    ("POST", "/accounts/{account_id}/resume"): ("owner", None),
}
# Beside whom a mailbox concerns: a note is its author's, and an administrator removes it.
WHOM = ANSWERS | {
    "author": lambda who, mode: who == "owner",
    "remover": lambda who, mode: who in ("owner", "administrator"),
}
# What of the answer to everyone is only for some: the rows of a list.
LISTS = {
    "/people/{person_id}/emails": "viewer",
    "/deals/{deal_id}/emails": "viewer",
    "/companies/{company_id}/emails": "viewer",
    "/accounts": "caretaker",
}
# A deal has what was linked with it by hand, too.
OF_PEOPLE = ("/people/{person_id}/emails", "/companies/{company_id}/emails")
# What its owner may do and cannot always, and is told so.
SHARING = "PUT /people/{person_id}/shares/{account_id}"


@dataclass(frozen=True, slots=True)
class World:
    """Alice's letter, and everybody with a key that may write and one that may read."""

    letter: Email
    lena: Person
    offer: Deal
    note: Note
    task: Task
    writers: dict[str, Caller]
    readers: dict[str, Caller]

    def path(self, template: str, **other: str) -> str:
        """The operation's address in this world."""
        ids = {
            "email_id": str(self.letter.pk),
            "person_id": str(self.lena.pk),
            "account_id": str(self.letter.account_id),
            "part": "2",
            "deal_id": str(self.offer.pk),
            "company_id": str(self.offer.company_id),
            "note_id": str(self.note.pk),
            "task_id": str(self.task.pk),
        }
        return template.format(**ids | other)

    def body(self, body: object) -> object:
        """What is sent, about a person of this world."""
        is_about = isinstance(body, dict) and "person" in body
        return {**body, "person": self.lena.pk} if is_about else body  # type: ignore[dict-item]


def world_of(mode: Mode) -> World:
    Profile.default(), Organisation.get()  # Both are made on first use.
    alice, lena = user("Alice"), person("Lena Lead", LENA)
    account = account_of(alice, mode.sharing)
    cast = {name: user(name) for name in ("Mia", "Bob", "Ada", "Dora", "Rita")}
    add_member(account, cast["Mia"], alice, NOON)
    User.objects.filter(name="Ada").update(is_administrator=True)
    people = {
        "owner": alice,
        "member": cast["Mia"],
        "colleague": cast["Bob"],
        "administrator": User.objects.get(name="Ada"),
        "deactivated": cast["Dora"],
        "revoked": cast["Rita"],
    }
    letter = received(account, whole_letter(LENA, account.address, CANARY))
    offer = deal_with(lena)
    mode.prepare(account, lena)
    link_conversation(letter, offer, alice, NOON)
    note = write_note(lena, "Noted.", alice, NOON, bytes(letter.identity))
    entry = TaskEntry("Answer it", NOON.date(), assignee=cast["Bob"])
    task = add_task(lena, entry, alice, NOON, bytes(letter.identity))
    writers = {who: writer(one) for who, one in people.items()} | {"no key": Caller()}
    readers = {who: caller(one) for who, one in people.items()} | {"no key": Caller()}
    User.objects.filter(name="Dora").update(is_active=False)
    cast["Rita"].api_keys.update(revoked_at=NOON)
    return World(letter, lena, offer, note, task, writers, readers)


def deal_with(lena: Person) -> Deal:
    """A deal with Lena, at her company."""
    company = Company.objects.get_or_create(name="Customer Ltd")[0]
    Person.objects.filter(pk=lena.pk).update(company=company)
    offer = Deal()
    keep_deal(offer, DealEntry("Offer", first_stage(), people=[LENA]), NOON)
    return offer


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written() -> int:
    """Rows written in this transaction, all tables together; that a key was used is no change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'team_apikey'"
        )
        return int(cursor.fetchone()[0])


def test_every_operation_has_its_row() -> None:
    declared = {
        (verb.upper(), path.removeprefix("/api/v1"))
        for path, verbs in api.get_openapi_schema()["paths"].items()
        for verb in verbs
    }
    assert set(ROWS) == declared


@pytest.mark.parametrize("name", MODES)
def test_who_may_see_and_do_what(name: str) -> None:
    mode, cells = MODES[name], 0
    world = world_of(mode)
    for (verb, template), (concerns, body) in ROWS.items():
        for who in world.writers:
            if not is_asked(concerns, who, name, NOBODY):
                continue
            with undone():
                check(world, mode, who, (verb, template), concerns, world.body(body))
            cells += 1
            if verb != "GET":
                with undone():
                    refuses_to_write(world, who, verb, world.path(template), body)
                cells += 1
    print(f"{name}: {cells} cells")
    assert cells == 47 * 7 + 19 * 7 or (name not in FEWER and cells >= 130)


def check(
    world: World, mode: Mode, who: str, operation: tuple[str, str], concerns: str, body: object
) -> None:
    verb, template = operation
    before, program = written(), world.writers[who]
    response = program.ask(verb, world.path(template), body)
    where = f"{who}: {verb} {template}"
    if who in NOBODY:
        assert response.status_code == 401, where
        assert response.content == Caller().ask("GET", "/me").content, where
    elif not WHOM[concerns](who, mode):
        assert response.status_code == 404, where
        absent = program.ask(verb, world.path(template, email_id=ABSENT, account_id=ABSENT), body)
        assert told(response) == told(absent), where
    elif f"{verb} {template}" == SHARING and cannot_be_shared(mode):
        assert response.status_code == 422, where
    else:
        assert response.status_code in (200, 201, 204), where
        assert verb == "GET" or written() > before or template.endswith(("{account_id}", "resume"))
        shows_its_rows(template, response, who, mode)
        return
    assert written() == before, where
    assert not tells(response, Sight.SUBJECT) | tells(response, Sight.EVERYTHING), where


def tells(response: Any, sight: Sight) -> bool:
    """Whether an answer has something that only this sight, or more, shows."""
    words = (CANARY.encode(),) if sight == Sight.SUBJECT else WORDS
    return any(word in text_in(response) for word in words)


def cannot_be_shared(mode: Mode) -> bool:
    """Whether the mailbox is not custom, or the address is the person's no more."""
    return mode.sharing != Sharing.CUSTOM or mode.prepare is forget


def told(response: Any) -> tuple[bytes, dict[str, str]]:
    """All that an answer tells."""
    return response.content, dict(response.headers)


def shows_its_rows(template: str, response: Any, who: str, mode: Mode) -> None:
    """A list has rows for those whom they concern; nobody else reads a word of the letter."""
    sight = mode.sight_for(who)
    if template in ("/notes", "/tasks") and "items" in response.json():
        [row] = response.json()["items"]
        assert (row["email"] is None) == (sight == Sight.NOTHING), f"{who}: {template}"
    if template in LISTS:
        is_shown = ANSWERS[LISTS[template]](who, mode)
        if template in OF_PEOPLE and mode.prepare is forget:
            is_shown = False  # It is with nobody known, so on nobody's list.
        assert bool(response.json()["items"]) == is_shown, f"{who}: {template}"
    for level in (Sight.SUBJECT, Sight.EVERYTHING):
        if sight < level:
            assert not tells(response, level), f"{who}: {template}"
        elif template in ("/emails/{email_id}", "/threads/{email_id}"):
            assert tells(response, level), "the control"


def refuses_to_write(world: World, who: str, verb: str, path: str, body: object) -> None:
    """A key that may only read changes nothing, whoever has it and whatever it names."""
    before = written()
    response = world.readers[who].ask(verb, path, body)
    assert response.status_code == (401 if who in NOBODY else 403), f"{who}: {verb} {path}"
    assert written() == before
    assert not tells(response, Sight.SUBJECT) | tells(response, Sight.EVERYTHING)


def test_the_control_a_write_is_noticed() -> None:
    before = written()
    user("Alice")
    assert written() == before + 1


def test_every_operation_without_a_key_answers_alike() -> None:
    world = World(
        Email(pk=1, account_id=1),
        Person(pk=1),
        Deal(pk=1, company_id=1),
        Note(pk=1),
        Task(pk=1),
        {},
        {},
    )
    answers = [Caller().ask(v, world.path(t), b) for (v, t), (_, b) in ROWS.items()]
    assert {response.status_code for response in answers} == {401}
    assert len({response.content for response in answers}) == 1
    assert len(answers) == 47
