"""A webhook hears once of what its user may see, signed, until it takes it; others hear nothing."""

import base64
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address

import pytest
from asgiref.sync import async_to_sync

from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import LATE, Email
from postroom.net.server import AllowedNetworks
from postroom.team.models import AuditEntry, User
from postroom.webhooks.gathering import gather_all
from postroom.webhooks.keeping import WebhookUnusable, ask_for_test, make_webhook, turn_on
from postroom.webhooks.models import Delivery, Event, Webhook
from postroom.webhooks.posting import (
    WAITS,
    claim,
    due_deliveries,
    forget_old,
    note_outcome,
    post,
)
from webhooks.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"
SOON = NOON + timedelta(minutes=2)
BOTH = [Event.RECEIVED, Event.SENT]


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def mailbox() -> EmailAccount:
    person("Lena Lead", LENA)
    return account_of(user("Alice"))


def hook(owner: User, url: str = "https://example.com/x", events: object = BOTH) -> Webhook:
    return make_webhook(owner, url, events, NOON).webhook  # type: ignore[arg-type]


def letter(account: EmailAccount, subject: str = "canary-subject", **headers: str) -> Email:
    return received(account, message(subject, **({"from_": LENA, "to": account.address} | headers)))


def deliver(now: datetime) -> int:
    """What the engine's jobs do, once."""
    done = 0
    for pk, _ in due_deliveries(now):
        if request := claim(pk, now):
            note_outcome(pk, async_to_sync(post)(request), now)
            done += 1
    return done


