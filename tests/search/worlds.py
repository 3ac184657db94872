"""Random mail in several scripts, and a second reading of the search in plain Python."""

import random
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.archive.search import accounts_due
from postroom.archive.search_query import Kind, Query, Term, parse_query
from postroom.association import search
from postroom.mime import parse_message
from postroom.mime.words import fold
from postroom.sync.indexing import index_all
from postroom.sync.parsing import LimitedParser
from postroom.team.models import User

PARSER = LimitedParser()
TEXTS = (
    "The offer for the mill is ready",
    "Größe und Straße",
    "日本語の見積書をお送りします",
    "日本の東京",
    "ใบเสนอราคา สวัสดี",
    "견적서를 보냅니다",
    "Предложение готово",
    "عرض الأسعار",
    "हिन्दी में प्रस्ताव",
    "offering mills the-offer e-mail 2026",
    "Łódź œuvre naïve",
)
NAMES = ("Lena Lead", "Müller Öl", "山田太郎", "Ivan Петров", "Bob Offer")
WORDS = (
    "offer", "off*", "mill", "the", "grosse", "STRASSE", "日本", "日本語", "本語", "東", "京",
    "เสนอ", "สวัสดี", "견적", "предложение", "عرض", "प्रस्ताव", "lodz", "naive", "lena", "山田",
    "太郎", "muller", "петров", "customer", "p1@customer.example", "zzz", "pdf", "2026", "e-mail",
)  # fmt: skip
PHRASES = (
    "the offer",
    "offer for the mill",
    "lena lead",
    "the mill",
    "日本語の見積",
    "ready grosse",
)


def searchable() -> int:
    """Read all that is due; how many emails that were."""
    return sum(count for account in accounts_due() for count in index_all(account, PARSER))


def subjects(account: EmailAccount, words: str) -> list[str]:
    """What the account's owner finds."""
    found = search(account.owner, parse_query(f"{words} "))
    return [row.email.subject for row in found.rows]


def some(chance: random.Random, texts: Sequence[str]) -> str:
    return ". ".join(chance.choice(texts) for _ in range(chance.randrange(1, 3)))


