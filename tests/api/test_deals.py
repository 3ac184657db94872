"""Deals over the API: added, moved, and the deal of an email by rule and by hand."""

from api.callers import writer
from postroom.archive.models import Email
from postroom.crm.models import Deal, Person
from postroom.team.models import User

LENA = "lena@customer.example"


def test_a_deal_is_added_moved_and_has_its_mail(alice: User, lena: Person, letter: Email) -> None:
    program = writer(alice)
    stages = program.get("/deal-stages")
    new = {"name": "Order", "people": [LENA], "amount": "1200.50", "company": "Customer Ltd"}
    made = program.ask("POST", "/deals", new)
    assert made.status_code == 201
    deal = made.json()
    assert (deal["amount"], deal["stage"]["name"], deal["closed_at"]) == ("1200.50", "New", None)
    assert program.get(made.headers["Location"]) == deal
    path = f"/deals/{deal['id']}"
    assert [row["id"] for row in program.get(f"{path}/emails")["items"]] == [letter.pk]
    company = deal["company"]["id"]
    assert program.get(f"/companies/{company}") == {
        "id": company,
        "name": "Customer Ltd",
        "people": 0,
        "deals": 1,
    }
    won = next(stage for stage in stages if stage["outcome"] == "won")
    moved = program.ask("PATCH", path, {"stage": won["id"], "amount": None}).json()
    assert (moved["stage"], moved["amount"], moved["name"]) == (won, None, "Order")
    assert moved["closed_at"]
    assert program.get("/deals?q=order&limit=1")["items"] == [moved]
    assert program.get(f"/deals?stage={stages[0]['id']}")["items"] == []


def test_the_deal_of_an_email_is_changed_by_hand_and_left_again(
    alice: User, lena: Person, letter: Email
) -> None:
    program = writer(alice)
    first = program.ask("POST", "/deals", {"name": "First", "people": [LENA]}).json()
    other = program.ask("POST", "/deals", {"name": "Other"}).json()
    path = f"/emails/{letter.pk}/deal"
    by_rule = {"deal": {"id": first["id"], "name": "First"}, "why": "only one"}
    assert program.get(path) == by_rule
    linked = program.ask("PUT", path, {"deal": other["id"]}).json()
    assert linked == {"deal": {"id": other["id"], "name": "Other"}, "why": "linked"}
    assert program.ask("PUT", path, {"deal": None}).json() == {"deal": None, "why": "taken out"}
    assert program.ask("DELETE", path).json() == by_rule
    assert program.ask("PUT", path, {"deal": 987}).status_code == 422


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(alice: User) -> None:
    program = writer(alice)
    for bad, field in (
        ({"people": ["nobody@x.example"]}, "body.people"),
        ({"stage": 987}, "body.stage"),
        ({"owner": 987}, "body.owner"),
        ({"amount": "-1"}, "body.amount"),
        ({"currency": "euro"}, "body.currency"),
    ):
        answer = program.ask("POST", "/deals", {"name": "X", **bad})
        assert answer.status_code == 422
        assert field in str(answer.json()["errors"])
    assert not Deal.objects.exists()
