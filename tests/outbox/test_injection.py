"""Whatever is written, one message leaves: to those who were named, with the fields it was given,
and its words as they were. In CI a part of each; TEST_LONG=1 is all of it."""

import asyncio
import email
import os
import random
from email import policy
from uuid import uuid4

import pytest

from cast import NOON
from mime.test_compose import HOSTILE_PIECES
from outbox.outgoing import LENA
from postroom.accounts.models import EmailAccount
from postroom.mime import Address, Draft, DraftFile, compose_message, parse_addresses
from postroom.net.errors import CommandRefused
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.smtp_client import SmtpClient
from postroom.outbox.drafts import Attached, NotSendable, Written, keep, senders_of
from postroom.outbox.holding import send
from postroom.outbox.models import OutgoingEmail
from servers.lenient import END, VARIANTS, Lenient, lenient
from servers.moody import Moody

LONG = os.environ.get("TEST_LONG") == "1"
SMUGGLED = (
    b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<victim@x.example>\r\nDATA\r\n"
    b"Subject: smuggled\r\n\r\nHello\r\n.\r\n"
)
ALICE = Address("", "alice@example.com", "alice@example.com")
BOB = Address("", "bob@x.example", "bob@x.example")


async def client_of(server: Lenient) -> SmtpClient:
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
    return await SmtpClient.connect(Server("127.0.0.1", server.port, Security.NONE), allowed)


