"""REST lists go by what is asked for, page by page, and say what they cannot go by."""

from api.callers import caller
from cast import NOON
from postroom.crm.models import Deal
from postroom.crm.pipeline import first_stage
from postroom.team.models import User


def test_deals_by_amount_page_by_page(alice: User) -> None:
    for name, amount in (("Small", 10), ("Vague", None), ("Big", 900)):
        moment = {"opened_at": NOON, "changed_at": NOON}
        Deal.objects.create(name=name, amount=amount, stage=first_stage(), **moment)
    program = caller(alice)
    page = program.get("/deals?sort=-amount&limit=2")
    assert [deal["name"] for deal in page["items"]] == ["Big", "Small"]
    rest = program.get(f"/deals?sort=-amount&after={page['next']}")
    assert [deal["name"] for deal in rest["items"]] == ["Vague"]
    wrong = program.ask("GET", f"/deals?sort=changed&after={page['next']}")
    assert wrong.status_code == 422


def test_a_word_that_no_list_goes_by_is_told(alice: User) -> None:
    for path in ("/deals", "/people", "/companies"):
        refused = caller(alice).ask("GET", f"{path}?sort=colour")
        assert refused.status_code == 422
        assert "Sort by one of" in refused.content.decode()
