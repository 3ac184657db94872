"""What a program reads: as its user, and no more."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from api.callers import caller
from api.conftest import LENA
from api.letters import FILE
from cast import NOON, account_of, message, person, received, shared
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import BodyState, Email
from postroom.crm.models import Person, Stage
from postroom.team.models import Permission, Profile, User


def test_a_key_says_as_whom_it_acts(alice: User) -> None:
    found = caller(alice).get("/me")
    assert (found["email"], found["name"]) == ("alice@example.com", "Alice")
    assert found["key"] == {"name": "Test", "scope": "read", "expires_at": None}


def test_colleagues_are_told_by_name_alone(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert caller(alice).get("/users")["items"] == [{"id": alice.pk, "name": "Alice"}]


def test_people_are_found_by_words_stage_and_address(alice: User, lena: Person) -> None:
    person("Otto Other", "otto@x.example", stage=Stage.CONTACT)
    program = caller(alice)
    for query, names in {
        "": ["Lena Lead", "Otto Other"],
        "?q=lena": ["Lena Lead"],
        "?stage=contact": ["Otto Other"],
        "?email=LENA@Customer.example": ["Lena Lead"],
        "?email=nobody": [],
        "?q=lena&stage=contact": [],
    }.items():
        assert [p["name"] for p in program.get(f"/people{query}")["items"]] == names, query
    assert program.get(f"/people/{lena.pk}")["addresses"] == [LENA]


@pytest.mark.parametrize("path", ["/people", "/users", "/accounts"])
def test_lists_go_on_where_they_ended_until_all_is_told_once(path: str, alice: User) -> None:
    for number in range(5):
        person(f"P{number} X", f"p{number}@x.example")
        account_of(User.objects.create_user(f"u{number}@example.com"), address=f"m{number}@x.com")
    alice.is_administrator = True
    alice.save()
    program, ids, after = caller(alice), [], ""
    while True:
        response = program.ask("GET", f"{path}?limit=2&after={after}")
        ids += [row["id"] for row in response.json()["items"]]
        assert len(response.json()["items"]) <= 2
        if (after := response.json()["next"]) is None:
            break
        link = response.headers["Link"]
        assert link.endswith('>; rel="next"')
        again = program.get(f"{path}?{urlsplit(link[1:].partition('>')[0]).query}")
        assert again == program.get(f"{path}?limit=2&after={after}")
    assert len(ids) == len(set(ids)) >= 5
    assert "Link" not in response.headers


def test_the_emails_of_a_person_are_those_of_the_page(
    alice: User, bob: User, lena: Person, letter: Email, account: EmailAccount
) -> None:
    sent = message("Offer", NOON + timedelta(hours=1), from_=account.address, to=LENA)
    received(account, sent, "Sent")
    program, path = caller(alice), f"/people/{lena.pk}/emails"
    offer, order = program.get(path)["items"]
    assert (offer["subject"], offer["direction"]) == ("Offer", "sent")
    assert order["subject"] == "Quarterly order"
    assert order["shared_by"] == "alice@example.com"
    assert order["message_id"] == letter.message_id
    assert order["date"] == "2026-03-02T12:00:00Z"
    assert order["sight"] == "everything"
    assert {"role": "from", "name": "Lena Lead", "address": LENA} in order["participants"]
    for query, subjects in {
        "direction=sent": ["Offer"],
        "direction=received": ["Quarterly order"],
        "shared_by=alice@example.com": ["Offer", "Quarterly order"],
        f"shared_by={alice.pk}": ["Offer", "Quarterly order"],
        f"shared_by={bob.pk}": [],
        "shared_by=nobody@example.com": [],
        "limit=1": ["Offer"],
        f"limit=1&after={program.get(path + '?limit=1')['next']}": ["Quarterly order"],
    }.items():
        found = program.get(f"{path}?{query}")["items"]
        assert [email["subject"] for email in found] == subjects, query
    assert caller(bob).get(path)["items"] == []


def test_one_direction_is_told_whole_however_much_of_the_other_lies_between(
    alice: User, lena: Person, account: EmailAccount
) -> None:
    received(account, message("First", NOON - timedelta(days=9), from_=account.address, to=LENA))
    for number in range(5):
        received(account, message(f"M{number}", NOON + timedelta(hours=number), from_=LENA))
    found = caller(alice).get(f"/people/{lena.pk}/emails?direction=sent&limit=1")
    assert [email["subject"] for email in found["items"]] == ["First"]
    assert found["next"] is None


def test_an_email_is_read_whole_and_marked_by_nobody(alice: User, letter: Email) -> None:
    program, path = caller(alice), f"/emails/{letter.pk}"
    assert program.get(path)["subject"] == "Quarterly order"
    body = program.get(f"{path}/body")
    assert body["text"] == "We take twelve.\n"
    assert "<b>twelve</b>" in body["html"]
    assert "script" not in body["html"]
    assert body["blocked_images"] == 1
    [file] = body["attachments"]
    assert (file["name"], file["media_type"]) == ("offer.pdf", "application/pdf")
    content = program.ask("GET", f"{path}/attachments/{file['part']}")
    assert content.content == FILE
    raw = program.ask("GET", f"{path}/raw")
    assert FILE[:9] not in raw.content
    assert b"Subject: Quarterly order" in raw.content
    for response in (content, raw):
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "no-cache" in response.headers["Cache-Control"]
    assert not Email.objects.get(pk=letter.pk).is_read


@pytest.mark.parametrize("part", ["9", "1.1.1", "x", "%2e%2e", "1" * 500])
def test_a_part_that_is_none_is_absent(part: str, alice: User, letter: Email) -> None:
    response = caller(alice).ask("GET", f"/emails/{letter.pk}/attachments/{part}")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:postroom:problem:absent"


@pytest.mark.parametrize("what", ["", "/body", "/raw"])
def test_what_has_not_changed_is_not_sent_again(what: str, alice: User, letter: Email) -> None:
    program, path = caller(alice), f"/emails/{letter.pk}{what}"
    etag = program.ask("GET", path).headers["ETag"]
    again = program.ask("GET", path, If_None_Match=etag)
    assert (again.status_code, again.content) == (304, b"")
    assert program.ask("GET", path, If_None_Match='"other"').status_code == 200
    if not what:
        Email.objects.filter(pk=letter.pk).update(is_flagged=True)
        assert program.ask("GET", path, If_None_Match=etag).status_code == 200


def test_an_etag_opens_nothing(alice: User, charlie: User, letter: Email) -> None:
    etag = caller(alice).ask("GET", f"/emails/{letter.pk}/raw").headers["ETag"]
    stolen = caller(charlie).ask("GET", f"/emails/{letter.pk}/raw", If_None_Match=etag)
    assert stolen.status_code == 404


def test_a_body_on_the_server_is_asked_for_and_comes_later(alice: User, letter: Email) -> None:
    Email.objects.filter(pk=letter.pk).update(raw=None, body_state=BodyState.ENVELOPE)
    for what in ("body", "raw", "attachments/2"):
        response = caller(alice).ask("GET", f"/emails/{letter.pk}/{what}")
        assert response.status_code == 503
        assert response.json()["type"] == "urn:postroom:problem:not-yet"
        assert int(response.headers["Retry-After"]) > 0
    assert Email.objects.get(pk=letter.pk).body_due


def test_a_thread_is_what_its_viewer_sees_of_it(
    alice: User, bob: User, account: EmailAccount, letter: Email, lena: Person
) -> None:
    reply = message("Re: Quarterly order", NOON + timedelta(hours=1), from_=account.address,
                    to=LENA, in_reply_to=letter.message_id)  # fmt: skip
    answer = received(account, reply, "Sent")
    aside = message("Aside", from_="otto@x.example", in_reply_to=letter.message_id)
    private = received(account, aside)
    path = f"/threads/{answer.pk}"
    seen = {email["id"] for email in caller(alice).get(path)["items"]}
    assert seen == {letter.pk, answer.pk, private.pk}
    account.sharing = Sharing.CUSTOM
    account.save()
    shared(account, lena)
    assert [e["id"] for e in caller(bob).get(path)["items"]] == [answer.pk, letter.pk]


def test_accounts_are_ones_own_and_all_for_who_looks_after_them(
    alice: User, bob: User, account: EmailAccount
) -> None:
    assert [a["address"] for a in caller(alice).get("/accounts")["items"]] == [account.address]
    assert caller(bob).get("/accounts")["items"] == []
    permissions = [Permission.MANAGE_EMAIL_SETTINGS]
    bob.profile = Profile.objects.create(name="Postmaster", permissions=permissions)
    bob.save()
    found = caller(bob).get(f"/accounts/{account.pk}")
    assert (found["owner"], found["activation"]) == ("alice@example.com", "active")


def test_a_proof_names_folders_to_the_owner_alone(
    alice: User, bob: User, account: EmailAccount, letter: Email
) -> None:
    bob.is_administrator = True
    bob.save()
    path = f"/accounts/{account.pk}/proof"
    assert [f["folder"] for f in caller(alice).get(path)["folders"]] == ["INBOX"]
    proof = caller(bob).get(path)
    assert proof["folders"] == []
    assert (proof["missing"], proof["is_whole"]) == (0, False)
