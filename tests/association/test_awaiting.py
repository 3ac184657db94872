"""Who waits for whom, and the watch over an answer: no false alarm, none missed."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

import pytest

from cast import NOON, account_of, message, person, user
from postroom.accounts.members import add_member, remove_member
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.arrivals import Arrival, Flags
from postroom.archive.entry import entry_of, is_automatic
from postroom.archive.models import Email, FolderRole, ResponseWatch
from postroom.archive.record import record
from postroom.archive.triage import finish, mute
from postroom.archive.wall import seen_by
from postroom.association import related_emails
from postroom.association.awaiting import Side, awaiting, watches_of
from postroom.association.awaiting_with import awaiting_in_team, waiting_about, waiting_with
from postroom.association.related_threads import related_threads
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.mime import parse_headers, stable_identity
from postroom.outbox.models import Notice
from postroom.outbox.response_watches import write_response_watches
from postroom.team.models import User

LENA = "lena@customer.example"
PLAIN = "Content-Type: text/plain"
# A header beside From and Subject, and whether a machine wrote it.
HEADERS: list[tuple[str, str, str, bool]] = [
    (LENA, "Re: Offer", PLAIN, False),
    (LENA, "Re: Offer", "Auto-Submitted: no", False),
    (LENA, "Re: Offer", "Auto-Submitted: auto-replied", True),
    (LENA, "Re: Offer", "Auto-Submitted: auto-generated; x=y", True),
    (LENA, "Re: Offer", 'Content-Type: multipart/report; report-type="delivery-status"', True),
    (LENA, "Re: Offer", 'Content-Type: multipart/mixed; boundary="b"', False),
    (LENA, "Automatic reply: Offer", PLAIN, True),
    (LENA, "Automatische Antwort: Offer", PLAIN, True),
    (LENA, "Abwesenheitsnotiz: Offer", PLAIN, True),
    (LENA, "Réponse automatique : Offer", PLAIN, True),
    (LENA, "Out of Office: back on Monday", PLAIN, True),
    (LENA, "Out of office chairs?", PLAIN, False),
    (LENA, "Re: Automatic reply: Offer", PLAIN, False),
    ("mailer-daemon@mail.example", "Undelivered", PLAIN, True),
    ("Postmaster <POSTMASTER@mail.example>", "Undelivered", PLAIN, True),
    ("postmasters@mail.example", "Hello", PLAIN, False),
]


@pytest.mark.parametrize(("sender", "subject", "more", "right"), HEADERS)
def test_what_a_machine_wrote(sender: str, subject: str, more: str, right: bool) -> None:
    header = f"From: {sender}\r\nSubject: {subject}\r\n{more}\r\n\r\n".encode()
    assert is_automatic(parse_headers(header)) is right


@pytest.fixture
def account(db: None) -> EmailAccount:
    return account_of(user("Alice"))


def came(account: EmailAccount, subject: str, at: datetime, **headers: str) -> Email:
    """An email as sync records it at its moment, with no more than its header."""
    raw = message(subject, at, **headers)
    is_sent = account.address in headers["from_"]
    name, role = ("Sent", FolderRole.SENT) if is_sent else ("INBOX", FolderRole.INBOX)
    folder = account.folders.get_or_create(name=name, defaults={"role": role, "uidvalidity": 1})[0]
    coming = Arrival(
        uid=folder.copies.count() + 1,
        identity=stable_identity(raw),
        entry=entry_of(parse_headers(raw)),
        received_at=at,
        size=len(raw),
        flags=Flags(),
    )
    record(folder, folder.uidvalidity, [coming])
    return Email.objects.get(account=account, identity=coming.identity)


def awaited(account: EmailAccount, side: Side) -> list[str]:
    with seen_by(account.owner_id):
        found = awaiting(account.owner, side, NOON + timedelta(days=10))
    return [email.subject for email in found]


def test_the_last_word_says_who_waits(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    mine = {"from_": account.address, "to": LENA}
    hers = {"from_": LENA, "to": account.address}
    hour = timedelta(hours=1)
    came(account, "Offer", NOON, message_id="<a@x>", **mine)
    assert (awaited(account, Side.MINE), awaited(account, Side.THEIRS)) == ([], ["Offer"])
    came(account, "Automatic reply: Offer", NOON + hour, references="<a@x>", **hers)
    assert awaited(account, Side.THEIRS) == ["Offer"]
    reply = came(account, "Re: Offer", NOON + 2 * hour, references="<a@x>", **hers)
    assert (awaited(account, Side.MINE), awaited(account, Side.THEIRS)) == (["Re: Offer"], [])
    came(account, "News", NOON, from_="news@shop.example", to=account.address)
    assert awaited(account, Side.MINE) == ["Re: Offer"]
    finish(reply, NOON)
    assert awaited(account, Side.MINE) == []
    other = came(account, "Question", NOON + 3 * hour, message_id="<b@x>", **hers)
    assert awaited(account, Side.MINE) == ["Question"]
    mute(other, NOON)
    assert awaited(account, Side.MINE) == []
    came(account, "Old", NOON - timedelta(days=99), **hers)
    assert awaited(account, Side.MINE) == []


@dataclass
class Sent:
    """A watched email, when an answer came that counts, and until when it is watched."""

    email: Email
    watch: ResponseWatch
    answered_at: list[datetime] = field(default_factory=list)


KINDS = {
    "answer": ({"from_": LENA}, True),
    "another address": ({"from_": "lena@home.example"}, True),
    "a colleague of hers": ({"from_": "carl@customer.example"}, True),
    "one of ours": ({"from_": "bob@example.com"}, True),
    "away": ({"from_": LENA, "auto_submitted": "auto-replied"}, False),
    "away, in its subject": ({"from_": LENA, "subject": "Automatic reply: x"}, False),
    "bounce": ({"from_": "mailer-daemon@mail.example"}, False),
    "report": ({"from_": LENA, "content_type": "multipart/report"}, False),
    "my own": ({"from_": "alice@example.com"}, False),
    "another conversation": ({"from_": LENA, "references": "<other@x>"}, False),
}


def test_ninety_days_without_a_false_alarm_or_a_missed_one(account: EmailAccount) -> None:
    chance, sent, kinds = random.Random(3), list[Sent](), list(KINDS)
    for number in range(90):
        now = NOON + timedelta(days=number)
        for each in chance.sample(sent, min(len(sent), 2)):
            headers, counts = KINDS[kinds[(number + len(sent)) % len(kinds)]]
            answer(account, each, dict(headers), now, counts=counts)
        sent.append(write_and_watch(account, number, now, chance.randrange(1, 15)))
        write_response_watches(now + timedelta(hours=1))
        compare(sent, now + timedelta(hours=1))
    told = Notice.objects.filter(key__startswith="unanswered:").count()
    print(f"{len(sent)} watched, {told} told")
    assert 10 < told < 80


def write_and_watch(account: EmailAccount, number: int, now: datetime, days: int) -> Sent:
    email = came(
        account, f"Offer {number}", now, from_=account.address, to=LENA, message_id=f"<{number}@x>"
    )
    watch = ResponseWatch.objects.create(
        email=email,
        account=account,
        by=account.owner,
        due_at=now + timedelta(days=days),
        made_at=now,
    )
    return Sent(email, watch)


def answer(
    account: EmailAccount, to: Sent, headers: dict[str, str], now: datetime, *, counts: bool
) -> None:
    subject = headers.pop("subject", f"Re: {to.email.subject}")
    headers.setdefault("references", f"<{to.email.subject.split()[1]}@x>")
    came(account, subject, now, to=account.address, **headers)
    if counts:
        to.answered_at.append(now)


def compare(sent: list[Sent], now: datetime) -> None:
    """Told are exactly those that nobody had answered when they were due."""
    for each in sent:
        each.watch.refresh_from_db()
        closed = each.watch.closed_at
        assert (closed is not None) == (each.watch.due_at <= now)
        if closed:
            in_time = [at for at in each.answered_at if at <= closed]
            assert each.watch.is_told is not bool(in_time), (each.email, each.answered_at)


def test_a_mailbox_that_cannot_be_looked_into_raises_no_alarm(account: EmailAccount) -> None:
    one = write_and_watch(account, 1, NOON, 1)
    EmailAccount.objects.update(trouble="refused")
    assert write_response_watches(NOON + timedelta(days=2)) == 0
    EmailAccount.objects.update(trouble="")
    assert write_response_watches(NOON + timedelta(days=2)) == 1
    assert write_response_watches(NOON + timedelta(days=3)) == 0
    notice = Notice.objects.get()
    assert notice.recipient == account.owner.email
    assert f"/emails/{one.email.pk}/" in notice.text


def test_who_left_the_team_is_not_told_whether_anybody_answered(account: EmailAccount) -> None:
    mia = user("Mia")
    add_member(account, mia, account.owner, NOON)
    for number, by in enumerate((mia, account.owner)):
        sent = write_and_watch(account, number, NOON, 1)
        ResponseWatch.objects.filter(email=sent.email).update(by=by)
    assert [watches_of(who).count() for who in (mia, account.owner)] == [1, 1]
    remove_member(account, mia, account.owner, NOON)
    assert [watches_of(who).count() for who in (mia, account.owner)] == [0, 1]
    write_response_watches(NOON + timedelta(days=2))
    assert [notice.recipient for notice in Notice.objects.all()] == [account.owner.email]


@dataclass
class Firm:
    """Alice’s mailbox with three conversations of Lena’s, Bob, and Lena’s deal."""

    account: EmailAccount
    lena: Person
    deal: Deal
    question: Email


@pytest.fixture
def firm(account: EmailAccount) -> Firm:
    lena, deal = person("Lena Lead", LENA), Deal()
    keep_deal(deal, DealEntry("Order", first_stage(), people=[LENA]), NOON - timedelta(days=1))
    mine = {"from_": account.address, "to": LENA}
    hers = {"from_": LENA, "to": account.address}
    came(account, "Offer", NOON, message_id="<a@x>", **mine)
    question = came(account, "Question", NOON + timedelta(hours=1), message_id="<b@x>", **hers)
    came(account, "Asked", NOON, message_id="<c@x>", **hers)
    answer = {"references": "<c@x>", "in_reply_to": "<c@x>"} | mine
    came(account, "Re: Asked", NOON + timedelta(hours=2), **answer)
    return Firm(account, lena, deal, question)


def told_of(firm: Firm, viewer: User) -> list[list[str]]:
    """What waits, as a viewer sees it: of the person, of the deal, of the team on both sides."""
    later = NOON + timedelta(days=10)
    with seen_by(viewer.pk):
        at_last = waiting_with(firm.lena, viewer, later)
        # From the page of the list, as far as it goes.
        for ask, limit in product((related_emails, related_threads), (1, 2, 50)):
            page = ask(firm.lena, viewer, limit=limit)
            assert waiting_with(firm.lena, viewer, later, page) == at_last
        both = (
            at_last,
            waiting_about(firm.deal, viewer, later),
            awaiting_in_team(viewer, Side.MINE, later),
            awaiting_in_team(viewer, Side.THEIRS, later),
        )
    return [[f"{each.side.value} {each.email.subject}" for each in waiting] for waiting in both]


def test_who_waits_stands_with_the_person_the_deal_and_the_team_as_it_is_shared(
    firm: Firm,
) -> None:
    all_of_it = ["theirs Re: Asked", "mine Question", "theirs Offer"]
    whole = [all_of_it, all_of_it, ["mine Question"], ["theirs Re: Asked", "theirs Offer"]]
    nothing: list[list[str]] = [[], [], [], []]
    bob = user("Bob")
    assert told_of(firm, firm.account.owner) == whole
    assert told_of(firm, bob) == nothing
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    assert told_of(firm, bob) == whole
    EmailAccount.objects.update(sight=Sight.WHEN)
    assert told_of(firm, bob)[0] == ["theirs ", "mine ", "theirs "]
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    # What its owner is done with awaits nobody, whoever looks.
    finish(firm.question, NOON)
    assert told_of(firm, bob)[2] == []
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert told_of(firm, User.objects.get(pk=bob.pk)) == nothing
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    add_member(firm.account, charlie := user("Charlie"), None, NOON)
    assert told_of(firm, charlie)[3] == ["theirs Re: Asked", "theirs Offer"]
