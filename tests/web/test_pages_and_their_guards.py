"""Every page works for whom it is for, answers others like a page that is not there, and sends
the policy that keeps strangers' code out."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from cast import NOON, folder_of
from postroom.accounts.holds import place_hold
from postroom.accounts.models import EmailAccount
from postroom.accounts.senders import own_from_address
from postroom.archive.labels import label_called
from postroom.archive.models import Email, Quarantine
from postroom.archive.quarantine import quarantine
from postroom.cleanup.keeping import word_of
from postroom.crm.models import Company, Erasure, Person
from postroom.crm.pipeline import first_stage
from postroom.outbox.digests import mark_of
from postroom.outbox.drafts import Attached, Written, keep
from postroom.team.api_keys import KeyWish, make_key
from postroom.team.models import Profile, User
from postroom.web.urls import urlpatterns
from web.decided import asked_for, granted
from web.looked_at import (
    case_of,
    column_of,
    deal_with,
    excluded,
    from_a_stranger,
    in_a_team,
    invited,
    kept_by,
    note_of,
    role,
    rule_of,
    sent_to_a_lead,
    session_of,
    task_of,
    template_of,
    webhook_of,
)
from web.pages import PAGES

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}

FILES = {"attachment", "email-body", "email-source", "quarantine-download"}
FILES |= {"attachments", "email-print", "preview", "long-work"}
FILES |= {
    "email-template-filled",
    "new-writing-below",
    "writing-below",
    "writing-body",
    "writing-image",
}
# Without a sign-in, an invitation or a noticed email, these say that there is none.
ANSWERS = {"notice-image", "notice-link", "notice-refusal"}
ANSWERS |= {
    "oauth-callback",
    "join-password",
    "new-password",
    "elsewhere-start",
    "elsewhere-return",
}
# Pages about another kind of email than a lead's.
OTHER_LETTERS = {
    "email-sender": from_a_stranger,
    "email-watch": sent_to_a_lead,
    "email-team": in_a_team,
}
READABLE = [name for name, (verbs, _) in PAGES.items() if "GET" in verbs and "-live" not in name]
HIDDEN = [name for name, (_, who) in PAGES.items() if who in ("owner", "administrator")]
ANYONES = {name for name, (_, who) in PAGES.items() if who == "anyone"}
STREAMS = [name for name in PAGES if name.endswith("-live")]


@pytest.fixture
def address_of(lena: Person, letter: Email, account: EmailAccount) -> Callable[[str], str]:
    def address(name: str) -> str:
        pattern = next(p for p in urlpatterns if p.name == name).pattern
        return reverse(name, args=arguments_of(name, str(pattern), set(pattern.converters)))

    def arguments_of(name: str, pattern: str, named: set[str]) -> list[int | str | UUID]:
        if "key" in named:
            image = Attached("a.png", "image/png", b"\x89PNG", "a@x.example")
            draft = keep(account.owner, uuid4(), Written(None), [image], NOON)
            return [draft.key, *([draft.files.get().pk] if "pk" in named else [])]
        if "entry" in named:
            quarantine(folder_of(account), 7, "It broke the parser.", NOON, b"Subject: x")
            return [account.pk, Quarantine.objects.get().pk]
        if "grant" in named:
            return [letter.pk, granted(letter).pk]
        rooms = {
            "word": [word_of(case_of(account).pk)] if "word" in named else [],
            "part": [letter.pk, "1"],
            "token": ["x"],
            "mark": [mark_of(account.owner_id)],
            "comment": [letter.pk, 1],
            "account": [lena.pk, account.pk],
            "user": [account.pk, account.owner_id],
            "service": ["gmail"],
            "issuer": ["google"],
            "protocol": ["pop"],
            "email": [account.owner_id, lena.pk, letter.pk],
            "kind": ["people", lena.pk],
            "person": [letter.pk if name == "email-additions" else account.owner_id, lena.pk],
            "sender": [account.pk, own_from_address(account).pk],
        }
        if second := [room for room in rooms if room in named]:
            return rooms[second[0]]
        if "pk" not in named:
            return []
        rows: dict[str, Callable[[], int]] = {
            "setup/profiles/": lambda: Profile.objects.get_or_create(name="Reader")[0].pk,
            "setup/roles/": lambda: role().pk,
            "setup/users/invitations/": lambda: invited().pk,
            "setup/users/": lambda: account.owner_id,
            "setup/channels/email/sharing/users/": lambda: account.owner_id,
            "setup/channels/email/sharing/roles/": lambda: role().pk,
            "setup/channels/email/sharing/exclusions/": lambda: excluded(None).pk,
            "setup/channels/email/cleanup/roles/": lambda: role().pk,
            "setup/channels/email/cleanup/holds/": lambda: place_hold(None, "So.", None, NOON).pk,
            "you/exclusions/": lambda: excluded(account.owner).pk,
            "setup/erasures/": lambda: Erasure.objects.create(at=NOON).pk,
            "setup/pipeline/": lambda: first_stage().pk,
            "deals/": lambda: deal_with(lena).pk,
            "companies/": lambda: Company.objects.get_or_create(name="Customer Ltd")[0].pk,
            "setup/": lambda: account.pk,
            "you/sessions/": lambda: session_of(account.owner).pk,
            "you/webhooks/": lambda: webhook_of(account.owner).pk,
            "you/api-keys/": lambda: make_key(account.owner, KeyWish("Bridge"), None, NOON)[0].pk,
            "notes/": lambda: note_of(account.owner, lena).pk,
            "tasks/": lambda: task_of(account.owner).pk,
            "templates/": lambda: template_of(account.owner).pk,
            "search/saved/": lambda: kept_by(account.owner).pk,
            "requests/": lambda: asked_for(letter).pk,
            "inbox/labels/": lambda: label_called(account, "Fair").pk,
            "inbox/own/": lambda: column_of(account.owner).pk,
            "rules/": lambda: rule_of(account.owner).pk,
            "people/": lambda: lena.pk,
            "emails/": lambda: OTHER_LETTERS.get(name, lambda _: letter)(account).pk,
        }
        return [next(row for start, row in rows.items() if pattern.startswith(start))()]

    return address


def test_every_page_has_its_row_here() -> None:
    assert {p.name for p in urlpatterns if p.name} == set(PAGES)


@pytest.mark.parametrize("name", sorted(set(READABLE) - FILES - ANSWERS))
def test_it_shows_the_page_to_its_owner(
    name: str, alice: User, as_user: SignIn, address_of: Callable[[str], str]
) -> None:
    User.objects.filter(pk=alice.pk).update(is_administrator=PAGES[name][1] == "administrator")
    response = as_user(alice).get(address_of(name), follow=True)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_it_refuses_the_wrong_verb(
    name: str, alice: User, as_user: SignIn, address_of: Callable[[str], str]
) -> None:
    verbs = PAGES[name][0].split()
    client = as_user(alice)
    for verb in {"GET", "POST", "PUT", "DELETE"} - set(verbs):
        if name in ("home", "setup") and verb == "POST":
            continue
        response = client.generic(verb, address_of(name))
        if name not in ("home", "setup"):
            assert response.status_code == 405, verb


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"home", "setup"} - ANYONES))
def test_it_asks_strangers_to_sign_in(
    name: str, client: Client, address_of: Callable[[str], str]
) -> None:
    verb = PAGES[name][0].split()[0]
    response = client.generic(verb, address_of(name))
    if name.endswith("live"):
        assert response.status_code == 204
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/login/?next=")


def test_a_part_of_a_page_moves_the_whole_page_to_the_sign_in(client: Client) -> None:
    current = {"HX-Current-URL": "http://testserver/leads/?q=a"}
    response = client.get("/leads/", headers=HTMX | current)
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/leads/%3Fq%3Da"


@pytest.mark.parametrize("name", sorted(set(HIDDEN) - set(STREAMS)))
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_forbidden_and_absent_look_the_same_to_charlie(
    name: str,
    headers: dict[str, str],
    charlie: User,
    as_user: SignIn,
    address_of: Callable[[str], str],
) -> None:
    refuses_as_if_absent(as_user(charlie), PAGES[name][0].split()[0], address_of(name), headers)


@pytest.mark.parametrize("name", sorted(set(HIDDEN) & set(STREAMS)))
def test_charlie_hears_of_forbidden_and_absent_streams_the_same(
    name: str,
    transactional_db: None,
    charlie: User,
    as_user: SignIn,
    address_of: Callable[[str], str],
) -> None:
    refuses_as_if_absent(as_user(charlie), "GET", address_of(name), {})


def refuses_as_if_absent(client: Client, verb: str, address: str, headers: dict[str, str]) -> None:
    absent = "/".join(
        "987654321" if part.isdigit() and i < 5 else part
        for i, part in enumerate(address.split("/"))
    )
    forbidden, missing = (client.generic(verb, a, headers=headers) for a in (address, absent))
    assert forbidden.status_code == missing.status_code == 404
    assert forbidden.content == missing.content
    for response in (forbidden, missing):
        response.headers.pop("Expires")  # The second in which it was answered.
    assert forbidden.headers == missing.headers


@pytest.mark.parametrize(
    "path",
    ["/people/0/", "/people/9999999999999999999/", "/emails/1%00/", "/emails/-1/", "/people/x/"],
)
def test_an_address_that_names_nothing_is_absent(path: str, alice: User, as_user: SignIn) -> None:
    assert as_user(alice).get(path).status_code == 404


@pytest.mark.parametrize("rubbish", ["x", "_", "9" * 400 + "_00", "-1_zz", "%00", "1_00 '", "é_1"])
def test_a_cursor_that_is_none_means_the_beginning(
    rubbish: str, alice: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    client = as_user(alice)
    page = client.get(f"/people/{lena.pk}/", {"after": rubbish, "email": rubbish})
    assert "Quarterly order" in page.content.decode()
    assert "Lena Lead" in client.get("/leads/", {"after": rubbish}).content.decode()


def test_no_page_has_an_unnamed_address() -> None:
    found = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    assert found == []
