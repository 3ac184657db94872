"""Nothing of what is withheld is in any response that others get, whatever they ask for."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from cast import NOON, message, received, user
from journeys.canaries import canary, leaks_in
from postroom.accounts.asking import ask
from postroom.accounts.models import AccessRequest, EmailAccount, Grant, Ruling, Sharing, Sight
from postroom.accounts.rulings import rule
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.audit import note
from postroom.team.models import Act, AuditEntry, Organisation, User
from postroom.web.decisions.terms import matter_of
from postroom.web.team.audit_export import harmless
from web.browser import SIGN_IN
from web.pages import without_choices

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
LENA = "lena@customer.example"
SECRETS = [canary("subject"), canary("body"), canary("file")]
BODY = (
    "--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n--b\r\nContent-Type: application/pdf\r\n"
    'Content-Disposition: attachment; filename="{}.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
)


@pytest.fixture
def secret(account: EmailAccount, lena: Person) -> Email:
    """Everyone may see who wrote when, and no more."""
    EmailAccount.objects.update(sharing=Sharing.PUBLIC, sight=Sight.WHEN)
    account.refresh_from_db()
    subject, body, file = SECRETS
    mixed = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    thread = {"references": "<root@x>", "from_": LENA, "to": account.address}
    return received(account, message(subject, NOON, BODY.format(body, file), **mixed, **thread))


@pytest.fixture
def ada(db: None) -> User:
    """An administrator."""
    made = user("Ada")
    User.objects.filter(pk=made.pk).update(is_administrator=True)
    made.refresh_from_db()
    return made


def everything_about(email: Email, lena: Person, bob: User) -> list[tuple[str, str, dict]]:  # type: ignore[type-arg]
    """Whatever can be asked of an email, for oneself or as Bob."""
    one, seen = f"/emails/{email.pk}/", f"/setup/users/{bob.pk}/view/"
    pages = ["", "body/", "sharing/", "access/", "access/?sight=3", "actions/", "source/"]
    asked = [("GET", one + page, {}) for page in (*pages, "attachments/2/", "attachments/1/")]
    asked += [("GET", f"/people/{lena.pk}/{query}", {}) for query in ("", f"?email={email.pk}")]
    asked += [("GET", page, {}) for page in ("/leads/", "/people/?q=lena", "/requests/")]
    asked += [("POST", one + "request/", {"reason": "please"})]
    asked += [("POST", one + "sharing/", {"shows": "3", "scope": "thread"})]
    asked += [("POST", one + "grants/", {"user": bob.pk, "scope": "email", "term": "always"})]
    asked += [("GET", seen, {}), ("GET", f"{seen}{lena.pk}/", {})]
    asked += [("GET", f"{seen}{lena.pk}/{email.pk}/", {}), ("GET", "/setup/audit-log/", {})]
    return asked


def answers(client: Client, email: Email, lena: Person, bob: User) -> dict[str, bytes]:
    """What is answered, as a page and as a part of one."""
    return {
        f"{verb} {path} {headers}": response.content + repr(response.headers).encode()
        for verb, path, form in everything_about(email, lena, bob)
        for headers in ({}, HTMX)
        for response in [
            client.generic(
                verb,
                path,
                "&".join(f"{k}={v}" for k, v in form.items()),
                "application/x-www-form-urlencoded",
                headers=headers,
            )
        ]
    }


def test_nothing_withheld_is_in_any_answer(
    alice: User, bob: User, ada: User, lena: Person, secret: Email, as_user: SignIn
) -> None:
    for viewer in (bob, ada):
        got = answers(as_user(viewer), secret, lena, bob)
        print(f"{viewer}: {len(got)} answers")
        assert len(got) == 42
        assert leaks_in(got, SECRETS) == []
    assert not Ruling.objects.exists()
    assert not Grant.objects.exists()
    assert AccessRequest.objects.count() == 2
    # The controls: what is looked for is there for Alice, and for Bob once he may see it.
    shown = leaks_in(answers(as_user(alice), secret, lena, bob), SECRETS)
    assert {line.partition(" ")[0] for line in shown} == {"subject", "body", "file"}
    Grant.objects.all().delete()
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    Ruling.objects.all().delete()
    assert leaks_in(answers(as_user(bob), secret, lena, bob), SECRETS)
    # As Bob even an administrator sees none of what Bob does.
    EmailAccount.objects.update(to_users=[bob.pk], is_to_all=False)
    assert leaks_in(answers(as_user(ada), secret, lena, bob), SECRETS) == []


def test_of_a_hidden_email_asking_looks_as_of_an_absent_one(
    alice: User, bob: User, secret: Email, as_user: SignIn
) -> None:
    rule(matter_of(secret), Sight.NOTHING, alice, NOON)
    client = as_user(bob)
    for path in ("request", "grants", "sharing"):
        hidden, absent = (client.post(f"/emails/{pk}/{path}/") for pk in (secret.pk, 987654321))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
    assert not AccessRequest.objects.exists()


def test_bob_is_told_why_and_charlies_reasons_are_not_his(
    bob: User, charlie: User, secret: Email, as_user: SignIn
) -> None:
    page = as_user(bob).get(f"/emails/{secret.pk}/").content.decode()
    assert "Alice shares mail with everyone" in page
    assert "Charlie" not in without_choices(page)
    assert "stands in the audit log" not in page
    Organisation.get()
    Organisation.objects.update(logs_reading=True)
    page = as_user(bob).get(f"/emails/{secret.pk}/").content.decode()
    assert "stands in the audit log" in page
    assert not AuditEntry.objects.filter(act=Act.EMAIL_READ).exists()
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    as_user(bob).get(f"/emails/{secret.pk}/source/")
    as_user(bob).get(f"/emails/{secret.pk}/")
    assert AuditEntry.objects.filter(act=Act.EMAIL_READ, actor=bob).count() == 1


def test_an_undo_of_another_email_undoes_nothing(
    alice: User, account: EmailAccount, secret: Email, as_user: SignIn
) -> None:
    other = received(account, message("Other", from_=LENA))
    client = as_user(alice)
    page = client.post(f"/emails/{other.pk}/sharing/", {"shows": "0", "scope": "email"}).content
    token = page.decode().partition('name="undo" value="')[2].partition('"')[0]
    client.post(f"/emails/{secret.pk}/sharing/", {"shows": "0", "scope": "email"})
    for wrong in (token, "rubbish", token[:-3]):
        answer = client.post(f"/emails/{secret.pk}/sharing/", {"undo": wrong}, follow=True)
        assert "cannot be taken back any more" in answer.content.decode()
    assert Ruling.objects.count() == 2
    client.post(f"/emails/{other.pk}/sharing/", {"undo": token})
    assert Ruling.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"term": "day", "day": "2001-01-01"}, "Choose a day that is still to come."),
        ({"term": "day", "day": ""}, "Choose a day that is still to come."),
        ({"term": "day", "day": "soon"}, "Choose a day, like 2027-01-31."),
        ({"term": "ever"}, "Select a valid choice"),
        ({"term": "always", "scope": "x"}, "Select a valid choice"),
    ],
)
def test_wrong_terms_are_said_and_give_nothing(
    typed: dict[str, str],
    sentence: str,
    alice: User,
    bob: User,
    secret: Email,
    as_user: SignIn,
) -> None:
    asked = ask(matter_of(secret), bob, "", NOON)
    form = {"scope": "email", "answer": "allow"} | typed
    page = as_user(alice).post(f"/requests/{asked.pk}/", form, follow=True).content.decode()
    assert sentence in page
    assert not Grant.objects.exists()
    assert AccessRequest.objects.get().answer == "waiting"


def test_only_those_whose_mailbox_it_is_answer(
    bob: User, charlie: User, ada: User, secret: Email, as_user: SignIn
) -> None:
    asked = ask(matter_of(secret), bob, "", NOON)
    for other in (bob, charlie, ada):
        assert as_user(other).post(f"/requests/{asked.pk}/", {"answer": "allow"}).status_code == 404
        assert "Nobody waits" in as_user(other).get("/requests/").content.decode()


def test_the_log_is_searched_by_act_actor_words_and_day(
    ada: User, bob: User, as_user: SignIn
) -> None:
    for day in range(60):
        note(Act.INVITE_SENT, bob, f"guest{day}@example.com", NOON + timedelta(days=day))
    note(Act.PASSWORD_SET, None, "<b>x</b>", NOON, "by hand")
    client = as_user(ada)

    def found(**asked: str) -> int:
        page = client.get("/setup/audit-log/", asked).content.decode()
        assert "<b>x" not in page
        return page.partition('aria-label="Newest first"')[2].partition("</ol>")[0].count("<li>")

    assert found(act="invite_sent") == 50
    assert found(act="invite_sent", before=str(AuditEntry.objects.order_by("pk")[10].pk)) == 10
    assert found(actor="0") == 1
    assert found(actor=str(bob.pk), about="GUEST7@ example") == 1
    assert found(about="hand") == 1
    assert found(since="2026-03-03", until="2026-03-04") == 2
    assert found(act="nonsense") == found(since="soon") == 0
    older = client.get("/setup/audit-log/", {"act": "invite_sent"}).content.decode()
    assert "?act=invite_sent&amp;before=" in older


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\r=x", "  =x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"x{cell}") == f"x{cell}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_an_export_has_what_is_looked_for_and_is_written_down(
    kind: str, ada: User, bob: User
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(act=Act.INVITE_SENT, actor=bob, subject=f"=guest{number}", at=NOON)
        for number in range(5000)
    )
    note(Act.PASSWORD_SET, None, "x@example.com", NOON)
    text = async_to_sync(exported)(ada, {"format": kind, "act": "invite_sent"})
    if kind == "csv":
        [head, *rows] = csv.reader(StringIO(text))
        subjects = [row[head.index("subject")].removeprefix("'") for row in rows]
        assert "\n'=" in text or ",'=" in text
    else:
        subjects = [json.loads(line)["subject"] for line in text.splitlines()]
    assert subjects == [f"=guest{number}" for number in reversed(range(5000))]
    entry = AuditEntry.objects.get(act=Act.LOG_EXPORTED)
    assert (entry.actor, entry.detail) == (ada, "act invite_sent")


async def exported(ada: User, form: dict[str, str]) -> str:
    client = AsyncClient()
    await client.aforce_login(ada, backend=SIGN_IN)
    response = await client.post("/setup/audit-log/export/", form)
    assert isinstance(response, StreamingHttpResponse)
    return "".join([part.decode() async for part in response])  # type: ignore[union-attr]
