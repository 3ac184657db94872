"""Alice and Bob answer info@ together; Charlie must see nothing of it, and nothing of it leaves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import NOON, message, received, user
from postroom.accounts.members import add_member, remove_member
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import Assignment, Email, Presence, TeamEntry
from postroom.archive.presence import appear, leave, others_at
from postroom.archive.teamwork import NotInTheTeam, assign, assigned_to, history_of, say
from postroom.archive.wall import seen_by
from postroom.association import visible_to
from postroom.association.inbox_team import Whose, team_page
from postroom.crm.models import Person
from postroom.outbox.models import Notice
from postroom.team.models import User
from web.browser import Visit

SignIn = Callable[[User], Client]
LENA, HTMX = "lena@customer.example", {"HX-Request": "true"}
SECRET = "zugunruhe"


@pytest.fixture
def team(account: EmailAccount, bob: User) -> EmailAccount:
    """Alice's mailbox, with Bob as a member."""
    add_member(account, bob, account.owner, NOON)
    return account


@pytest.fixture
def order(team: EmailAccount, lena: Person) -> Email:
    """An email from Lena to the team, and its answer to come."""
    raw = message("Order", from_=f"Lena Lead <{LENA}>", to=team.address, message_id="<o@x>")
    return received(team, raw)


@pytest.fixture
def again(order: Email) -> Email:
    """A second one of the same conversation."""
    raw = message("Re: Order", NOON + timedelta(hours=1), from_=LENA, in_reply_to="<o@x>")
    return received(order.account, raw)


def told(email: Email) -> list[str]:
    return [f"{line}: {line.text}" if line.text else str(line) for line in history_of(email)]


def test_a_conversation_is_one_members_for_all_its_emails_and_its_history_says_so(
    alice: User, bob: User, order: Email, again: Email
) -> None:
    assert assign(order, alice, bob, NOON)
    assert not assign(again, alice, alice, NOON)
    assert assigned_to(again) == alice
    say(again, "  Ask for the colour.\0 ", alice, NOON)
    assert assign(again, None, alice, NOON)
    assert assigned_to(order) is None
    assert told(order) == [
        "Bob assigned it to Alice",
        "Alice wrote: Ask for the colour.",
        "Alice assigned it to nobody",
    ]


def test_who_left_the_team_has_nothing_and_outsiders_are_given_nothing(
    alice: User, bob: User, charlie: User, order: Email
) -> None:
    assign(order, bob, alice, NOON)
    remove_member(order.account, bob, alice, NOON)
    assert assigned_to(order) is None
    for to, by in ((charlie, alice), (bob, alice), (alice, alice), (None, bob)):
        with pytest.raises(NotInTheTeam) as refusal:
            assign(order, to, by, NOON)
        assert "team mailbox" in refusal.value.sentence
    with pytest.raises(NotInTheTeam):
        say(order, "Me too", charlie, NOON)
    add_member(order.account, charlie, alice, NOON)
    assert assigned_to(order) is None
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    with pytest.raises(NotInTheTeam):
        assign(order, charlie, alice, NOON)


def test_mail_is_listed_by_whose_it_is(
    alice: User, bob: User, order: Email, again: Email, team: EmailAccount
) -> None:
    alone = received(team, message("Alone", NOON + timedelta(hours=2), from_=LENA))
    Email.objects.filter(pk=alone.pk).update(thread_root="")

    def listed(viewer: User, whose: Whose) -> list[str]:
        return [email.subject for email in team_page(viewer, whose).emails]

    assert listed(bob, Whose.NOBODYS) == ["Alone", "Re: Order", "Order"]
    assign(order, bob, alice, NOON)
    alone.refresh_from_db()
    assign(alone, alice, alice, NOON)
    assert listed(bob, Whose.MINE) == ["Re: Order", "Order"]
    assert listed(alice, Whose.MINE) == ["Alone"]
    assert listed(bob, Whose.NOBODYS) == []
    page = team_page(bob, Whose.MINE, limit=1)
    assert page.next is not None
    assert [e.subject for e in team_page(bob, Whose.MINE, page.next, 1).emails] == ["Order"]
    remove_member(team, bob, alice, NOON)
    assert listed(bob, Whose.MINE) == listed(bob, Whose.NOBODYS) == []
    add_member(team, user("Dora"), alice, NOON)
    assert listed(alice, Whose.NOBODYS) == ["Re: Order", "Order"]


