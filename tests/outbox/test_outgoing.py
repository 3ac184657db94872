"""What a person sends goes out once or not at all, and its author is told which; a crash or a
dropped connection makes no second mail and loses none without a word."""

import random
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from cast import NOON, arrival, folder_of, message, received, user
from outbox.outgoing import DUE, LENA, attempt, sent_by
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.archive.models import Email
from postroom.archive.record import record
from postroom.mime import parse_headers, parse_message
from postroom.outbox.bounces import meet_reports
from postroom.outbox.drafts import (
    Attached,
    NotSendable,
    Written,
    discard,
    keep,
    outgoing_of,
    senders_of,
)
from postroom.outbox.handing_over import due_copies, keep_copy_of, wait_after
from postroom.outbox.holding import HELD_FOR, call_back, change_refused, forgets_a_file, send
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.outgoing import (
    due_outgoing,
    forget_outgoing,
    note_seen,
    reconcile,
    say_it_arrived,
    send_once_more,
    unsettled_of,
)
from postroom.outbox.rates import MOST_A_MINUTE
from postroom.outbox.sizes import MOST_OCTETS
from servers.moody import DOUBTS, DROPS, FINE, MOODS, REFUSALS, Moody
from servers.submission import Submission


def test_it_is_held_for_ten_seconds_and_can_be_called_back(
    server: Moody, account: EmailAccount
) -> None:
    outgoing = sent_by(account)
    assert due_outgoing(DUE - timedelta(seconds=1)) == []
    assert attempt(outgoing, DUE - timedelta(seconds=1)).state == OutgoingState.HELD
    assert call_back(account.owner, outgoing.key, NOON)
    assert attempt(outgoing).state == OutgoingState.DRAFT
    assert server.taken == {}
    send(account.owner, outgoing.key, NOON)
    assert attempt(outgoing).state == OutgoingState.SENT
    assert not call_back(account.owner, outgoing.key, DUE)
    assert list(server.taken.values()) == [1]


def test_bcc_gets_it_and_stands_nowhere_in_it(server: Moody, account: EmailAccount) -> None:
    outgoing = sent_by(account, cc="c@x.example", bcc="Hidden <canary@x.example>")
    attempt(outgoing)
    assert b"RCPT TO:<canary@x.example>" in server.recipients
    assert b"canary" not in server.bodies[0]
    assert b"Bcc" not in server.bodies[0]
    assert parse_headers(server.bodies[0]).cc[0].address == "c@x.example"


EXPECTED = {
    **dict.fromkeys(("greeting 554", "mail 421", "rcpt 450", "data 451", "dot 451"), "queued"),
    **dict.fromkeys(("mail 550", "rcpt 550", "data 554", "dot 554"), "refused"),
    **dict.fromkeys(DROPS, "queued"),
    # A small message is in the network's hands, its dot included, before the drop is felt.
    "drop before the dot": "unknown",
    **dict.fromkeys(DOUBTS, "unknown"),
    **dict.fromkeys(FINE, "sent"),
}


@pytest.mark.parametrize("mood", MOODS)
def test_each_phase_can_fail_in_its_own_way(
    mood: str, moods: list[str], server: Moody, account: EmailAccount
) -> None:
    moods.append(mood)
    outgoing = attempt(sent_by(account))
    assert outgoing.state == EXPECTED[mood], outgoing.reason
    words = next(iter(REFUSALS.get(mood, {}).values()), b"").decode()
    assert words[4:].lstrip("0123456789. ") in outgoing.reason
    late = DUE + timedelta(days=2)
    for _ in range(3):
        attempt(outgoing, late)
    after = {"queued": "sent"}.get(EXPECTED[mood], EXPECTED[mood])
    assert outgoing.state == after
    assert sum(server.taken.values()) == (after == "sent" or mood.startswith("taken"))


def test_a_long_message_that_never_got_to_its_dot_is_tried_again(
    moods: list[str], server: Moody, account: EmailAccount
) -> None:
    moods.append("drop before the dot")
    owner, key = account.owner, uuid4()
    file = Attached("film", "video/mp4", bytes(12_000_000))
    keep(owner, key, Written(senders_of(owner)[0], to=LENA), [file], NOON)
    outgoing = attempt(send(owner, key, NOON))
    assert (outgoing.state, server.taken) == (OutgoingState.QUEUED, {})


def test_waits_double_up_to_half_an_hour() -> None:
    assert [wait_after(n).total_seconds() for n in (1, 2, 3, 7, 99)] == [30, 60, 120, 1800, 1800]


def test_it_is_given_up_after_a_day_and_can_be_mended(
    moods: list[str], server: Moody, account: EmailAccount
) -> None:
    moods += ["mail 421", "mail 421"]
    outgoing = attempt(sent_by(account))
    assert attempt(outgoing, DUE + timedelta(days=1, minutes=1)).state == OutgoingState.REFUSED
    assert "Tried for a day" in outgoing.reason
    assert change_refused(account.owner, outgoing.key, NOON)
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.message_id) == (OutgoingState.DRAFT, None)


