"""What Maya sells and how she works: deals in every stage, templates, a rule.

Each step is done once; what somebody changed or deleted in the demo stays so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from postroom.cli.demo.mailbox import ADDRESS
from postroom.cli.demo.world import cast

if TYPE_CHECKING:
    from postroom.team.models import User


@dataclass(frozen=True)
class SampleDeal:
    """A deal by days: begun so long ago, to be decided so far ahead."""

    name: str
    stage: str
    people: tuple[str, ...]
    amount: int
    begun: int
    ahead: int


DEALS = (
    SampleDeal("Nickel barometers for the lobby bar", "Offer made", ("layla",), 4320, 41, 14),
    SampleDeal("Twelve barometers for the lobby", "Won", ("layla",), 7800, 352, -280),
    SampleDeal("A tide clock for the clubhouse", "Talking", ("giorgos",), 980, 12, 30),
    SampleDeal("Regatta prizes", "Won", ("giorgos",), 1150, 131, -100),
    SampleDeal("Lamp room for visitors", "Agreeing", ("fiona", "alasdair"), 2640, 47, 7),
    SampleDeal("Restoration of no. 31", "Won", ("fiona", "alasdair"), 640, 244, -200),
    SampleDeal("Instruments for the cadets", "New", ("olena",), 5200, 20, 60),
    SampleDeal("Barometers for a house by the sea", "Offer made", ("dana",), 3150, 30, 10),
    SampleDeal("Weather station for the school roof", "Lost", ("teacher",), 420, 90, -30),
)

NOTES = (
    ("layla", "maya", 12, "Decides together with the architect. Nickel, never brass."),
    ("layla", "tom", 3, "Called: the lobby opens in spring, so the delivery date matters most."),
    ("fiona", "maya", 30, "Likes to be rung in the morning, before the boats go out."),
    ("olena", "tom", 8, "The cadets need spare needles with every instrument."),
)
TASKS = (
    ("layla", -1, "Send the drawing with the lamp sizes"),
    ("fiona", 0, "Ask when the visitors’ room is painted"),
    ("giorgos", 2, "Offer two sizes of the tide clock"),
    ("dana", 6, "Ring her about the house by the sea"),
)

TEMPLATES = (
    (
        "Offer, a week on",
        "Your offer",
        "<p>Dear {{person.first_name}},</p><p>a week ago I sent you our offer. Is there anything"
        " you would like to be different, or to see first? I am glad to send the brass by post.</p>"
        "<p>Kind regards<br>{{user.name}}</p>",
    ),
    (
        "Thank you",
        "Thank you",
        "<p>Dear {{person.first_name}},</p><p>thank you for your order. The workshop begins this"
        " week, and you will hear from us when it ticks.</p><p>Kind regards<br>{{user.name}}</p>",
    ),
)


def sell(now: datetime) -> None:
    """All of it, unless it was done at an earlier start."""
    from postroom.crm.models import Deal
    from postroom.team.models import User

    maya = User.objects.get(email=ADDRESS)
    if Deal.objects.exists():
        return
    for sample in DEALS:
        open_deal(sample, maya, now)
    write_down(maya, now)
    write_templates(maya, now)
    write_the_rule(maya, now)


def open_deal(sample: SampleDeal, owner: "User", now: datetime) -> None:
    """A deal, as if it had been opened when it began."""
    from postroom.crm.deals import DealEntry, keep_deal
    from postroom.crm.models import Deal
    from postroom.crm.pipeline import stages

    entry = DealEntry(
        name=sample.name,
        stage=stages().get(name=sample.stage),
        people=[cast.CUSTOMERS[who].mailbox for who in sample.people],
        amount=Decimal(sample.amount),
        currency="GBP",
        closing_on=(now + timedelta(days=sample.ahead)).date(),
        owner=owner,
        opened_at=now - timedelta(days=sample.begun),
    )
    # An open deal changed last when its people wrote last; a closed one when it was decided.
    keep_deal(Deal(), entry, now + timedelta(days=min(sample.ahead, 0)))


def write_down(maya: "User", now: datetime) -> None:
    """What Maya and Tom know of their customers, and what is to be done."""
    from postroom.crm.notes import write_note
    from postroom.crm.people import find_person
    from postroom.crm.tasks import TaskEntry, add_task
    from postroom.team.models import User

    tom = User.objects.get(email=cast.COLLEAGUES["tom"].mailbox)
    people = {who: find_person(cast.CUSTOMERS[who].mailbox) for who in cast.CUSTOMERS}
    for who, author, days, text in NOTES:
        if person := people[who]:
            by = {"maya": maya, "tom": tom}[author]
            write_note(person, text, by, now - timedelta(days=days))
    for who, days, words in TASKS:
        if person := people[who]:
            due_on = (now + timedelta(days=days)).date()
            add_task(person, TaskEntry(words, due_on, assignee=maya), maya, now)


def write_templates(owner: "User", now: datetime) -> None:
    """Two templates that everyone writes with."""
    from postroom.outbox.models import EmailTemplate, TemplateSharing
    from postroom.outbox.templates import TemplateText, keep_template

    for name, subject, html in TEMPLATES:
        text = TemplateText(name, "Sales", subject, html, TemplateSharing.EVERYONE)
        keep_template(EmailTemplate(owner=owner), text, now)


def write_the_rule(owner: "User", now: datetime) -> None:
    """What comes from customers with an open deal is flagged."""
    from postroom.association.steps import Step
    from postroom.rules.models import Trigger
    from postroom.rules.writing import WrittenRule, write_rule

    rule = WrittenRule(
        name="Customers with an open deal",
        trigger=Trigger.RECEIVED,
        conditions=[Step(kind="deal", text="")],
        deeds=[Step(kind="flag", text="")],
    )
    write_rule(owner, rule, now)
