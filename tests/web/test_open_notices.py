"""Open and click notice from the switch to the page: two messages of which one tells, what is
asked for from outside, who refuses, and what an attacker gets out of it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from unittest import mock

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from cast import received
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.wall import seen_by
from postroom.crm.models import Person
from postroom.erasure.erasing import erase
from postroom.erasure.known import known_of
from postroom.outbox.handing_over import send_outgoing
from postroom.outbox.models import (
    ComposeSettings,
    NoNotice,
    Notice,
    NoticedPlace,
    OutgoingEmail,
    Sighting,
)
from postroom.outbox.noticing import why_unavailable
from postroom.outbox.outgoing import forget_outgoing, reconcile
from postroom.team.models import AuditEntry, Organisation, User
from postroom.web.noticing.pace import PACE, Pace
from postroom.web.noticing.views import is_in_pace
from servers.submission import Submission
from web.test_formatted_writing import part_of, sending, smtp  # noqa: F401 - fixtures
from web.test_writing import fields_of
from zips import entries_of

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
URL = "https://mail.seller.example"
TEXT = (
    '<p>See <a href="https://shop.example/a?b=1&amp;c=%22%3E%3Cscript%3E">the offer</a>,'
    ' <a href="https://shop.example/b">another</a>, <a href="https://shop.example/">'
    'https://shop.example/</a>, <a href="mailto:a@b.example">write</a>,'
    ' <a href="javascript:x()">run</a></p>'
)
BROWSER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0"}
LATER = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def public() -> Iterator[None]:
    with mock.patch.dict(settings.ENVIRONMENT.values, {"POSTROOM_URL": URL}):
        yield


@pytest.fixture
def noticing(sending: EmailAccount) -> EmailAccount:  # noqa: F811
    Organisation.get()
    Organisation.objects.update(has_notices=True)
    return sending


@pytest.fixture
def alices(alice: User, as_user: SignIn) -> Client:
    return as_user(alice)


def sent(client: Client, smtp: Submission, **words: str) -> tuple[OutgoingEmail, str]:  # noqa: F811
    """An email that Alice sent a while ago; returns its row and its HTML on the wire."""
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "html": TEXT, "subject": "Offer"}
    fields |= {"wants_notice": "on", "do": "send", **words}
    client.post("/writing/new/", fields)
    outgoing = OutgoingEmail.objects.latest("pk")
    send_outgoing(outgoing.pk, lambda: timezone.now() + timedelta(seconds=11))
    OutgoingEmail.objects.filter(pk=outgoing.pk).update(started_at=timezone.now() - LATER)
    outgoing.refresh_from_db()
    mail = message_from_bytes(bytes(smtp.taken[-1].content), policy=policy.default)
    return outgoing, part_of(mail, "text/html")  # type: ignore[arg-type]


def links_in(html: str) -> list[str]:
    return re.findall(rf'href="{URL}(/c/[^"]+)"', html)


def image_in(html: str) -> str:
    return re.findall(rf'src="{URL}(/o/[^"]+\.gif)"', html)[0]


def refusal_in(html: str) -> str:
    return re.findall(rf'href="{URL}(/n/[^"]+)"', html)[0]


def asked(address: str, agent: dict[str, str] = BROWSER, method: str = "get") -> HttpResponse:
    """As somebody outside asks, behind the wall."""
    with seen_by(None):
        answer: HttpResponse = getattr(Client(), method)(address, headers=agent)
    assert not answer.cookies
    return answer


def test_what_goes_out_tells_and_the_copy_for_sent_does_not(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
) -> None:
    outgoing, html = sent(alices, smtp)
    assert len(smtp.taken) == 1
    assert len(links_in(html)) == 2
    assert 'href="https://shop.example/">https://shop.example/' in html.replace("\n", "")
    assert 'href="mailto:a@b.example"' in html
    assert "javascript" not in html
    assert "<script" not in html
    assert "tells its sender when it is opened" in html
    wire = message_from_bytes(bytes(smtp.taken[-1].content), policy=policy.default)
    plain = part_of(wire, "text/plain")  # type: ignore[arg-type]
    assert URL not in plain
    assert "https://shop.example/b" in plain
    assert outgoing.copy_raw is not None
    copy = message_from_bytes(bytes(outgoing.copy_raw), policy=policy.default)
    assert URL not in part_of(copy, "text/html")  # type: ignore[arg-type]
    assert copy["Message-ID"] == wire["Message-ID"]
    assert URL not in alices.get(f"/writing/{outgoing.key}/body/").content.decode()


def test_whoever_has_the_mailbox_no_more_is_not_told(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
    bob: User,
) -> None:
    _, html = sent(alices, smtp)
    EmailAccount.objects.update(owner=bob)
    asked(image_in(html))
    assert Sighting.objects.count() == 1
    assert not Notice.objects.filter(key__startswith="opened:").exists()


def test_it_is_opened_used_told_and_shown_to_whoever_reads_the_email(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
    lena: Person,
    bob: User,
    charlie: User,
    as_user: SignIn,
) -> None:
    outgoing, html = sent(alices, smtp)
    assert "Not opened so far" in alices.get(f"/writing/{outgoing.key}/").content.decode()
    assert asked(image_in(html)).headers["Content-Type"] == "image/gif"
    answer = asked(links_in(html)[0])
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "https://shop.example/a?b=1&c=%22%3E%3Cscript%3E",
    )
    assert [one.place.kind for one in Sighting.objects.all()] == ["image", "link"]
    page = alices.get(f"/writing/{outgoing.key}/").content.decode()
    assert f"{LENA} used its links once, or a scanner did" in page
    assert "on a computer" in page
    assert Notice.objects.filter(key=f"opened:{outgoing.key}").count() == 1
    copy = received(noticing, bytes(outgoing.copy_raw or b""), folder="Sent")
    copy.__class__.objects.update(direction="sent", sent_at=outgoing.written_at)
    assert reconcile(timezone.now()) == 1
    assert OutgoingEmail.objects.get().copy_raw is None
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    for reader in (alices, as_user(bob)):
        assert ">Opened<" in reader.get(f"/people/{lena.pk}/").content.decode()
        assert "used its links once" in reader.get(f"/emails/{copy.pk}/").content.decode()
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    stranger = as_user(charlie)
    assert "Opened" not in stranger.get(f"/people/{lena.pk}/").content.decode()
    assert stranger.get(f"/writing/{outgoing.key}/").status_code == 404
    forget_outgoing(noticing)
    assert not NoticedPlace.objects.exists()
    assert not Sighting.objects.exists()
    assert asked(links_in(html)[0]).status_code == 404


def test_machines_the_sender_and_repetitions_do_not_count(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
) -> None:
    outgoing, html = sent(alices, smtp)
    asked(image_in(html), {"User-Agent": "Mozilla/5.0"})
    asked(image_in(html), method="head")
    alices.get(image_in(html), headers=BROWSER)
    assert "Only machines" in alices.get(f"/writing/{outgoing.key}/").content.decode()
    first, second = links_in(html)
    asked(first), asked(second)
    assert {s.doubt for s in Sighting.objects.filter(place__kind="link")} == {"burst"}
    assert "Only machines" in alices.get(f"/writing/{outgoing.key}/").content.decode()
    for _ in range(3):
        asked(image_in(html))
    assert Sighting.objects.filter(doubt="").count() == 1


def test_nothing_but_a_link_of_the_email_is_ever_led_to(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
) -> None:
    _, html = sent(alices, smtp)
    link = links_in(html)[0]
    hostile = "?url=https://evil.example&next=//evil.example&u=javascript:x"
    headers = {"Location": "https://evil.example", "X-Forwarded-Host": "evil.example"}
    answer = asked(link + hostile, BROWSER | headers)
    assert answer.headers["Location"].startswith("https://shop.example/a?")
    for scheme in ("javascript:x()", "data:text/html,x", "//evil.example", "file:///etc", ""):
        NoticedPlace.objects.filter(kind="link").update(target=scheme)
        assert asked(link).status_code == 404


def test_a_token_that_is_none_is_answered_as_one_that_is_gone(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
) -> None:
    _, html = sent(alices, smtp)
    image, link, refusal = image_in(html), links_in(html)[0], refusal_in(html)
    assert len(re.findall(r"/o/([\w-]{32})\.gif", image)) == 1
    known = asked(image)
    for guess in ("/o/x.gif", "/o/" + "A" * 32 + ".gif", link.replace("/c/", "/o/") + ".gif"):
        other = asked(guess)
        assert (other.content, dict(other.headers)) == (known.content, dict(known.headers))
    assert Sighting.objects.count() == 1
    tokens = {bytes(place.digest) for place in NoticedPlace.objects.all()}
    assert not any(link.removeprefix("/c/").encode() in one for one in tokens)
    pages = {asked(p).content for p in ("/c/x", image.replace("/o/", "/c/"), "/n/x", f"{link}A")}
    assert len(pages) == 1
    assert asked(refusal).status_code == 200
    pace = Pace(turns=2)
    assert [pace.allows("192.0.2.1", 100.0) for _ in range(3)] == [True, True, False]
    assert pace.allows("192.0.2.2", 100.0)
    assert pace.allows("192.0.2.1", 161.0)
    taken = {**PACE.taken}
    for host in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        is_in_pace(RequestFactory(REMOTE_ADDR=host).get("/c/x"))
    assert [PACE.taken[net] - taken.get(net, 0) for net in ("2001:db8::", "2001:db8:0:1::")] == [
        2,
        1,
    ]


def test_who_says_no_is_in_no_notice_again_also_after_they_were_erased(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
    lena: Person,
) -> None:
    _, html = sent(alices, smtp)
    asked(image_in(html))
    told = entries_of(known_of(lena, None, timezone.now()))["written.ndjson"]
    assert b'"noticed": [{"what": "image"' in told
    asked(refusal_in(html))  # A scanner follows it.
    assert not NoNotice.objects.exists()
    assert "No more notices" in asked(refusal_in(html), method="post").content.decode()
    assert not Sighting.objects.exists()
    asked(image_in(html))
    assert not Sighting.objects.exists()
    form = alices.get(f"/people/{lena.pk}/edit/").content.decode()
    assert "They said so themselves" in form
    fields = {"last_name": "Lead", "email": LENA}
    assert alices.post(f"/people/{lena.pk}/edit/", fields).status_code == 302
    assert NoNotice.objects.get().is_own
    outgoing, html = sent(alices, smtp)
    assert "/o/" not in html
    assert not NoticedPlace.objects.filter(outgoing=outgoing).exists()
    assert f"{LENA} wants none" in alices.get(f"/writing/{outgoing.key}/").content.decode()
    OutgoingEmail.objects.update(state="sent")
    told = entries_of(known_of(lena, None, timezone.now()))["written.ndjson"]
    assert b'"noticed": []' in told
    erase(lena, None, timezone.now())
    assert NoNotice.objects.count() == 1
    _, html = sent(alices, smtp)
    assert "/o/" not in html


def test_of_several_one_may_refuse_and_nobody_learns_who_else_is_on_it(
    noticing: EmailAccount,
    alices: Client,
    smtp: Submission,  # noqa: F811
) -> None:
    outgoing, html = sent(alices, smtp, to=f"{LENA}, Max <max@x.example>", bcc="z@x.example")
    asked(image_in(html))
    page = alices.get(f"/writing/{outgoing.key}/").content.decode()
    assert "At least one of its 3 recipients opened it" in page
    for link in links_in(html)[:2]:
        asked(link)
        Sighting.objects.update(at=timezone.now() - timedelta(minutes=5))
    page = alices.get(f"/writing/{outgoing.key}/").content.decode()
    assert "At least one of its 3 recipients used its links 2 times in all" in page
    asking = asked(refusal_in(html)).content.decode()
    assert "x.example" not in asking
    assert "Your email address" in asking
    said = []
    for typed in ("nobody@x.example", "Max@X.example"):
        with seen_by(None):
            said.append(Client().post(refusal_in(html), {"address": typed}).content)
    assert said[0] == said[1]
    assert NoNotice.objects.count() == 1
    _, html = sent(alices, smtp, to=f"{LENA}, max@x.example")
    assert "/o/" not in html


def test_it_is_off_until_it_is_switched_on_and_then_a_choice(
    sending: EmailAccount,  # noqa: F811
    alices: Client,
    alice: User,
    smtp: Submission,  # noqa: F811
) -> None:
    assert "Tell me when" not in alices.get("/writing/new/").content.decode()
    outgoing, html = sent(alices, smtp)
    assert "/o/" not in html
    assert "switched them off" in outgoing.notice_note
    assert alices.get("/setup/channels/email/open-notices/").status_code == 404
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    alices.post("/setup/channels/email/open-notices/", {"notices": "on"})
    assert str(AuditEntry.objects.latest("pk")).endswith("open and click notice on")
    assert fields_of(alices, "/writing/new/")["wants_notice"] == ""
    _, html = sent(alices, smtp, wants_notice="")
    assert "/o/" not in html
    ComposeSettings.objects.update_or_create(user=alice, defaults={"wants_notices": True})
    assert fields_of(alices, "/writing/new/")["wants_notice"] == "True"
    _, html = sent(alices, smtp)
    image, link = image_in(html), links_in(html)[0]
    alices.post("/setup/channels/email/open-notices/", {"notices": "off"})
    asked(image)
    assert asked(link).status_code == 302
    assert not Sighting.objects.exists()


@pytest.mark.parametrize(
    ("url", "is_available"),
    [
        (URL, True),
        ("https://198.41.0.4", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("https://192.168.1.5", False),
        ("https://postroom", False),
        ("https://crm.local", False),
    ],
)
def test_an_address_that_nobody_else_reaches_is_told(url: str, is_available: bool) -> None:
    with mock.patch.dict(settings.ENVIRONMENT.values, {"POSTROOM_URL": url}):
        why = why_unavailable()
    assert (not why) == is_available
    assert is_available or "POSTROOM_URL" in why
