"""Templates: merge fields of person, company, deal and user; shared as their owner says; what has
no value is told, and does not leave."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import NOON
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.crm.models import Company, Deal, DealStage, Person
from postroom.outbox.merging import FIELDS, Subject, about, filled, left_over, subject_of
from postroom.outbox.models import EmailTemplate, OutgoingEmail, OutgoingState, TemplateSharing
from postroom.outbox.templates import templates_for
from postroom.team.models import InboxColumn, Role, SavedSearch, User
from web.browser import Visit, axe_violations
from web.test_writing import fields_of

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"


@pytest.fixture
def sending(account: EmailAccount) -> EmailAccount:
    """Alice's mailbox, which could send."""
    account.smtp_host, account.smtp_port, account.smtp_security = "127.0.0.1", 1, "none"
    account.save()
    keep_secret(account, Direction.OUTGOING, "x")
    return account


@pytest.fixture
def offer(alice: User) -> EmailTemplate:
    return EmailTemplate.objects.create(
        owner=alice,
        name="Offer",
        subject="For {{company.name}}",
        html="<p>Dear {{person.first_name}}, about {{ deal.name }}: {{deal.amount}}</p>",
        changed_at=NOON,
    )


@pytest.fixture
def roof(lena: Person) -> Deal:
    """Lena's deal; she works at a company whose name is no markup."""
    Person.objects.filter(pk=lena.pk).update(company=Company.objects.create(name="Mill & <b>Sons"))
    stage = DealStage.objects.first() or DealStage.objects.create(
        name="New", position=0, probability=10
    )
    deal = Deal.objects.create(
        name="Roof", stage=stage, amount=Decimal("1200.50"), opened_at=NOON, changed_at=NOON
    )
    deal.people.add(lena)
    lena.refresh_from_db()
    return deal


def test_every_field_has_a_value_where_there_is_one(lena: Person, alice: User, roof: Deal) -> None:
    roof.closing_on = NOON.date()
    roof.save()
    lena.phone = "+49 30 123"
    found = {name: filled(f"{{{{{name}}}}}", about(alice, lena)) for name in FIELDS}
    assert found == {
        "person.first_name": "Lena",
        "person.last_name": "Lead",
        "person.name": "Lena Lead",
        "person.email": LENA,
        "person.phone": "+49 30 123",
        "company.name": "Mill & <b>Sons",
        "deal.name": "Roof",
        "deal.amount": "1,200.50 EUR",
        "deal.stage": str(roof.stage),
        "deal.closing_date": "2 March 2026",
        "user.name": "Alice",
        "user.email": "alice@example.com",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "is_html", "result"),
    [
        ("{{ user.name }}!", False, "{{user.email}}<i>!"),
        ("{{user.name}}", True, "{{user.email}}&lt;i&gt;"),
        ("{{person.name}} {{user.shoe}} {{x}} {{user.name", False, None),
        ("{{USER.NAME}} {user.name}", False, None),
    ],
)
def test_values_are_text_and_what_has_none_stays(
    text: str, is_html: bool, result: str | None
) -> None:
    """What a value holds is read neither as a field nor as HTML."""
    someone = Subject(User(name="{{user.email}}<i>", email="a@x.example"))
    assert filled(text, someone, is_html=is_html) == (result or text)


def test_it_is_shared_as_its_owner_says(
    offer: EmailTemplate, alice: User, bob: User, charlie: User
) -> None:
    def writes_with_it() -> list[bool]:
        return [templates_for(user).exists() for user in (alice, bob, charlie)]

    assert writes_with_it() == [True, False, False]
    sales = Role.objects.create(name="Sales")
    User.objects.filter(pk=bob.pk).update(role=sales)
    bob.refresh_from_db()
    offer.sharing = TemplateSharing.ROLES
    offer.save()
    assert writes_with_it() == [True, False, False]
    offer.roles.add(sales)
    assert writes_with_it() == [True, True, False]
    offer.sharing = TemplateSharing.EVERYONE
    offer.save()
    assert writes_with_it() == [True, True, True]


def test_colleagues_look_at_what_is_shared_and_only_its_owner_changes_it(
    offer: EmailTemplate, lena: Person, bob: User, as_user: SignIn
) -> None:
    address = f"/templates/{offer.pk}/"
    assert as_user(bob).get(address).status_code == 404
    EmailTemplate.objects.update(sharing=TemplateSharing.EVERYONE)
    shown = as_user(bob).get(f"{address}?for=lena")
    assert "For <bdi>Lena Lead" in shown.content.decode()
    assert "no company is entered" in shown.content.decode()
    assert "Dear Lena" in as_user(bob).get(f"{address}filled/?for=lena").content.decode()
    assert "No lead or contact" in as_user(bob).get(f"{address}?for=zz").content.decode()
    assert as_user(bob).post(address, {"name": "Mine"}).status_code == 404
    assert as_user(bob).post(f"{address}removal/").status_code == 404
    User.objects.filter(pk=bob.pk).update(is_administrator=True)
    assert as_user(bob).post(f"{address}removal/").status_code == 302


