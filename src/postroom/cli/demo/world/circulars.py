"""Mail that machines send: orders, parcels, newsletters, lists, bills, invitations, junk.

What differs from one to the next stands in `text/circulars.toml`; each kind has a function here.
"""

import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from importlib.resources import files
from typing import Any

from postroom.cli.demo.world.cast import EVERYBODY, OWN_DOMAIN, correspondent_of
from postroom.cli.demo.world.circular_pages import gazette_page, order_page
from postroom.cli.demo.world.enclosures import Enclosure, make_invitation, make_pdf
from postroom.cli.demo.world.letters import Envelope, Letter, Wording, compose, identity_for
from postroom.cli.demo.world.moments import fill_in_dates, parse_moment, working_day

Facts = dict[str, Any]
_MAYA = EVERYBODY["maya"].address
_REPORT = """Content-Type: message/delivery-status

Reporting-MTA: dns; mail.{domain}

Final-Recipient: rfc822; {lost}
Action: failed
Status: 5.1.1
"""


def compose_circulars(now: datetime) -> Iterator[Letter]:
    """All mail from machines, as it lies in the mailbox today."""
    facts = tomllib.loads(files(__package__).joinpath("text/circulars.toml").read_text("utf-8"))
    for kind, items in facts.items():
        for number, item in enumerate(items):
            at = working_day(parse_moment(f"{item['days']}d {_HOURS[kind]}", now))
            yield from _KINDS[kind](item, number, min(at, now - timedelta(minutes=90)))
    yield from _bounces(now)


