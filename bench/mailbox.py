"""Mailboxes to measure on: the corpus, and one of any size that is the same in every run.

Generated mail has the shape of business mail: half of it below 9 KB, 22 KB in the mean, every tenth
message with an attachment of 50 to 200 KB, most with text and HTML, in threads, with names that
need encoding. Every tenth message is with somebody we know.
"""

import base64
import imaplib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from journeys.mailbox import fill_with_real_mail
from journeys.people_in_mail import PersonInMail, Reading, people_in, read_mail
from servers.dovecot import Dovecot

USER, SECRET = "alice@example.com", "secret"
BATCH = 500
KNOWN_SHARE = 10  # Every tenth.
NEWLINE = "\n"
NAMES = ("Jürgen Groß", "Zoë Wałęsa", "佐藤 健", "Анна Ким", "Ines O'Neill", "Ada King")
TEXT = """the offer we spoke about last week is attached please find our delivery dates below thank
you for your patience with regards to the contract grüße aus köln we would like to ask whether"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A filled mailbox: what to call it, its size, and the people of one message in ten."""

    name: str
    messages: int
    octets: int
    people: Sequence[PersonInMail]


def real_mailbox(server: Dovecot) -> Mailbox:
    """The 1,600 messages of the corpus in several folders."""
    messages = fill_with_real_mail(server, USER)
    people = people_on_a_tenth(read_mail(messages), len(messages))
    copies = sum(len(list(path.iterdir())) for path in message_folders(server))
    return Mailbox("real mail of 2002", copies, sum(map(len, messages)), people)


def people_on_a_tenth(reading: Reading, messages: int) -> list[PersonInMail]:
    """People, the rarest writers first, until a tenth of all mail is with one of them."""
    chosen: list[PersonInMail] = []
    met: set[str] = set()
    for person in reversed(people_in(reading, 120)):
        if len(met) * KNOWN_SHARE >= messages:
            break
        chosen.append(person)
        met |= reading.message_ids(person.addresses)
    return chosen


def generated_mailbox(server: Dovecot, count: int) -> Mailbox:
    """So many generated messages: nine in ten in the Inbox, the others in Archive."""
    octets = 0
    for first in range(0, count, BATCH):
        batch = [compose(number) for number in range(first, min(first + BATCH, count))]
        octets += sum(map(len, batch))
        folder = "Archive" if first // BATCH % 10 == 9 else "INBOX"
        server.add(USER, folder, batch, flags="S", received=1_700_000_000 + first)
    return Mailbox("generated mail", count, octets, known_people())


def known_people() -> list[PersonInMail]:
    """The people of one generated message in ten."""
    return [PersonInMail("Known", f"Number {n}", "", (known_address(n),)) for n in range(97)]


def message_folders(server: Dovecot) -> Iterator[Path]:
    """Where the server keeps the user's messages."""
    yield from server.maildir(USER).rglob("cur")


def folder_names(server: Dovecot) -> list[str]:
    """The folders with mail in them, as IMAP calls them."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(USER, SECRET)
        lines = [line.decode() for line in client.list()[1] if isinstance(line, bytes)]
        listed = [line for line in lines if r"\Noselect" not in line]
        names = [re.findall(r'"[^"]*"|[^ ]+', line)[-1].strip('"') for line in listed]
        return [name for name in names if messages_in(client, name)]


def messages_in(client: imaplib.IMAP4, name: str) -> int:
    """How many messages a folder holds."""
    return int(client.select(f'"{name}"', readonly=True)[1][0] or b"0")


def forget_caches(server: Dovecot) -> None:
    """Make every folder as cold for the next client as it was for the first; UIDs stay."""
    for cache in server.maildir(USER).rglob("dovecot*index*"):
        cache.unlink()


def known_address(number: int) -> str:
    """The address of one of the people we know."""
    return f"known{number % 97}@customers.example"


def compose(number: int) -> bytes:
    """The message of this number."""
    dice = random.Random(number)
    lines = [*header(number), *body(dice, has_attachment=number % 10 == 5)]
    return "\r\n".join(lines).encode()


def short_mail(number: int) -> bytes:
    """A message of one line with the header of this number."""
    return "\r\n".join([*header(number), "", f"This is number {number}.", ""]).encode()


def header(number: int) -> list[str]:
    """The header's lines but for its Content-Type."""
    name = NAMES[number % len(NAMES)]
    encoded = base64.b64encode(name.encode()).decode()
    sender = known_address(number) if number % KNOWN_SHARE == 0 else f"s{number % 991}@else.example"
    thread = number - number % 4
    minute, second = divmod(number % 3600, 60)
    head = [
        f"Received: from mx{n}.else.example by mail.example.com; Mon, 5 Oct 2026 10:00:0{n} +0000"
        for n in range(4)
    ]
    head += [
        f"From: =?utf-8?b?{encoded}?= <{sender}>",
        "To: Alice <alice@example.com>, Sales <sales@example.com>",
        f"Subject: =?utf-8?q?Angebot_f=C3=BCr?= case {thread}",
        f"Message-ID: <{number}@else.example>",
        f"Date: Mon, 5 Oct 2026 {number // 3600 % 24:02}:{minute:02}:{second:02} +0200",
        "MIME-Version: 1.0",
    ]
    if number != thread:
        head += [f"In-Reply-To: <{thread}@else.example>", f"References: <{thread}@else.example>"]
    return head


def body(dice: random.Random, *, has_attachment: bool) -> Iterator[str]:
    """The lines after the header: text, HTML, and perhaps a file."""
    text = paragraphs(dice, dice.randint(1_200, 5_400))
    yield 'Content-Type: multipart/mixed; boundary="outer"'
    yield from ("", "--outer", 'Content-Type: multipart/alternative; boundary="inner"', "")
    yield from ("--inner", "Content-Type: text/plain; charset=utf-8", "", text)
    yield from ("--inner", "Content-Type: text/html; charset=utf-8", "")
    yield f'<html><body style="font: 14px sans-serif"><p>{text.replace(NEWLINE, "<p>")}</html>'
    yield "--inner--"
    if has_attachment:
        octets = base64.encodebytes(dice.randbytes(dice.randint(37_000, 150_000))).decode()
        yield from ("--outer", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64")
        yield from ('Content-Disposition: attachment; filename="Angebot.pdf"', "", octets)
    yield "--outer--"


def paragraphs(dice: random.Random, length: int) -> str:
    """Words of about this length, in lines."""
    words = TEXT.split()
    lines, written = [], 0
    while written < length:
        line = " ".join(dice.choices(words, k=11))
        lines.append(line)
        written += len(line)
    return "\r\n".join(lines)