def test_it_is_kept_sanitised_and_refused_at_its_field(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    typed = {"name": "A", "html": "<p>x<script>y()</script></p>", "sharing": "mine"}
    assert client.post("/templates/new/", typed).status_code == 302
    assert EmailTemplate.objects.get().html == "<p>x</p>"
    again = client.post("/templates/new/", typed | {"name": "a"})
    assert "You have a template of this name" in again.content.decode()
    Role.objects.create(name="Sales")
    alone = client.post("/templates/new/", typed | {"name": "B", "sharing": "roles"})
    assert "Choose at least one role" in alone.content.decode()
    assert EmailTemplate.objects.count() == 1


def test_what_is_missing_is_told_and_does_not_leave(
    sending: EmailAccount, offer: EmailTemplate, lena: Person, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": f"Lena <{LENA}>"}
    used = client.post("/writing/new/", fields | {"template": offer.pk}, follow=True)
    page = used.content.decode()
    assert "is filled in for Lena Lead." in page
    assert "{{company.name}} (no company is entered)" in page
    draft = OutgoingEmail.objects.get()
    assert draft.html.startswith("<p>Dear Lena, about {{ deal.name }}")
    typed = {"html": draft.html, "subject": draft.subject, "do": "send"}
    refused = client.post(f"/writing/{draft.key}/", fields | typed)
    assert refused.status_code == 422
    assert "{{deal.name}} (this person has no open deal)" in refused.content.decode()
    typed |= {"html": "<p>Dear Lena, about your roof</p>", "subject": "For you"}
    client.post(f"/writing/{draft.key}/", fields | typed)
    draft.refresh_from_db()
    assert draft.state == OutgoingState.HELD


def test_to_names_whom_it_is_about(lena: Person, alice: User, roof: Deal) -> None:
    found = subject_of(alice, f"nobody@x.example, Lena <{LENA.upper()}>")
    assert (found.person, found.deal) == (lena, roof)
    assert subject_of(alice, "x, y@").person is None
    assert left_over("{{deal.name}} {{deal.name}}", "{{x}}") == ["deal.name"]


@pytest.mark.django_db(transaction=True)
def test_alice_writes_a_template_looks_at_it_and_uses_it(
    visit: Visit, sending: EmailAccount, lena: Person, alice: User
) -> None:
    page = visit(alice, "/templates/new/", width=768)
    page.get_by_label("Name", exact=True).fill("Offer")
    page.get_by_label("Folder").fill("Sales")
    subject, text = page.get_by_label("Subject"), page.get_by_role("textbox", name="Text")
    page.get_by_text("Fields to put in").click()
    subject.fill("For ")
    page.get_by_role("button", name="Whole name").click()
    expect(subject).to_have_value("For {{person.name}}")
    text.press_sequentially("Dear ")
    page.get_by_role("button", name="First name").click()
    expect(text).to_have_text("Dear {{person.first_name}}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label("Name or address").fill("lena")
    page.keyboard.press("Enter")
    expect(page.frame_locator("iframe").get_by_text("Dear Lena")).to_be_visible()
    page.goto(f"/writing/new/?person={lena.pk}")
    page.get_by_text("Use a template").click()
    page.get_by_role("button", name="Sales › Offer").press("Enter")
    expect(page.get_by_role("textbox", name="Text")).to_have_text("Dear Lena")
    expect(page.get_by_label("Subject")).to_have_value("For Lena Lead")
    assert axe_violations(page) == []


@pytest.mark.django_db(transaction=True)
def test_a_template_that_was_removed_is_brought_back_whole(
    visit: Visit, alice: User, offer: EmailTemplate
) -> None:
    sellers = Role.objects.create(name="Sellers")
    offer.sharing = TemplateSharing.ROLES
    offer.save()
    offer.roles.set([sellers])
    before = EmailTemplate.objects.values().get()
    page = visit(alice, f"/templates/{offer.pk}/")
    page.get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("was removed. What was written with it stays.")).to_be_visible()
    assert not EmailTemplate.objects.exists()
    page.keyboard.press("z")
    expect(page.get_by_text("It is back.")).to_be_visible()
    assert EmailTemplate.objects.values().get() == before
    assert list(EmailTemplate.objects.get().roles.all()) == [sellers]


def test_what_has_its_name_taken_meanwhile_stays_removed(
    alice: User, offer: EmailTemplate, as_user: SignIn
) -> None:
    client = as_user(alice)
    page = client.post(f"/templates/{offer.pk}/removal/", follow=True).content.decode()
    token = page.partition('name="row" value="')[2].partition('"')[0]
    EmailTemplate.objects.create(owner=alice, name=offer.name, changed_at=timezone.now())
    answer = client.post("/removed/", {"row": token}, follow=True).content.decode()
    assert "there is another one of its name" in answer
    assert EmailTemplate.objects.count() == 1


def test_columns_and_kept_searches_are_brought_back_too(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    column = InboxColumn.objects.create(
        owner=alice, name="Fair", position=1, conditions=[{"kind": "to-me", "text": ""}]
    )
    kept = SavedSearch.objects.create(user=alice, name="Offers", words="offer")
    for model, address in (
        (InboxColumn, f"/inbox/own/{column.pk}/removal/"),
        (SavedSearch, f"/search/saved/{kept.pk}/removal/"),
    ):
        before = model._default_manager.values().get()
        page = client.post(address, follow=True).content.decode()
        assert not model._default_manager.exists()
        token = page.partition('name="row" value="')[2].partition('"')[0]
        assert client.post("/removed/", {"row": token}).status_code == 302
        assert model._default_manager.values().get() == before