def test_a_program_hears_of_new_mail_signed_and_without_content(
    mailbox: EmailAccount, program: Receiver
) -> None:
    letter(mailbox, "before")
    made = make_webhook(mailbox.owner, program.url, BOTH, NOON)
    email = letter(mailbox)
    assert [gather_all(SOON), gather_all(SOON), deliver(SOON), deliver(SOON)] == [1, 0, 1, 0]
    [(headers, body)] = program.heard
    said = json.loads(body)
    assert said["type"] == "email.received"
    assert said["data"]["email"] == email.pk
    assert said["data"]["url"].endswith(f"/api/v1/emails/{email.pk}")
    assert b"canary" not in body + bytes(str(headers), "ascii")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    secret = base64.b64decode(made.secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{right}"


def test_it_hears_of_what_its_user_may_see_and_of_nothing_else(mailbox: EmailAccount) -> None:
    bob, charlie = user("Bob"), user("Charlie")
    for colleague in (bob, charlie):
        hook(colleague)
    hook(mailbox.owner)
    public = account_of(user("Dora"), Sharing.PUBLIC)
    custom = account_of(user("Eve"), Sharing.CUSTOM)
    shared(custom, person("Max Lead", "max@customer.example"))
    mine, theirs = letter(mailbox), letter(public)
    to_max = letter(custom, from_="max@customer.example")
    unknown = letter(public, from_="x@nowhere.example")
    gather_all(SOON)
    heard = set(Delivery.objects.values_list("webhook__user__name", "email"))
    assert heard == {
        ("Alice", mine.pk),
        *((name, seen.pk) for name in ("Alice", "Bob", "Charlie") for seen in (theirs, to_max)),
    }
    assert not Delivery.objects.filter(email=unknown).exists()


def test_what_is_no_longer_shared_is_not_posted(mailbox: EmailAccount, program: Receiver) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    hook(user("Bob"), program.url)
    letter(mailbox)
    gather_all(SOON)
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    assert deliver(SOON) == 0
    assert program.heard == []
    assert Delivery.objects.get().words.startswith("Not posted")


def test_whoever_is_deactivated_is_told_nothing(mailbox: EmailAccount, program: Receiver) -> None:
    hook(mailbox.owner, program.url)
    letter(mailbox)
    gather_all(SOON)
    User.objects.update(is_active=False)
    letter(mailbox, "later")
    assert (gather_all(SOON), deliver(SOON), program.heard) == (0, 0, [])


def test_what_fails_is_tried_ever_later_under_the_same_id(
    mailbox: EmailAccount, program: Receiver
) -> None:
    hook(mailbox.owner, program.url)
    letter(mailbox)
    gather_all(SOON)
    program.statuses = [500, 302, 200]
    now, tried = SOON, 0
    for wait in WAITS[:4]:
        tried += deliver(now)
        now += wait
    assert tried == 3
    assert len({headers["webhook-id"] for headers, _ in program.heard}) == 1
    assert len({body for _, body in program.heard}) == 1
    assert Delivery.objects.get().delivered_at
    assert Webhook.objects.get().failing_since is None


def test_what_is_never_taken_is_given_up_and_its_webhook_turned_off(
    mailbox: EmailAccount, program: Receiver
) -> None:
    webhook = hook(mailbox.owner, program.url)
    program.statuses = [503]
    now = SOON
    letter(mailbox)
    gather_all(now)
    for wait in WAITS:
        assert deliver(now) == 1
        now += wait
    assert deliver(now) == 1
    assert due_deliveries(now + timedelta(days=30)) == []
    webhook.refresh_from_db()
    assert webhook.is_on
    ask_for_test(webhook, now + timedelta(days=3))
    deliver(now + timedelta(days=3))
    webhook.refresh_from_db()
    assert (
        webhook.off_because == "It failed for five days, at last so: It answered with status 503."
    )
    later = letter(mailbox, "meanwhile")
    Email.objects.filter(pk=later.pk).update(received_at=now + timedelta(days=4))
    assert gather_all(now + timedelta(days=4)) == 0
    turn_on(webhook, now + timedelta(days=5))
    assert gather_all(now + timedelta(days=5)) == 0


def test_one_that_is_gone_is_turned_off_at_once(mailbox: EmailAccount, program: Receiver) -> None:
    webhook = hook(mailbox.owner, program.url)
    program.statuses = [410]
    ask_for_test(webhook, NOON)
    deliver(NOON)
    webhook.refresh_from_db()
    assert not webhook.is_on


def test_a_crash_between_the_post_and_its_note_posts_once_more_later(
    mailbox: EmailAccount, program: Receiver
) -> None:
    hook(mailbox.owner, program.url)
    letter(mailbox)
    gather_all(SOON)
    [(pk, _)] = due_deliveries(SOON)
    request = claim(pk, SOON)
    assert request
    async_to_sync(post)(request)
    assert due_deliveries(SOON) == []
    assert deliver(SOON + WAITS[0]) == 1
    assert len({headers["webhook-id"] for headers, _ in program.heard}) == 1


def test_an_email_that_shows_late_is_told_all_the_same(mailbox: EmailAccount) -> None:
    hook(mailbox.owner)
    late, higher = letter(mailbox, "late"), letter(mailbox, "higher")
    Email.objects.filter(pk=late.pk).update(removed_at=NOON)
    assert gather_all(SOON) == 1
    Email.objects.filter(pk=late.pk).update(removed_at=None)
    assert gather_all(SOON + LATE) == 1
    gather_all(SOON + 3 * LATE)
    assert Webhook.objects.get().seen == higher.pk


UNUSABLE = [
    "",
    "example.com/x",
    "ftp://example.com/",
    "https://",
    "https://user:pass@example.com/",
    "https://exämple.com/",
    "https://example.com:99999/",
    "https://example.com/#x",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("url", UNUSABLE)
def test_an_address_that_is_no_use_is_refused(url: str) -> None:
    with pytest.raises(WebhookUnusable) as refusal:
        hook(user("Alice"), url)
    assert refusal.value.field == "url"


FORBIDDEN = [
    "https://169.254.169.254/",
    "https://10.0.0.1/",
    "https://[fd00::1]/",
    "http://1.1.1.1/",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_addresses_inside_are_not_dialled(url: str) -> None:
    """Loopback is allowed in tests; without TLS nothing else is either."""
    ask_for_test(hook(user("Alice"), url), NOON)
    deliver(NOON)
    assert Delivery.objects.get().words.startswith(
        ("It is not on the public", "Without encryption")
    )


def test_inside_only_the_ports_of_the_web_are_dialled_and_those_that_are_named() -> None:
    """A network is allowed for its mail servers; no user posts to whatever else listens there."""
    inside, outside = ip_address("10.0.0.1"), ip_address("1.1.1.1")
    networks = AllowedNetworks.parse("10.0.0.0/8", "8080")
    dialled = {port: networks.for_web(port).allows(inside) for port in (443, 80, 8080, 5432, 25)}
    assert dialled == {443: True, 80: True, 8080: True, 5432: False, 25: False}
    assert networks.for_web(5432).allows(outside)


def test_a_slow_receiver_with_much_waiting_keeps_nobody_elses(mailbox: EmailAccount) -> None:
    slow, other = hook(mailbox.owner), hook(user("Bob"))
    many = [Delivery(webhook=slow, event="ping", made_at=NOON, due_at=NOON) for _ in range(600)]
    Delivery.objects.bulk_create(many)
    late = ask_for_test(other, SOON)
    due = due_deliveries(SOON)
    assert (len(due), due[1]) == (500, (late.pk, other.pk))


def test_old_deliveries_are_forgotten(mailbox: EmailAccount) -> None:
    webhook = hook(mailbox.owner)
    done = ask_for_test(webhook, NOON)
    Delivery.objects.update(due_at=None, delivered_at=NOON)
    ask_for_test(webhook, NOON)
    assert forget_old(NOON + timedelta(days=31)) == 1
    assert not Delivery.objects.filter(pk=done.pk).exists()


def test_secrets_stay_where_they_belong(
    mailbox: EmailAccount, program: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = make_webhook(mailbox.owner, program.url, BOTH, NOON)
    ask_for_test(made.webhook, NOON)
    [(pk, _)] = due_deliveries(NOON)
    request = claim(pk, NOON)
    assert request
    deliver(NOON + WAITS[0])
    row = str(Webhook.objects.values().get()["secret"])
    audit = " ".join(f"{e.subject} {e.detail}" for e in AuditEntry.objects.all())
    signature = request.headers["webhook-signature"]
    for place in (row, audit, caplog.text, repr(request), repr(made)):
        assert made.secret.removeprefix("whsec_") not in place
        assert signature not in place
    assert "canary-in-url" not in audit + caplog.text