def test_who_is_there_is_told_the_others_and_goes_by_itself(
    alice: User, bob: User, order: Email, again: Email
) -> None:
    appear(order, alice, NOON, is_writing=False)
    appear(again, alice, NOON, is_writing=True)
    [here] = others_at(order, bob, NOON)
    assert (here.user, here.is_writing) == (alice, True)
    assert others_at(order, alice, NOON) == []
    assert len(others_at(order, bob, NOON + timedelta(seconds=80))) == 1
    assert others_at(order, bob, NOON + timedelta(seconds=90)) == []
    appear(order, bob, NOON + timedelta(seconds=91), is_writing=False)
    assert not Presence.objects.filter(user=alice).exists()
    leave(order, bob, is_writing=False)
    assert not Presence.objects.exists()


def test_members_work_on_the_page_and_charlie_finds_nothing(
    alice: User, bob: User, charlie: User, order: Email, as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    his, page = as_user(bob), f"/emails/{order.pk}/"
    answer = his.post(f"{page}assignment/", {"to": alice.pk}, headers=HTMX)
    assert "Assigned to <bdi>Alice</bdi>" in answer.content.decode()
    answer = his.post(f"{page}comments/", {"text": f"@Alice {SECRET}"}, headers=HTMX)
    assert "Alice is told by email" in answer.content.decode()
    answer = his.post(f"{page}comments/", {"text": "  "}, headers=HTMX)
    assert "Write something first" in answer.content.decode()
    assert SECRET in as_user(alice).get(page).content.decode()
    stranger = as_user(charlie)
    seen = stranger.get(page).content.decode()
    assert "Order" in seen
    assert SECRET not in seen
    assert "assigned" not in seen.lower()
    for part in ("team", "assignment", "comments", "presence"):
        send = stranger.get if part == "team" else stranger.post
        assert send(f"{page}{part}/", {"to": charlie.pk, "text": "x"}).status_code == 404
    comment = TeamEntry.objects.get(text__contains=SECRET)
    removal = f"{page}comments/{comment.pk}/removal/"
    assert stranger.post(removal).status_code == as_user(alice).post(removal).status_code == 404
    assert his.post(removal).status_code == 302
    assert not TeamEntry.objects.filter(kind="comment").exists()
    assert as_user(alice).post(f"{page}assignment/", {"to": charlie.pk}, follow=True).status_code
    assert Assignment.objects.get().to == alice


def test_a_mailbox_without_members_has_none_of_it(
    alice: User, letter: Email, as_user: SignIn
) -> None:
    client = as_user(alice)
    assert b"team-state" not in client.get(f"/emails/{letter.pk}/").content
    assert client.get(f"/emails/{letter.pk}/team/").status_code == 404
    form = {"do": f"assign:{alice.pk}", "email": letter.pk}
    answer = client.post("/inbox/actions/", form, headers=HTMX)
    assert "Only conversations of a team mailbox are assigned" in answer.content.decode()
    assert b"You are in no team mailbox" in client.get("/inbox/team/").content


def test_the_wall_keeps_the_teams_words_from_everybody_else(
    alice: User, charlie: User, order: Email
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    assign(order, alice, alice, NOON)
    say(order, SECRET, alice, NOON)
    appear(order, alice, NOON, is_writing=False)
    for viewer, number in ((alice, 1), (charlie, 0)):
        with seen_by(viewer.pk):
            assert TeamEntry.objects.filter(kind="comment").count() == number
            assert Assignment.objects.count() == number
            assert Presence.objects.count() == number
            assert visible_to(viewer).filter(pk=order.pk).exists(), "the control: he sees the email"


def test_a_comment_leaves_by_no_door(alice: User, bob: User, order: Email, as_user: SignIn) -> None:
    """Nor does a notice hold it. The control: it stands on the page of the email."""
    say(order, SECRET, bob, NOON)
    client, page = as_user(alice), f"/emails/{order.pk}/"
    client.post(f"{page}comments/", {"text": f"@Bob {SECRET}"})
    assert SECRET in client.get(page).content.decode()
    doors = [
        f"/writing/new/?answers={order.pk}&as={way}" for way in ("reply", "all", "forward")
    ] + [
        f"/writing/new/below/?answers={order.pk}&as=forward",
        f"{page}print/",
        f"{page}source/",
        f"{page}headers/",
        "/inbox/",
        "/inbox/columns/",
    ]
    for door in doors:
        answer = client.get(door)
        assert answer.status_code == 200, door
        body = b"".join(answer) if answer.streaming else answer.content
        assert SECRET.encode() not in body, door
    assert b"email-row" not in client.get(f"/search/?q={SECRET}").content
    exported = client.post(f"{page}export/", {"format": "mbox"})
    assert SECRET.encode() not in b"".join(exported)  # type: ignore[arg-type]
    notice = Notice.objects.get()
    assert notice.recipient == bob.email
    assert SECRET not in notice.subject + notice.text + notice.html
    assert "Order" not in notice.subject + notice.text


def test_what_is_done_is_done_for_the_whole_team(
    alice: User, bob: User, order: Email, as_user: SignIn
) -> None:
    his, hers = as_user(bob), as_user(alice)
    assert b"Order" in hers.get("/inbox/?column=people").content
    his.post("/inbox/actions/", {"do": "done", "email": order.pk})
    assert b">Order" not in hers.get("/inbox/?column=people").content
    assert "Bob marked it as done" in told(order)
    hers.post("/inbox/actions/", {"do": "not-done", "email": order.pk})
    assert told(order)[-1] == "Alice put it back into the inbox"
    form = {"do": f"assign:{bob.pk}", "email": order.pk}
    answer = hers.post("/inbox/actions/", form, headers=HTMX).content.decode()
    back = answer.partition('data-back="')[2].partition('"')[0]
    hers.post("/inbox/actions/", {"do": "assign-back:2020-01-01T10:00+00:00", "email": order.pk})
    assert assigned_to(order) == bob
    hers.post("/inbox/actions/", {"do": back, "email": order.pk})
    assert assigned_to(order) is None


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_answer_one_mailbox_without_a_word_between_them(
    visit: Visit, alice: User, bob: User, order: Email
) -> None:
    hers = visit(alice, "/inbox/?column=people")
    expect(hers.locator("html[data-live-state=open]")).to_be_attached()
    his = visit(bob, f"/inbox/?column=people&email={order.pk}")
    expect(his.locator("html[data-live-state=open]")).to_be_attached()
    # She takes it with the key, and he sees whose it is, and that she reads it.
    hers.keyboard.press("j")
    hers.keyboard.press("a")
    hers.keyboard.press("Enter")
    expect(hers.locator("#toast")).to_contain_text("1 email assigned")
    expect(his.locator(".team-state")).to_contain_text("Assigned to Alice")
    expect(his.locator("#email-rows .marks")).to_contain_text("Alice")
    hers.keyboard.press("o")
    expect(his.locator(".presence")).to_contain_text("Alice is reading it now")
    expect(hers.locator(".presence")).to_contain_text("Bob is reading it now")
    # What he says is on her page at once, and what she types is not lost by it.
    hers.get_by_label("Comment for the members").fill("Half a thought")
    his.get_by_role("button", name="@Alice").click()
    his.keyboard.type("the blue one")
    his.get_by_role("button", name="Comment", exact=True).click()
    expect(hers.locator(".team-lines")).to_contain_text("@Alice the blue one")
    expect(his.get_by_label("Comment for the members")).to_have_value("")
    expect(hers.get_by_label("Comment for the members")).to_have_value("Half a thought")
    # She answers: he is warned when he begins to answer too, and both see it.
    hers.goto(f"/writing/new/?answers={order.pk}&as=reply")
    expect(his.locator(".presence")).to_contain_text("Alice is answering it now")
    his.goto(f"/writing/new/?answers={order.pk}&as=reply")
    expect(his.locator(".presence")).to_contain_text(
        "Alice is answering this conversation right now"
    )
    expect(hers.locator(".presence")).to_contain_text("Bob is answering this conversation")
    his.goto("/leads/")
    expect(hers.locator(".presence")).not_to_contain_text("Bob")


@pytest.mark.django_db(transaction=True)
def test_new_mail_stands_in_the_open_inbox_at_once_and_after_a_pause(
    visit: Visit, alice: User, team: EmailAccount, lena: Person
) -> None:
    page = visit(alice, "/inbox/?column=people")
    expect(page.locator("html[data-live-state=open]")).to_be_attached()
    expect(page.get_by_text("Nothing in Contacts & Leads")).to_be_visible()
    received(team, message("First", timezone.now(), from_=LENA))
    expect(page.locator("#email-rows .subject")).to_have_text(["First"])
    expect(page.locator("#tab-people")).to_contain_text("1")
    stack = visit(alice, "/inbox/columns/")
    expect(stack.locator("html[data-live-state=open]")).to_be_attached()
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    received(team, message("While away", timezone.now(), from_=LENA))
    received(team, message("A stranger", timezone.now(), from_="x@shop.example"))
    expect(stack.locator("#stack-people .subject")).to_have_text(["While away", "First"])
    expect(stack.locator("#stack-outside .subject")).to_have_text(["A stranger"])
    expect(page.locator("#email-rows .subject")).to_have_text(["First"])
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(page.locator("#email-rows .subject")).to_have_text(["While away", "First"])
    expect(page.locator("#tab-outside")).to_contain_text("1")
