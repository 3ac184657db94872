"""Of much new mail that with known people comes first, whole; the end is the same."""

from collections.abc import Iterator

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from cast import message, person
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive.models import BodyState, Email, Quarantine, RawMessage, ServerCopy
from postroom.archive.proofs import proof_of
from postroom.confinement.process import ConfinedProcess
from postroom.sync import known_first, new_mail, parsing
from postroom.sync.parsing import new_process
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, sync
from sync.state_hash import state_of

pytestmark = pytest.mark.usefixtures("transactional_db")

ANNA, JÖRG, QUOTED = "anna@x.example", "jörg@straße.example", '"anna b"@x.example'
STRANGER = "stranger@else.example"

# What only a reader of the whole grammar finds: no search for octets would.
ODDLY_WRITTEN = {
    "in capitals": {"from_": f"Anna <{ANNA.upper()}>"},
    "folded": {"to": f"Alice <{ALICE}>,\r\n Anna\r\n <{ANNA}>"},
    "with comments": {"cc": f"{ANNA} (of the office, at last)"},
    "with blanks": {"cc": "anna @ x . example"},
    "in a group": {"to": f"Customers: {STRANGER}, {ANNA};"},
    "quoted": {"from_": QUOTED},
    "quoted for nothing": {"from_": '"anna"@x.example'},
    "beyond ascii": {"from_": JÖRG},
    "as punycode": {"from_": "jörg@xn--strae-oqa.example"},
    "to be answered": {"from_": STRANGER, "reply_to": ANNA},
    "blind": {"from_": ALICE, "bcc": ANNA},
    "after many": {"cc": ", ".join(f"n{n}@else.example" for n in range(300)) + f", {ANNA}"},
}
HERS = len(ODDLY_WRITTEN)


@pytest.fixture(autouse=True)
def much_is_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_first, "MANY", 10)
    monkeypatch.setattr(known_first, "STRETCH", 7)
    monkeypatch.setattr(new_mail, "WINDOW", 5)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        strangers = [message(f"stranger {n}", from_=STRANGER, to=ALICE) for n in range(20)]
        hers = [letter(subject, **fields) for subject, fields in ODDLY_WRITTEN.items()]
        running.add(ALICE, "INBOX", [*hers[:6], *strangers[:10]])
        running.add(ALICE, "Archive", [*hers[6:], *strangers[10:]])
        yield running


def letter(subject: str, **fields: str) -> bytes:
    return message(subject, **{"from_": STRANGER, "to": ALICE, **fields})


def people() -> None:
    person("Anna Lead", ANNA, QUOTED)
    person("Jörg Lead", JÖRG)


def hers_and_others() -> tuple[list[int], list[int]]:
    """Ids of emails, which tell the order in which they were recorded."""
    rows = Email.objects.values_list("pk", "subject")
    hers = [pk for pk, subject in rows if subject in ODDLY_WRITTEN]
    return hers, [pk for pk, subject in rows if subject not in ODDLY_WRITTEN]


@pytest.mark.parametrize("storage", ["matched", "everything"])
def test_all_mail_with_known_people_is_whole_before_any_other_comes(
    server: Dovecot, storage: str
) -> None:
    people()
    account = connected(server, storage=storage)
    result = sync(account)
    hers, others = hers_and_others()
    assert (len(hers), len(others)) == (HERS, 20)
    assert max(hers) < min(others)
    assert not Email.objects.filter(pk__in=hers).exclude(body_state=BodyState.STORED).exists()
    assert result.messages == HERS + 20
    assert RawMessage.objects.count() == (HERS if storage == "matched" else HERS + 20)
    assert all(proof.is_whole for proof in proof_of(account))


@pytest.mark.parametrize("storage", ["matched", "everything"])
def test_who_is_on_mail_and_that_mail_are_read_in_one_process(
    server: Dovecot, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one takes longer to begin than it saves."""
    begun: list[ConfinedProcess] = []

    def noted() -> ConfinedProcess:
        begun.append(new_process())
        return begun[-1]

    monkeypatch.setattr(parsing, "new_process", noted)
    people()
    sync(connected(server, storage=storage))
    assert len(begun) == 1


@pytest.mark.parametrize("storage", ["matched", "everything", "strict"])
def test_what_comes_first_changes_nothing_of_what_is_here_in_the_end(
    server: Dovecot, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people()
    account = connected(server, storage=storage)
    sync(account)
    first = here()
    for rows in (ServerCopy, Email, RawMessage):
        rows.objects.all().delete()
    EmailAccount.objects.update(first_complete_at=None)
    account.folders.all().delete()
    with monkeypatch.context() as in_one_go:
        in_one_go.setattr(known_first, "MANY", 1_000)
        sync(account)
    assert here() == first
    assert not Quarantine.objects.exists()


def here() -> dict[str, tuple[int, str]]:
    """What this test's database holds."""
    where = connection.get_connection_params()
    names = ("dbname", "host", "port", "user", "password")
    return state_of(make_conninfo(**{name: where[name] for name in names if name in where}))


def test_where_nobody_is_known_nobody_is_asked_for(server: Dovecot) -> None:
    account = connected(server)
    assert sync(account).bodies == 0
    hers, others = hers_and_others()
    assert min(others) < max(hers)
