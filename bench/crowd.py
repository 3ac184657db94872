"""A whole organisation's mail in the database: so many emails of 50,000 people in 200 mailboxes.

Made from a seed, so that two runs are alike. The rows go in by COPY, their words by the code that
reads mail for search; nothing is fetched from anywhere. `Size` has a small form for the tests.
"""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate
from multiprocessing import get_context
from typing import Final

import psycopg

from postroom.archive.binary_copy import whole
from postroom.archive.search import EPOCH
from postroom.archive.search_entry import ENTRY_COLUMNS, Source, entry_row, vectors_of

NEWEST: Final = datetime(2026, 11, 1, tzinfo=UTC)
DAYS: Final = 1_095
CHUNK: Final = 2_000
VOCABULARY: Final = 30_000
ONSETS: Final = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl")
JAPANESE: Final = (
    "見積書送付件日本語東京大阪会議資料確認契約請求納期製品価格検討返信御礼連絡先担当者"
)
FIRST: Final = ("Lena", "Omar", "Mia", "Juan", "Zoë", "Jürgen", "Aiko", "Ewa", "Tom", "Ruth")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each."""

    emails: int
    people: int = 50_000
    accounts: int = 200


@lru_cache(maxsize=1)
def vocabulary() -> list[str]:
    """Words by how common they are."""
    chance = random.Random(7)
    made: dict[str, None] = {}
    while len(made) < VOCABULARY:
        count = chance.choice((1, 2, 2, 3, 3, 4))
        made["".join(chance.choice(ONSETS) + chance.choice("aeiou") for _ in range(count))] = None
    return list(made)


@lru_cache(maxsize=1)
def shares_of_words() -> list[float]:
    """Zipf's law, flattened at the top: the commonest word is on a half of all mail."""
    weights = list(accumulate(1 / (rank + 12) for rank in range(VOCABULARY)))
    return [weight / weights[-1] for weight in weights]


def some_words(chance: random.Random, count: int) -> list[str]:
    words, shares = vocabulary(), shares_of_words()
    return [words[bisect(shares, chance.random())] for _ in range(count)]


def name_of(person: int) -> str:
    return f"{FIRST[person % len(FIRST)]} {vocabulary()[1_000 + person % 20_000].title()}"


def address_of(person: int) -> str:
    return f"p{person}.{vocabulary()[1_000 + person % 20_000]}@customer{person % 9_000}.example"


def user_address(number: int) -> str:
    return f"user{number}@postroom.example"


def account_of(chance: random.Random, size: Size) -> int:
    """Some mailboxes are large: a fifth of them hold half of the mail."""
    return int(size.accounts * chance.random() ** 1.75)


@dataclass(frozen=True, slots=True)
class Rows:
    """A chunk of emails as the lines of two COPYs, and the rows of a binary one."""

    emails: bytes
    participants: bytes
    entries: bytes


def chunk_of(work: tuple[int, int, Size, int]) -> Rows:
    """The emails from one number to another."""
    first, last, size, offset = work
    emails, participants, entries = [], [], []
    for number in range(first, last):
        email, people, entry = lines_of(number, size, offset)
        emails.append(email)
        participants += people
        entries.append(entry)
    return Rows("".join(emails).encode(), "".join(participants).encode(), whole(entries))


def lines_of(number: int, size: Size, offset: int) -> tuple[str, list[str], bytes]:
    """One email: its row, those who are on it, its words."""
    chance = random.Random(number)
    account = account_of(chance, size)
    is_sent = chance.random() < 0.35
    people = people_on(chance, size, account, is_sent=is_sent)
    sent_at = NEWEST - timedelta(seconds=chance.randrange(DAYS * 86_400))
    subject, text = letter(chance, number)
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    pk, at, held_by = number + 1, sent_at.isoformat(), account + offset
    found = vectors_of(Source(held_by, (sent_at - EPOCH).days, people, subject, raw))
    email = (
        *(pk, held_by, "\\\\x" + sha256(f"email {number}".encode()).hexdigest()),
        *(f"<{number}@x.example>", f"<t{number // 4}@customer.example>", subject, text[:120]),
        *(at, at, "sent" if is_sent else "received", 4_000),
        *("ft"[chance.random() < share] for share in (0.2, 1 if is_sent else 0.8, 0.03, 0)),
        *("envelope", "f", "ft"[not is_sent and number % 3 == 0]),
    )
    lines = [
        line(pk, held_by, role, place, name, address, address, at)
        for place, (role, name, address) in enumerate(people)
    ]
    return line(*email), lines, entry_row(pk, held_by, sent_at, found)


def people_on(
    chance: random.Random, size: Size, account: int, *, is_sent: bool
) -> list[tuple[int, str, str]]:
    """The mailbox's owner and somebody, known or not, at times with somebody in copy."""
    person = int(size.people * chance.random() ** 2)
    other = name_of(person), address_of(person)
    if chance.random() < 0.4:
        stranger = f"s{chance.randrange(100_000)}@elsewhere.example"
        other = f"{chance.choice(FIRST)} Stranger", stranger
    mine = f"User {account}", user_address(account)
    people = [(1, *(mine if is_sent else other)), (3, *(other if is_sent else mine))]
    if chance.random() < 0.3:
        copied = int(size.people * chance.random())
        people.append((4, name_of(copied), address_of(copied)))
    return people


