"""An answer to what was asked before something was taken back changes nothing any more."""

import pytest
from playwright.sync_api import APIResponse, Route, expect

from postroom.archive.models import Email
from postroom.team.models import User
from web.browser import Visit
from web.test_inbox import mails, shows

__all__ = ["mails"]


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_before_something_was_taken_back_is_old(
    visit: Visit, alice: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")
    page.get_by_role("link", name="Order 1").click()
    pane = page.locator("#reading")
    expect(pane.get_by_role("heading", name="Order 1")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        held.append((route, route.fetch()))

    page.route("**/inbox/?column=people", hold, times=1)
    pane.locator("summary", has_text="Snooze").click()
    pane.get_by_role("button", name="Next Monday").click()
    expect(page.locator("#toast")).to_contain_text("Snoozed")
    while not held:  # The page looks again, for the server told it of the change.
        page.wait_for_timeout(50)
    page.locator("#toast").get_by_role("button", name="Undo").click()
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    expect(page.locator("#toast")).to_contain_text("Back in the inbox.")
    pane.locator("summary", has_text="Snooze").focus()
    page.context.set_offline(True)  # Nothing later mends what the old answer would do.
    route, answer = held[0]
    assert "Order 1" not in answer.text()
    with page.expect_response("**/inbox/?column=people"):
        route.fulfill(response=answer)
    page.wait_for_timeout(300)
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
