"""What a server takes is told early; what is over a rate waits; who is away is told, too."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from cast import NOON, message, received, user
from outbox.outgoing import DUE, LENA, attempt, sent_by
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount
from postroom.outbox.away import meet_automatic_replies
from postroom.outbox.bounces import meet_reports
from postroom.outbox.drafts import Attached, NotSendable, Written, keep, senders_of
from postroom.outbox.holding import send
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.rates import MOST_OF_A_USER
from postroom.outbox.sizes import MOST_OCTETS, in_words, most_octets, remember_size
from servers.moody import Moody

DUE_IN = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("told", "known", "most"),
    [
        ({"size": "1000000"}, 1_000_000, (1_000_000 - 256 * 1024) * 57 // 78),
        ({"size": "35882577"}, 35_882_577, MOST_OCTETS),
        ({"size": "10"}, 10, 0),
        ({"size": "0"}, None, MOST_OCTETS),
        ({"size": ""}, None, MOST_OCTETS),
        ({"size": "９９"}, None, MOST_OCTETS),
        ({"size": "9" * 30}, None, MOST_OCTETS),
        ({"auth": "PLAIN"}, None, MOST_OCTETS),
    ],
)
def test_a_server_says_how_much_it_takes(
    told: dict[str, str], known: int | None, most: int, account: EmailAccount
) -> None:
    remember_size(account, told)
    account.refresh_from_db()
    assert (account.smtp_size, most_octets(account)) == (known, most)


def test_what_it_would_refuse_is_not_attached(server: Moody, account: EmailAccount) -> None:
    server.size = 2_000_000
    attempt(sent_by(account))
    sender, key = senders_of(account.owner)[0], uuid4()
    most = most_octets(sender.account)
    assert in_words(most) == "1.2 MB"
    fits, more = (Attached("a.bin", "a/b", bytes(n)) for n in (most, most + 1))
    with pytest.raises(NotSendable, match=r"alice@example\.com takes files of 1\.2 MB"):
        keep(account.owner, key, Written(sender, to=LENA), [more], NOON)
    keep(account.owner, key, Written(sender, to=LENA), [fits], NOON)
    assert attempt(send(account.owner, key, NOON)).state == OutgoingState.SENT
    assert len(server.bodies[-1]) < server.size
    EmailAccount.objects.update(smtp_size=1_000_000)
    keep(account.owner, other := uuid4(), Written(None), [fits], NOON)
    keep(account.owner, other, Written(senders_of(account.owner)[0], to=LENA), (), NOON)
    with pytest.raises(NotSendable, match="Remove one"):
        send(account.owner, other, NOON)


def test_a_service_has_its_own_rate_a_day_and_what_is_over_it_waits(
    server: Moody, account: EmailAccount
) -> None:
    EmailAccount.objects.update(provider="outlook_com")
    everyone = ", ".join(f"n{n}@x.example" for n in range(99))
    now = NOON
    for _ in range(3):
        attempt(sent_by(account, now, to=everyone), now + timedelta(minutes=1))
        now += timedelta(minutes=5)
    last = attempt(sent_by(account, now, to="a@x.example, b@x.example, c@x.example"), now + DUE_IN)
    assert last.state == OutgoingState.SENT
    more = attempt(sent_by(account, now), now + DUE_IN)
    assert more.state == OutgoingState.HELD
    assert more.reason.startswith("Outlook ")
    assert "300 recipients a day" in more.reason
    assert attempt(more, now + timedelta(days=1, minutes=1)).state == OutgoingState.SENT


def test_a_service_takes_only_so_many_recipients_at_a_time(
    server: Moody, account: EmailAccount
) -> None:
    EmailAccount.objects.update(provider="infomaniak")
    with pytest.raises(NotSendable, match="10 recipients are the most"):
        sent_by(account, to=", ".join(f"n{n}@x.example" for n in range(11)))


def test_a_user_has_a_rate_over_all_their_mailboxes(server: Moody, account: EmailAccount) -> None:
    bob = user("Bob")
    add_member(account, bob, None, NOON)
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(author=account.owner, key=uuid4(), changed_at=NOON, started_at=DUE)
        for _ in range(MOST_OF_A_USER)
    )
    assert attempt(sent_by(account)).reason.endswith("for one user.")
    written = Written(senders_of(bob)[0], to=LENA)
    keep(bob, key := uuid4(), written, (), NOON)
    assert attempt(send(bob, key, NOON)).state == OutgoingState.SENT


def test_who_is_away_is_told_and_answers_of_people_are_not(
    server: Moody, account: EmailAccount
) -> None:
    outgoing = attempt(sent_by(account))
    to = {"to": account.address, "references": f"<{outgoing.message_id}>"}
    lena, reply = "lena@customer.example", {"auto_submitted": "auto-replied"}
    received(account, message("Re: Offer", DUE, "Yes!", from_=lena, **to))
    received(account, message("Away", DUE, "I am <b>away</b>.", from_=lena, **to, **reply))
    received(account, message("Away", DUE, "Spam.", from_="x@evil.example", **to, **reply))
    other = {"to": account.address, "references": "<another@x.example>"}
    received(account, message("Away", DUE, "Else.", from_=lena, **other, **reply))
    assert [meet_automatic_replies(DUE), meet_automatic_replies(DUE)] == [1, 0]
    outgoing.refresh_from_db()
    assert outgoing.away == {lena: "I am <b>away</b>."}
    assert (outgoing.state, meet_reports(DUE)) == (OutgoingState.SENT, 0)
    assert Counter(OutgoingEmail.objects.values_list("state", flat=True)) == {"sent": 1}
