"""What reading a message costs: Postroom's reader beside the other ones, on the same mail.

    python bench/mime.py

Prints microseconds of CPU for a message, the best of several rounds. Two sorts of mail: a generated
mailbox of today (text and HTML in quoted-printable, some files), and the 1,600 real messages of
2002, if they are there. "Everything" means: subject, addresses, date, texts, HTML, attachments
decoded; only Postroom's row also makes the text for search and the snippet.
"""

import base64
import sys
import tarfile
import time
from collections.abc import Callable, Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

import fast_mail_parser

from postroom.mime import HEADER_FIELDS, parse_headers, parse_message, stable_identity

ROUNDS = 5
REAL_MAIL = Path(__file__).parents[2] / "shared" / "corpus" / "real-mail.tar.xz"
FIELDS = {name.lower() for name in HEADER_FIELDS}
LETTERS = "Dear Bob, thank you for your letter; the offer we spoke of is attached. Grüße, Alice. "

Reader = Callable[[bytes], object]


def main() -> None:
    """Print the tables."""
    mailboxes = {"generated mail of today": generated_mail(600)}
    if REAL_MAIL.exists():
        mailboxes["real mail of 2002"] = real_mail()
    for name, mails in mailboxes.items():
        size = sum(map(len, mails)) / len(mails) / 1024
        print(f"\n{name}: {len(mails):,} messages, {size:.1f} KiB each, µs of CPU a message")
        headers = [fetched_fields(raw) for raw in mails]
        for label, reader, inputs in (
            ("parse_headers, fields of a FETCH", parse_headers, headers),
            ("stable_identity, fields of a FETCH", stable_identity, headers),
            ("parse_headers, whole header", parse_headers, mails),
            ("parse_message", parse_message, mails),
            ("fast-mail-parser, everything", read_with_fast_mail_parser, mails),
            ("email compat32, everything", read_with_compat32, mails[:200]),
            ("email policy.default, everything", read_with_policy_default, mails[:100]),
        ):
            print(f"  {label:36} {microseconds(reader, inputs):8.0f}")


def microseconds(reader: Reader, mails: list[bytes]) -> float:
    """Return the best round's CPU time for one message."""
    return min(_round(reader, mails) for _ in range(ROUNDS)) / len(mails) * 1e6


def _round(reader: Reader, mails: list[bytes]) -> float:
    start = time.process_time()
    for raw in mails:
        try:
            reader(raw)
        except Exception as refused:  # policy.default raises on some real mail
            if reader is parse_message or reader is parse_headers:
                raise refused
    return time.process_time() - start


def read_with_fast_mail_parser(raw: bytes) -> object:
    """Read what a client shows, with the Rust reader."""
    mail = fast_mail_parser.parse_email(raw)
    people = mail.from_, mail.to, mail.cc, mail.reply_to
    return mail.subject, people, mail.date_parsed, mail.text_plain, mail.text_html, mail.attachments


def read_with_compat32(raw: bytes) -> object:
    """Read the same with the standard library's old reader."""
    mail = message_from_bytes(raw)
    people = getaddresses([str(mail.get(role, "")) for role in ("From", "To", "Cc", "Reply-To")])
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return mail["Subject"], people, parsedate_to_datetime(str(mail["Date"])), parts


def read_with_policy_default(raw: bytes) -> object:
    """Read the same with the standard library's new reader."""
    mail = message_from_bytes(raw, policy=policy.default)
    people = [mail.get(role) for role in ("From", "To", "Cc", "Reply-To")]
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return mail["Subject"], people, mail["Date"], parts


def generated_mail(count: int) -> list[bytes]:
    """Make a mailbox: every message text and HTML, every sixth with a file of 90 KB."""
    return [_generated(number) for number in range(count)]


def _generated(number: int) -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["Received"] = f"from mx{number % 7}.example.com by mail.example.org; Sun, 1 Mar 2026 10:00"
    mail["From"] = f'"Example, Älice {number % 50}" <alice{number % 50}@example.com>'
    mail["To"] = "Bob <bob@example.org>, charlie@example.org"
    mail["Subject"] = f"Ängebot {number}: the offer we spoke of"
    mail["Date"] = "Sun, 01 Mar 2026 09:30:00 +0100"
    mail["Message-ID"] = f"<{number}@example.com>"
    mail["References"] = " ".join(f"<{number - n}@example.com>" for n in range(number % 5, 0, -1))
    mail.set_content(LETTERS * (10 + number % 30), cte="quoted-printable")
    page = f"<p style='margin:0'>{LETTERS}</p>" * (20 + number % 60)
    mail.add_alternative(f"<html><body>{page}</body></html>", "html", cte="quoted-printable")
    if number % 6 == 0:
        content = base64.b64encode(bytes(range(256)) * 260)
        mail.add_attachment(content, "application", "pdf", filename=f"offer {number}.pdf")
    return mail.as_bytes()


def real_mail() -> list[bytes]:
    """Return the 1,600 real messages."""
    with tarfile.open(REAL_MAIL) as members:
        contents = (members.extractfile(one) for one in members if one.name.endswith(".eml"))
        return [content.read() for content in contents if content]


def fetched_fields(raw: bytes) -> bytes:
    """Return what a server answers to a FETCH of the fields that sync asks for."""
    return b"".join(_wanted(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0])) + b"\r\n"


def _wanted(header: bytes) -> Iterable[bytes]:
    wanted = False
    for line in header.split(b"\n"):
        if line[:1] not in b" \t":
            wanted = line.partition(b":")[0].decode("latin-1").lower() in FIELDS
        if wanted:
            yield line + b"\r\n"


if __name__ == "__main__":
    sys.exit(main())