def test_who_is_not_taken_is_named(own_server: Submission, account: EmailAccount) -> None:
    own_server.refuse.add("gone@x.example")
    outgoing = attempt(sent_by(account, to=f"{LENA}, gone@x.example"))
    assert outgoing.state == OutgoingState.SENT
    assert "no such user" in outgoing.not_taken["gone@x.example"]


def test_a_refused_password_is_told_at_once_and_not_tried_again(
    own_server: Submission, account: EmailAccount
) -> None:
    keep_secret(account, Direction.OUTGOING, "canary-wrong")
    outgoing = attempt(sent_by(account))
    assert outgoing.state == OutgoingState.REFUSED
    assert "canary" not in outgoing.reason
    with pytest.raises(NotSendable, match="Sign in again"):
        sent_by(account)


def test_what_is_unknown_is_decided_by_sent_or_by_its_author(
    moods: list[str], server: Moody, account: EmailAccount
) -> None:
    moods += ["taken, then dropped", "taken, then dropped", "dropped at the dot"]
    found, arrived, lost = (attempt(sent_by(account, subject=s)) for s in ("a", "b", "c"))
    assert reconcile(DUE) == 0
    received(account, bytes(found.raw or b""), "Sent")
    assert reconcile(DUE) == 1
    owner = account.owner
    assert not say_it_arrived(user("Charlie"), arrived.key, DUE)
    assert say_it_arrived(owner, arrived.key, DUE)
    assert send_once_more(owner, lost.key, DUE)
    assert not send_once_more(owner, found.key, DUE)
    assert attempt(lost, DUE).state == OutgoingState.SENT
    assert set(server.taken.values()) == {1}
    assert set(unsettled_of(owner)) == {arrived, lost}


def test_only_so_many_go_out_in_a_minute(server: Moody, account: EmailAccount) -> None:
    many = [attempt(sent_by(account, subject=str(n))) for n in range(MOST_A_MINUTE + 1)]
    assert Counter(one.state for one in many) == {"sent": MOST_A_MINUTE, "held": 1}
    assert attempt(many[-1], DUE + timedelta(minutes=2)).state == OutgoingState.SENT


HOSTILE = (
    "a@x.example\r\nBcc: evil@x.example",
    "a@x.example\nX-Evil: 1",
    "a@x.example\x00",
    "evil\u2028Bcc: e@x.example",
    "<>",
    "a@x.example>\x0b RCPT TO:<evil@x.example",
    '"a b"@x.example',
    "nobody",
    "a@",
    "@x.example",
    "a@x.example, b@",
    "a@x..example",
    "a" * 400 + "@x.example",
    "a@x.example\x1b[2J",
    ",".join(f"n{n}@x.example" for n in range(101)),
)


@pytest.mark.parametrize("field", ["to", "cc", "bcc", "subject"])
def test_no_value_becomes_a_header_or_a_recipient_of_its_own(
    field: str, server: Moody, account: EmailAccount
) -> None:
    now, sentences = NOON, list[str]()
    for value in HOSTILE:
        now += timedelta(minutes=5)
        try:
            attempt(sent_by(account, now, **{field: value}), now + HELD_FOR)
        except NotSendable as refusal:
            sentences.append(refusal.sentence)
    names = {line.split(b":")[0] for body in server.bodies for line in head_of(body)}
    assert names <= {b"Date", b"From", b"To", b"Cc", b"Subject", b"Message-ID", b"MIME-Version",
                     b"Content-Type", b"Content-Transfer-Encoding"}  # fmt: skip
    assert not any(b"evil" in line for line in server.recipients)
    print(f"{field}: {len(sentences)} of {len(HOSTILE)} refused")
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(sentences) + len(server.bodies) == len(HOSTILE)
    assert len(sentences) >= (4 if field == "subject" else 11)


def head_of(body: bytes) -> list[bytes]:
    head = body.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return [line for line in head if not line.startswith((b" ", b"\t"))]


