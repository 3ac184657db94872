"""Each condition of a rule on one email that fulfils it, and on one that does not."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, message, person, received, user
from postroom.archive.actions import ask_for_label
from postroom.archive.labels import label_called
from postroom.archive.models import Email
from postroom.association.conditions import KINDS
from postroom.association.steps import Step
from postroom.crm.models import Company, Deal, Outcome, Person, Stage
from postroom.crm.pipeline import first_stage, stages
from postroom.rules.meeting import emails_met
from postroom.rules.models import Trigger
from postroom.rules.trying import try_out, unsaved
from postroom.rules.writing import WrittenRule

pytestmark = pytest.mark.django_db

LENA, CLARA, STRANGER = "lena@customer.example", "clara@works.example", "x@nowhere.example"
FILE = (
    "--b\r\nContent-Type: text/plain\r\n\r\nHi.\r\n--b\r\nContent-Type: application/pdf\r\n"
    'Content-Disposition: attachment; filename="offer.pdf"\r\n\r\nPDF\r\n--b--\r\n'
)

# Kind, what stands beside it, which of the letters it finds.
CASES = [
    ("from", "lena lead", "lena"),
    ("from", "LENA@customer", "lena"),
    ("not_from", "example", ""),
    ("not_from", "lena", "clara stranger bob alone"),
    ("to", "team@", "clara"),
    ("alone", "", "lena stranger bob alone"),
    ("to_me", "", "lena clara stranger bob"),
    ("unread", "", "lena clara stranger alone"),
    ("starred", "", "stranger"),
    ("subject", "OFFER", "lena"),
    ("not_subject", "offer", "clara stranger bob alone"),
    ("label", "FAIR 2026", "lena"),
    ("label", "fair", ""),
    ("attachments", "", "lena"),
    ("larger", "1", "alone"),
    ("folder", "sales", "clara"),
    ("lead", "", "lena"),
    ("contact", "", "clara"),
    ("known", "", "lena clara"),
    ("unknown", "", "stranger alone"),
    ("colleague", "", "bob"),
    ("company", "works gmbh", "clara"),
    ("company", "works", ""),
    ("source", "trade show", "lena"),
    ("source", "trade", ""),
    ("deal", "", "clara"),
    ("deal_over", "900", "clara"),
    ("deal_over", "1001", ""),
    ("deal_stage", "NEW", "clara"),
    ("deal_stage", "won", "lena"),
    ("deal_owner", "alice", "clara"),
    ("deal_owner", "bob@example.com", ""),
    ("closing", "29", "clara"),
    ("closing", "28", ""),
    ("closing_month", "", "clara"),
    ("customer", "", "lena"),
]


@pytest.fixture
def letters() -> dict[str, Email]:
    """What Alice received: from a lead, a contact with a deal, a stranger, a colleague."""
    alice = user("Alice")
    user("Bob")
    account = account_of(alice)
    lena = person("Lena Lead", LENA)
    Person.objects.filter(pk=lena.pk).update(lead_source="Trade Show")
    clara = person("Clara Contact", CLARA, stage=Stage.CONTACT)
    clara.company = Company.objects.create(name="Works GmbH")
    clara.save()
    stage = first_stage()
    begun = {"opened_at": NOON, "changed_at": NOON}
    deal = Deal.objects.create(
        name="Line",
        stage=stage,
        amount=1000,
        owner=alice,
        closing_on=NOON.date() + timedelta(days=29),
        **begun,
    )
    deal.people.add(clara)
    won = stages().get(outcome=Outcome.WON)
    Deal.objects.create(name="Won", stage=won, closed_at=NOON, **begun).people.add(lena)
    me = alice.email
    offer = {"content_type": 'multipart/mixed; boundary="b"', "mime_version": "1.0"}
    letters = {
        "lena": received(
            account,
            message("An offer", from_=f"Lena Lead <{LENA}>", to=me, body=FILE, **offer),
        ),
        "clara": received(
            account, message("Hello", from_=CLARA, to=me, cc="team@works.example"), "Sales"
        ),
        "stranger": received(account, message("Hi", from_=STRANGER, to=me)),
        "bob": received(account, message("Lunch", from_="bob@example.com", to=me)),
        "alone": received(
            account,
            message("Big", from_="y@nowhere.example", to="list@x.example", body="x" * 1_100_000),
        ),
    }
    Email.objects.filter(pk=letters["bob"].pk).update(is_read=True)
    Email.objects.filter(pk=letters["stranger"].pk).update(is_flagged=True)
    label = label_called(account, "Fair 2026")
    ask_for_label(letters["lena"], label, NOON, is_on=True)
    return letters


def test_each_condition_finds_what_it_says(letters: dict[str, Email]) -> None:
    alice = letters["lena"].account.owner
    found = {
        (kind, text): " ".join(sorted(met_by(alice, letters, [Step(kind=kind, text=text)])))
        for kind, text, _ in CASES
    }
    assert found == {(kind, text): " ".join(sorted(want.split())) for kind, text, want in CASES}
    assert {kind for kind, _, _ in CASES} == set(KINDS)


def test_all_and_any(letters: dict[str, Email]) -> None:
    alice = letters["lena"].account.owner
    steps = [Step(kind="known", text=""), Step(kind="subject", text="hello")]
    assert met_by(alice, letters, steps) == {"clara"}
    assert met_by(alice, letters, steps, needs_all=False) == {"lena", "clara"}
    assert met_by(alice, letters, []) == set(letters)


def test_the_other_side_of_a_sent_email_is_its_recipient() -> None:
    alice = user("Alice")
    account = account_of(alice)
    person("Lena Lead", LENA)
    sent = received(account, message("To you", from_=alice.email, to=LENA), "Sent")
    rule = WrittenRule(
        "r", Trigger.SENT, [Step(kind="lead", text="")], [Step(kind="flag", text="")]
    )
    assert [e.pk for e in try_out(alice, rule, NOON).newest] == [sent.pk]


def met_by(
    alice: object, letters: dict[str, Email], steps: list[Step], *, needs_all: bool = True
) -> set[str]:
    rule = WrittenRule("r", Trigger.RECEIVED, steps, [], needs_all=needs_all)
    met = emails_met(unsaved(alice, rule, NOON), NOON + timedelta(hours=1))  # type: ignore[arg-type]
    names = {email.pk: name for name, email in letters.items()}
    return {names[pk] for pk in met.values_list("pk", flat=True)}