def letter(chance: random.Random, number: int) -> tuple[str, str]:
    """Subject and text; one in fifty is Japanese."""
    subject = " ".join(some_words(chance, chance.randrange(2, 7)))
    if chance.random() < 0.02:
        return subject, "".join(chance.choices(JAPANESE, k=200))
    return subject, " ".join(some_words(chance, chance.randrange(30, 130))) + f" ref{number}"


def line(*values: object) -> str:
    return "\t".join(map(str, values)) + "\n"


EMAILS = """COPY archive_email (id, account_id, identity, message_id, thread_root, subject, snippet,
 sent_at, received_at, direction, size, has_attachments, is_read, is_flagged, is_answered,
 body_state, body_due, in_inbox) FROM STDIN"""
PARTICIPANTS = """COPY archive_participant (email_id, account_id, role, position, name, address,
 canonical, sent_at) FROM STDIN"""
ENTRIES = f"COPY archive_searchentry ({', '.join(ENTRY_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
AFTERWARDS = (
    "correspondent_words",
    "search_words",
    "search_newest",
    "search_by_account",
    "participant_mail",
    "email_by_account",
    "email_by_thread",
    "email_by_arrival",
)


def fill(database_url: str, size: Size) -> Iterator[int]:
    """Write all of it into a migrated, empty database; tells how many emails are there."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        offset = users_and_people(connection, size)
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)",
            [list(AFTERWARDS)],
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        work = [
            (first, min(first + CHUNK, size.emails), size, offset)
            for first in range(0, size.emails, CHUNK)
        ]
        with get_context("fork").Pool(2) as pool:
            for done, rows in enumerate(pool.imap(chunk_of, work), 1):
                copy_in(connection, rows)
                yield min(done * CHUNK, size.emails)
        finish(connection, [definition for _, definition in indexes])


def copy_in(connection: psycopg.Connection, rows: Rows) -> None:
    for command, lines in (
        (EMAILS, rows.emails),
        (PARTICIPANTS, rows.participants),
        (ENTRIES, rows.entries),
    ):
        with connection.cursor().copy(command) as copy:
            copy.write(lines)


def finish(connection: psycopg.Connection, indexes: list[str]) -> None:
    """What is quicker at the end: indexes, names, marks, statistics."""
    connection.execute("SET maintenance_work_mem = '1GB'")
    for definition in indexes:
        connection.execute(definition)
    connection.execute(
        "INSERT INTO archive_correspondent (account_id, canonical, name, words)"
        " SELECT DISTINCT e.account_id, p.canonical, p.name, lower(p.name || ' ' || p.canonical)"
        " FROM archive_participant p JOIN archive_email e ON e.id = p.email_id"
    )
    connection.execute(
        "INSERT INTO archive_searchmark (account_id, email_id)"
        " SELECT account_id, max(id) FROM archive_email GROUP BY account_id"
    )
    connection.execute(
        "SELECT setval(pg_get_serial_sequence('archive_email', 'id'), max(id)) FROM archive_email"
    )
    connection.execute("VACUUM ANALYZE")


def users_and_people(connection: psycopg.Connection, size: Size) -> int:
    """The 200 and their mailboxes, leads and contacts; the id of the first account."""
    from django.contrib.auth.hashers import make_password

    from postroom.accounts.models import EmailAccount, Sharing
    from postroom.accounts.shares import share_person
    from postroom.crm.models import Person, PersonAddress
    from postroom.team.models import User

    password = make_password(None)
    users = User.objects.bulk_create(
        User(email=user_address(n), name=f"User {n}", password=password)
        for n in range(size.accounts)
    )
    kinds = (Sharing.PUBLIC, Sharing.PUBLIC, Sharing.CUSTOM, Sharing.PRIVATE, Sharing.PUBLIC)
    half = [user.pk for user in users[::2]]
    accounts = EmailAccount.objects.bulk_create(
        EmailAccount(
            owner=user,
            address=user.email,
            imap_host="mail.postroom.example",
            sharing=kinds[n % 5],
            is_to_all=False,
            to_users=half,
            sight=1 if n % 5 == 4 else 3,
        )
        for n, user in enumerate(users)
    )
    people = Person.objects.bulk_create(
        (
            Person(first_name=first, last_name=last, stage=("lead", "contact")[n % 2])
            for n in range(size.people)
            for first, _, last in [name_of(n).partition(" ")]
        ),
        batch_size=5_000,
    )
    PersonAddress.objects.bulk_create(
        (
            PersonAddress(
                person=one, address=address_of(n), canonical=address_of(n), is_primary=True
            )
            for n, one in enumerate(people)
        ),
        batch_size=5_000,
    )
    for account in accounts[2::5]:
        for n in range(account.pk % 7, min(700, size.people), 7):
            share_person(account, people[n], [address_of(n)], NEWEST)
    return accounts[0].pk