def _shop(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = Address("Holloway Brass", addr_spec="orders@holloway-brass.example")
    rows = "\n".join(
        f"{amount:>4} × {name}  £{price:.2f}" for name, amount, price in facts["lines"]
    )
    text = f"Thank you for your order {facts['order']}.\n\n{rows}\n\nHolloway Brass, Birmingham"
    envelope = _envelope(sender, f"Your order {facts['order']}", at)
    yield _file("Orders", compose(envelope, Wording(text, order_page(facts))), envelope)


def _parcel(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = EVERYBODY["carrier"].address
    collected = f"Your parcel {facts['number']} for {facts['place']} was collected today."
    delivered = f"Your parcel {facts['number']} was delivered. It was received by {facts['by']}."
    arrival = working_day(at + timedelta(days=facts["took"], hours=2))
    for subject, text, day in (
        (f"{facts['number']}: on its way", collected, at),
        (f"{facts['number']}: delivered", delivered, arrival),
    ):
        envelope = _envelope(sender, subject, day)
        yield _file("Orders", compose(envelope, Wording(f"{text}\n\nNorthern Parcel")), envelope)


def _gazette(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = Address("The Brass Gazette", addr_spec="post@brass-gazette.example")
    text = f"{facts['headline']}\n\n{facts['lead']}\n\nAlso in this number: {facts['second']}"
    envelope = _envelope(sender, f"The Brass Gazette: {facts['headline']}", at)
    message = compose(envelope, Wording(text, gazette_page(facts, 118 + number)))
    message["List-Unsubscribe"] = "<mailto:leave@brass-gazette.example>"
    message["Precedence"] = "bulk"
    yield _file("INBOX" if number >= 11 else "Archive", message, envelope)


def _guild(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = Address("Guild of Instrument Makers", addr_spec="clerk@instrument-guild.example")
    envelope = _envelope(sender, facts["subject"], at)
    text = f"To all members\n\n{facts['text']}\n\nThe Clerk"
    yield _file("Archive", compose(envelope, Wording(text)), envelope)


def _hosting(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = Address("Tidewater Hosting", addr_spec="billing@tidewater-hosting.example")
    name = f"invoice-{30412 + number * 97}"
    bill = make_pdf(("Tidewater Hosting", name, f"{at:%B %Y}", "Small server, backups   GBP 14.00"))
    text = f"Your invoice for {at:%B %Y} is attached: £14.00, paid by direct debit.\n\nTidewater"
    envelope = _envelope(sender, f"Invoice for {at:%B %Y}", at)
    enclosure = Enclosure(f"{name}.pdf", ("application", "pdf"), bill)
    yield _file("Archive", compose(envelope, Wording(text), [enclosure]), envelope)


def _enquiry(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = EVERYBODY["website"].address
    text = f"Name: {facts['name']}\nFrom: {facts['place']}\nMessage: {facts['text']}"
    envelope = _envelope(sender, f"New enquiry from the website: {facts['name']}", at)
    yield _file("INBOX", compose(envelope, Wording(text)), envelope)


def _list(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    mailbox = f"{facts['who'].lower().replace(' ', '.')}@postbox.example"
    everyone = Address("barograph-collectors", addr_spec="barographs@lists.collectors.example")
    topic = facts["subject"].removeprefix("Re: ")
    first = identity_for(topic, "lists.collectors.example")
    answering = facts["subject"] != topic
    envelope = Envelope(
        sender=Address(facts["who"], addr_spec=mailbox),
        to=[everyone],
        subject=f"{'Re: ' if answering else ''}[barographs] {topic}",
        at=at + timedelta(minutes=number * 7),
        identity=identity_for(f"{topic}/{number}", "postbox.example") if answering else first,
        answers=(first,) if answering else (),
    )
    message = compose(envelope, Wording(f"{facts['text']}\n\n{facts['who'].split()[0]}"))
    message["List-Id"] = "<barographs.lists.collectors.example>"
    yield _file("Lists", message, envelope)


def _bank(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    sender = Address("Esk & Coast Bank", addr_spec="notices@eskcoast-bank.example")
    text = (
        f"A payment has reached your account.\n\nFrom: {facts['payer']}\nAmount: {facts['amount']}"
    )
    envelope = _envelope(sender, f"Payment received: {facts['amount']}", at)
    yield _file("Archive", compose(envelope, Wording(text)), envelope)


def _away(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    writer = correspondent_of(facts["who"])
    envelope = _envelope(writer.address, facts["subject"], at)
    wording = Wording(fill_in_dates(facts["text"], at), charset=writer.charset)
    message = compose(envelope, wording)
    message["Auto-Submitted"] = "auto-replied"
    yield _file("INBOX", message, envelope)


def _invitation(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    writer = correspondent_of(facts["who"])
    starts = working_day(at + timedelta(days=facts["starts"])).replace(hour=14, minute=0)
    title = facts["subject"].removeprefix("Invitation: ")
    envelope = _envelope(writer.address, facts["subject"], at)
    content = make_invitation(
        title, starts.astimezone(UTC), writer.mailbox, envelope.identity[1:-1]
    )
    enclosure = Enclosure("invite.ics", ("text", "calendar"), content)
    wording = Wording(f"{title}\n{starts:%A} {starts.day} {starts:%B}, {starts:%H:%M}")
    yield _file("INBOX", compose(envelope, wording, [enclosure]), envelope)


def _junk(facts: Facts, number: int, at: datetime) -> Iterator[Letter]:
    envelope = _envelope(Address(facts["who"], addr_spec=facts["address"]), facts["subject"], at)
    yield _file("Junk", compose(envelope, Wording(facts["text"])), envelope, flags="")


def _bounces(now: datetime) -> Iterator[Letter]:
    postmaster = Address("Mail Delivery System", addr_spec=f"MAILER-DAEMON@mail.{OWN_DOMAIN}")
    for days, lost in ((266, "papadakis.family26@postbox.example"), (70, "orders@holoway.example")):
        at = working_day(parse_moment(f"{days}d 17:44", now))
        text = f"Your message could not be delivered to <{lost}>: 550 5.1.1 no such user."
        envelope = _envelope(postmaster, "Undelivered mail returned to sender", at)
        message = compose(envelope, Wording(text))
        message.make_mixed()
        report = _REPORT.format(domain=OWN_DOMAIN, lost=lost)
        message.attach(message_from_string(report, policy=SMTP))
        message.set_type("multipart/report")
        message.set_param("report-type", "delivery-status")
        message["Auto-Submitted"] = "auto-replied"
        yield _file("INBOX", message, envelope)


def _envelope(sender: Address, subject: str, at: datetime) -> Envelope:
    identity = identity_for(f"{sender.addr_spec}/{subject}/{at.date()}", sender.domain)
    return Envelope(sender, [_MAYA], subject, at, identity)


def _file(folder: str, message: EmailMessage, envelope: Envelope, flags: str = "S") -> Letter:
    return Letter(folder, envelope.at, flags, envelope.identity, message.as_bytes())


_HOURS = {
    "shop": "16:05", "parcel": "11:31", "gazette": "06:30", "guild": "12:00", "hosting": "04:10",
    "enquiry": "20:22", "list": "21:17", "bank": "08:01", "away": "11:06", "invitation": "09:47",
    "junk": "03:33",
}  # fmt: skip
_KINDS: dict[str, Callable[[Facts, int, datetime], Iterator[Letter]]] = {
    "shop": _shop, "parcel": _parcel, "gazette": _gazette, "guild": _guild, "hosting": _hosting,
    "enquiry": _enquiry, "list": _list, "bank": _bank, "away": _away, "invitation": _invitation,
    "junk": _junk,
}  # fmt: skip