def test_bodies_arrive_as_they_were_typed(server: Moody, account: EmailAccount) -> None:
    drawn = random.Random(7)
    letters = "ab  .>-\nÄ漢\t"
    texts = ["".join(drawn.choices(letters, k=200)).strip() for _ in range(25)]
    texts += [".", "..\n.\n.", "From me", "> quoted\n> more", "x" * 5000]
    for number, text in enumerate(texts):
        now = NOON + timedelta(minutes=number)
        attempt(sent_by(account, now, text=text), now + HELD_FOR)
    assert len(server.bodies) == len(texts)
    for text, body in zip(texts, server.bodies, strict=True):
        undotted = body.replace(b"\r\n..", b"\r\n.")
        assert squeezed(parse_message(undotted).text or "") == squeezed(text)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_files_go_along_up_to_the_limit(server: Moody, account: EmailAccount) -> None:
    owner, key = account.owner, uuid4()
    sender = senders_of(owner)[0]
    file = Attached("../../Angebot Ä.pdf\r\nX: y", "application/pdf", b"%PDF")
    keep(owner, key, Written(sender, to=LENA), [file], NOON)
    with pytest.raises(NotSendable, match="18 MB"):
        keep(owner, key, Written(sender), [Attached("big", "a/b", bytes(MOST_OCTETS))], NOON)
    attempt(send(owner, key, NOON))
    [attached] = parse_message(server.bodies[0]).attachments
    assert "Angebot Ä.pdf" in attached.name
    assert not {"/", "\r", "\n"} & set(attached.name)


def test_a_forgotten_file_is_noticed_but_not_in_what_is_quoted() -> None:
    assert forgets_a_file("See the attached offer.", has_files=False)
    assert not forgets_a_file("See the attached offer.", has_files=True)
    assert not forgets_a_file("Thanks.\n> I attached it", has_files=False)


def test_nobody_else_has_a_way_to_it(server: Moody, account: EmailAccount) -> None:
    outgoing = sent_by(account)
    charlie = user("Charlie")
    assert senders_of(charlie) == []
    assert not outgoing_of(charlie).exists()
    assert not discard(charlie, outgoing.key)
    for act in (call_back, send):
        with pytest.raises(OutgoingEmail.DoesNotExist):
            act(charlie, outgoing.key, NOON)
    with pytest.raises(OutgoingEmail.DoesNotExist):
        keep(charlie, outgoing.key, Written(None), (), NOON)
    stolen = uuid4()
    keep(charlie, stolen, Written(senders_of(account.owner)[0], to=LENA), (), NOON)
    with pytest.raises(NotSendable, match="no address of yours"):
        send(charlie, stolen, NOON)
    assert len(outgoing_of(account.owner)) == 1


def test_what_was_written_goes_with_the_account(server: Moody, account: EmailAccount) -> None:
    sent_by(account)
    forget_outgoing(account)
    assert not OutgoingEmail.objects.exists()


def test_a_copy_that_cannot_be_kept_is_tried_again_and_said(
    server: Moody, account: EmailAccount
) -> None:
    outgoing = attempt(sent_by(account))
    assert due_copies(DUE) == [(outgoing.pk, account.pk)]
    keep_copy_of(outgoing.pk, lambda: DUE)
    outgoing.refresh_from_db()
    assert "no Sent folder" in outgoing.copy_note
    assert due_copies(DUE + timedelta(days=1)) == []


def report_of(message_id: str, to: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A mail server's report (RFC 3464), as Postfix writes one."""
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nUndeliverable.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 <b>no</b> such user\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{message_id}>\r\nSubject: Offer\r\n\r\nHi.\r\n--b--\r\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    headers = {
        "from_": "MAILER-DAEMON@mx.example",
        "to": "alice@example.com",
        "mime_version": "1.0",
    }
    return message("Undelivered", DUE, parts, content_type=kind, **headers)


def test_what_comes_back_is_told_with_its_reason_and_stays_until_it_is_seen(
    server: Moody, account: EmailAccount
) -> None:
    outgoing = attempt(sent_by(account))
    received(account, bytes(outgoing.raw or b""), "Sent")
    reconcile(DUE)
    owner, sent_to = account.owner, "lena@customer.example"
    message_id = outgoing.message_id or ""
    received(account, report_of("another@x.example", sent_to))
    received(account, report_of(message_id, "stranger@x.example"))
    received(account, report_of(message_id, sent_to, "4.4.1", "delayed"))
    assert meet_reports(DUE) == 0
    assert not unsettled_of(owner)
    received(account, report_of(message_id, sent_to))
    assert meet_reports(DUE) == 1
    assert meet_reports(DUE) == 0
    [shown] = unsettled_of(owner)
    assert shown.state == OutgoingState.BOUNCED
    assert shown.not_taken[sent_to].startswith(
        "There is no such address. Check how it is written. The server said"
    )
    assert note_seen(owner, outgoing.key, DUE)
    assert not unsettled_of(owner)


def test_a_report_of_which_only_the_envelope_is_here_is_fetched(
    server: Moody, account: EmailAccount
) -> None:
    outgoing = attempt(sent_by(account))
    raw = report_of(outgoing.message_id or "", "lena@customer.example")
    place = folder_of(account)
    record(place, place.uidvalidity, [arrival(raw), arrival(message("Hello", DUE, from_=LENA))])
    assert meet_reports(DUE) == 0
    assert [email.subject for email in Email.objects.filter(body_due=True)] == ["Undelivered"]