def letter(chance: random.Random, number: int, to: str) -> bytes:
    """A letter from somebody, at times with a file."""
    sender = f"{chance.choice(NAMES)} <p{chance.randrange(4)}@customer.example>"
    body, more = some(chance, TEXTS), {}
    if chance.random() < 0.4:
        more = {"content_type": 'multipart/mixed; boundary="b"', "mime_version": "1.0"}
        name = chance.choice(("offer.pdf", "日本語.pdf", "mill plan.txt"))
        body = (
            f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b\r\n"
            f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"'
            "\r\n\r\n%PDF\r\n--b--\r\n"
        )
    else:
        more = {"content_type": "text/plain; charset=utf-8", "mime_version": "1.0"}
    at = NOON - timedelta(days=chance.choice((0, 0, 1, 20, 400, 2000)), minutes=number // 2)
    return message(chance.choice(TEXTS), at, body, from_=sender, to=to, **more)


def world(chance: random.Random, letters: int) -> list[User]:
    """Three users, each with a mailbox shared in its own way, and some letters in all of them."""
    users = [user(name) for name in ("Alice", "Bob", "Charlie")]
    people = [person(f"P{n} Lead", f"p{n}@customer.example") for n in range(3)]
    accounts: list[EmailAccount] = []
    for owner in users:
        account = account_of(owner, chance.choice(list(Sharing)))
        EmailAccount.objects.filter(pk=account.pk).update(sight=chance.choice((1, 2, 3, 3)))
        for one in chance.sample(people, 2):
            shared(account, one)
        accounts.append(account)
    for number in range(letters):
        raw = letter(chance, number, chance.choice(users).email)
        for account in chance.sample(accounts, chance.choice((1, 1, 2))):
            received(account, raw)
    return users


def random_query(chance: random.Random) -> str:
    """Something that somebody may type."""
    return " ".join(random_term(chance) for _ in range(chance.choice((1, 1, 2, 3)))) + " "


def random_term(chance: random.Random) -> str:
    word = chance.choice(WORDS)
    return chance.choice((
        word, word, word, f"-{word}", f'"{chance.choice(PHRASES)}"', f"from:{word}", f"to:{word}",
        f"subject:{word}", f"filename:{word}", f"{word} OR {chance.choice(WORDS)}",
        "has:attachment", "-has:attachment", "is:unread", "after:2026", "before:2026-03",
        "on:2026-03-02", "person:p1", "-person:lead", "shared-by:bob", f"{word} OR is:sent",
    ))  # fmt: skip


def answers(query: Query, email: Email) -> bool:
    """Whether an email answers the query: a naive scan of what is written in it."""
    return all(any(holds(term, email) for term in group) for group in query.groups)


def holds(term: Term, email: Email) -> bool:
    return plainly(term, email) != term.is_negated


def plainly(term: Term, email: Email) -> bool:
    """The term without its not."""
    match term.kind:
        case Kind.HAS:
            is_so = email.has_attachments  # Cut down to what the viewer may know.
        case Kind.IS:
            is_so = {"unread": not email.is_read, "sent": email.direction == "sent"}[term.text]
        case Kind.BEFORE:
            is_so = email.sent_at.date() < term.period[0]
        case Kind.AFTER:
            is_so = email.sent_at.date() >= term.period[0]
        case Kind.ON:
            is_so = term.period[0] <= email.sent_at.date() < term.period[1]
        case Kind.PERSON:
            written = {"p1": {1}, "lead": {0, 1, 2}}[term.text]
            on_it = texts_of(email.pk)[Kind.ANY, Sight.WHEN]
            is_so = any(f"p{n}@customer.example" in on_it for n in written)
        case Kind.SHARED_BY:
            is_so = email.account.owner.name.lower() == term.text
        case kind:
            is_so = any(stands_in(term, text) for text in texts_of(email.pk)[kind, email.sight])
    return is_so


@cache
def texts_of(pk: int) -> dict[tuple[Kind, int], list[str]]:
    """The texts in which a term is looked for, each for itself, by how much one sees."""
    email = Email.objects.get(pk=pk)
    parsed = parse_message(find_raw(email) or b"")
    files = [attachment.name for attachment in parsed.attachments]
    on_it = [(p.role, text) for p in email.participants.all() for text in (p.name, p.address)]
    people = [text for _, text in on_it]
    found: dict[tuple[Kind, int], list[str]] = {}
    for sight in (Sight.WHEN, Sight.SUBJECT, Sight.EVERYTHING):
        subject = [email.subject] if sight >= Sight.SUBJECT else []
        more = [*files, parsed.search_text] if sight == Sight.EVERYTHING else []
        found |= {
            (Kind.FROM, sight): [text for role, text in on_it if role == 1],
            (Kind.TO, sight): [text for role, text in on_it if role in (3, 4, 5)],
            (Kind.SUBJECT, sight): subject,
            (Kind.FILENAME, sight): files if sight == Sight.EVERYTHING else [],
            (Kind.ANY, sight): [*people, *subject, *more],
        }
    return found


def stands_in(term: Term, text: str) -> bool:
    """Whether the words stand in the text one behind the other, whole but for an open end."""
    wanted, written = spaced(term.text), spaced(text)
    for start in range(len(written) - len(wanted) + 1):
        if written[start : start + len(wanted)] == wanted:
            return bool(wanted)
        *but_last, last = wanted or [""]
        there = written[start : start + len(wanted)]
        is_open = term.is_prefix and len(last) >= 3
        if is_open and there[:-1] == but_last and there[-1].startswith(last):
            return True
    return False


UNSPACED = ("\u0e00", "\u0eff"), ("\u3005", "\u9fff"), ("\uac00", "\ud7a3")


@cache
def spaced(text: str) -> list[str]:
    """Words; of scripts without spaces every sign is one, cut another way than the index does."""
    cut = "".join(
        f" {c} " if any(a <= c <= z for a, z in UNSPACED) else c if is_of_word(c) else " "
        for c in fold(text.replace("\r\n", "\n"))
    )
    return cut.split()


def is_of_word(sign: str) -> bool:
    return sign.isalnum() or "\u0900" <= sign <= "\u097f"