def drafts_with(content: bytes) -> list[bytes]:
    """Messages that hold these octets: in their text, their HTML, a file; and as octets alone."""
    words = content.decode("latin-1")
    begun = {"message_id": "m@x.example", "sent_at": NOON, "from_": ALICE, "to": (BOB,)}
    return [
        compose_message(Draft(**begun, text=words)),  # type: ignore[arg-type]
        compose_message(Draft(**begun, text="x", html=f"<p>{words}</p>")),  # type: ignore[arg-type]
        compose_message(Draft(**begun, files=(DraftFile("a", "text/plain", content),))),  # type: ignore[arg-type]
        b"Subject: x\r\n\r\nHello" + content,
    ]


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
async def test_no_end_of_data_is_smuggled_past_a_server_that_takes_it(variant: bytes) -> None:
    messages = drafts_with(variant + SMUGGLED)
    async with lenient(variant) as server:
        client = await client_of(server)
        for message in messages[:-1]:
            await client.deliver("alice@example.com", ["bob@x.example"], message)
        if b"\0" in variant:
            with pytest.raises(CommandRefused):
                await client.deliver("alice@example.com", ["bob@x.example"], messages.pop())
        else:
            await client.deliver("alice@example.com", ["bob@x.example"], messages[-1])
        await client.sign_out()
    assert len(server.taken) == len(messages)
    assert sum(line.startswith(b"RCPT") for line in server.said) == len(messages)
    assert not any(b"victim" in line or b"evil" in line for line in server.said)


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
async def test_the_control_a_client_that_sends_what_it_is_given_smuggles(variant: bytes) -> None:
    async with lenient(variant) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        text = b"Subject: x\r\n\r\nHello" + variant + SMUGGLED + END
        writer.write(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n" + text + b"QUIT\r\n")
        await reader.read()
        writer.close()
    assert len(server.taken) == 2
    assert b"RCPT TO:<victim@x.example>" in server.said


@pytest.mark.timeout(3600 if LONG else 300)
async def test_bodies_arrive_as_they_were_written() -> None:
    """Octets of files to the octet, and texts to the letter."""
    number, drawn = (10_000 if LONG else 150), random.Random(2026)
    pieces = [b"\r", b"\n", b"\r\n", b".", b"..", b"\r\n.\r\n", b"\0", b"From ", b"-- ", b" ", b"x"]
    async with lenient(END) as server:
        client = await client_of(server)
        for _ in range(number):
            octets = b"".join(drawn.choices([*pieces, drawn.randbytes(30)], k=drawn.randint(0, 40)))
            letters = "".join(drawn.choices(["\n", ".", "é", "字", " a", "b"], k=60)).strip()
            draft = Draft(
                message_id=f"{uuid4().hex}@x.example", sent_at=NOON, from_=ALICE, to=(BOB,),
                html=f"<pre>{letters}</pre>", files=(DraftFile("a.bin", "a/b", octets),),
            )  # fmt: skip
            message = compose_message(draft)
            await client.deliver("alice@example.com", ["bob@x.example"], message)
            taken = server.taken[-1].replace(b"\r\n..", b"\r\n.")
            assert taken + b"\r\n" in (message, message + b"\r\n")
            parts = list(email.message_from_bytes(taken, policy=policy.default).walk())
            assert parts[-1].get_payload(decode=True) == octets
            html = parts[-2].get_content()
            assert html.replace("\r\n", "\n").rstrip("\n") == f"<pre>{letters}</pre>"
        await client.sign_out()
    print(f"{number} bodies, {len(server.taken)} taken")
    assert len(server.taken) == number


FIELDS = (
    "to",
    "cc",
    "bcc",
    "subject",
    "text",
    "html",
    "name",
    "reply_to",
    "file name",
    "file kind",
)
KNOWN = {
    "date", "from", "reply-to", "to", "cc", "subject", "message-id", "mime-version", "content-type",
    "content-transfer-encoding", "content-disposition", "content-id",
}  # fmt: skip


@pytest.mark.timeout(7200 if LONG else 300)
@pytest.mark.parametrize("field", FIELDS)
def test_hostile_values_in_a_form_make_no_field_and_no_recipient(
    field: str, server: Moody, account: EmailAccount
) -> None:
    number, drawn = (1_000 if LONG else 6), random.Random(field)
    sent = refused = 0
    for _ in range(number):
        value = "".join(drawn.choices(HOSTILE_PIECES, k=drawn.randint(1, 8)))
        before = OutgoingEmail.objects.count()
        try:
            outgoing = written_with(field, value, account)
        except NotSendable:
            refused += 1
            continue
        finally:
            assert OutgoingEmail.objects.count() == before + 1
        sent += 1
        meant = {"lena@customer.example"}
        if field in ("to", "cc", "bcc"):
            typed = getattr(outgoing, field).strip().rstrip(",;")
            meant |= {one.canonical for one in parse_addresses(typed)}
        assert set(outgoing.recipients) <= meant
        check_fields(bytes(outgoing.raw or b""))
    print(f"{field}: {sent} sent, {refused} refused")
    assert sent + refused == number


def written_with(field: str, value: str, account: EmailAccount) -> OutgoingEmail:
    """An email of Alice's with this value in a field. Raises NotSendable."""
    sender, key = senders_of(account.owner)[0], uuid4()
    words: dict[str, str] = {"to": LENA, "subject": "Offer", "text": "x", "html": "<p>x</p>"}
    files = []
    if field in words:
        words[field] = value if field != "to" else f"{LENA}, {value}"
    elif field in ("cc", "bcc"):
        words[field] = value
    elif field in ("name", "reply_to"):
        setattr(sender, field, value.replace("\0", "").encode("utf-8", "replace").decode()[:120])
        sender.save()
    else:
        name, kind = (value, "a/b") if field == "file name" else ("a", value)
        files = [Attached(name, kind, b"x")]
    written = Written(sender, is_rich=field == "html", **words)  # type: ignore[arg-type]
    keep(account.owner, key, written, files, NOON)
    return send(account.owner, key, NOON)


def check_fields(raw: bytes) -> None:
    """Every part has the fields that we write, each once, and another reader finds no fault."""
    for part in email.message_from_bytes(raw, policy=policy.compat32).walk():
        names = [name.lower() for name in part.keys()]  # noqa: SIM118
        assert set(names) <= KNOWN
        assert len(names) == len(set(names))
        assert part.defects == []
