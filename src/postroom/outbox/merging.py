"""Merge fields: what stands in a template for the person, their company, a deal, the writer.

What has no value stays where it is, in its braces: its writer sees it, and it does not leave so.
Values are put in once, as text; what they hold is never read as a field, or as HTML.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.html import escape

from postroom.crm.models import Deal, Person, PersonAddress
from postroom.mime import parse_addresses
from postroom.team.models import User

TOKEN: Final = re.compile(r"\{\{\s*((?:person|company|deal|user)\.[a-z_]{1,40})\s*\}\}")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what an email is about, and who writes it."""

    user: User
    person: Person | None = None
    deal: Deal | None = None

    @property
    def words(self) -> str:
        """For whom a template is filled in, to be told."""
        if self.person is None:
            return "nobody you know"
        more = [str(self.person.company)] if self.person.company else []
        more += [f"deal “{self.deal}”"] if self.deal else []
        return ", ".join([str(self.person), *more])


@dataclass(frozen=True, slots=True)
class MergeField:
    """A place in a template: its name for people, how its value is found, why there may be none."""

    label: str
    value: Callable[[Subject], str]
    why_none: str


def of_person(find: Callable[[Person], str]) -> Callable[[Subject], str]:
    """The value of a person, if there is one."""
    return lambda about: find(about.person) if about.person else ""


def of_deal(find: Callable[[Deal], str]) -> Callable[[Subject], str]:
    """The value of a deal, if there is one."""
    return lambda about: find(about.deal) if about.deal else ""


def amount(deal: Deal) -> str:
    """What it is about, with its currency."""
    if deal.amount is None:
        return ""
    return f"{number_format(deal.amount, use_l10n=True, force_grouping=True)} {deal.currency}"


def closing_date(deal: Deal) -> str:
    """When it is to be decided."""
    return date_format(deal.closing_on, "j F Y") if deal.closing_on else ""


def address(person: Person) -> str:
    """A person's first address."""
    primary = person.addresses.order_by("-is_primary", "pk").first()
    return primary.address if primary else ""


NOBODY = "the address in To is no lead or contact"
NO_DEAL = "this person has no open deal"

FIELDS: Final[dict[str, MergeField]] = {
    "person.first_name": MergeField(
        "First name", of_person(lambda p: p.first_name), "no first name is entered"
    ),
    "person.last_name": MergeField("Last name", of_person(lambda p: p.last_name), NOBODY),
    "person.name": MergeField("Whole name", of_person(lambda p: p.name), NOBODY),
    "person.email": MergeField("Email address", of_person(address), NOBODY),
    "person.phone": MergeField(
        "Telephone", of_person(lambda p: p.phone), "no telephone number is entered"
    ),
    "company.name": MergeField(
        "Company", of_person(lambda p: str(p.company or "")), "no company is entered"
    ),
    "deal.name": MergeField("Deal", of_deal(str), NO_DEAL),
    "deal.amount": MergeField("Deal’s amount", of_deal(amount), "the deal has no amount"),
    "deal.stage": MergeField("Deal’s stage", of_deal(lambda d: str(d.stage)), NO_DEAL),
    "deal.closing_date": MergeField(
        "Deal’s closing date", of_deal(closing_date), "the deal has no closing date"
    ),
    "user.name": MergeField("My name", lambda about: about.user.name, "you have no name here"),
    "user.email": MergeField("My address", lambda about: about.user.email, ""),
}


def subject_of(user: User, to: str) -> Subject:
    """Whom the first known address is of, with their open deal that was changed last."""
    canonical = [one.canonical for one in parse_addresses(to[:2000]) if one.canonical]
    known = PersonAddress.objects.filter(canonical__in=canonical).select_related("person__company")
    people = {one.canonical: one.person for one in known}
    person = next((people[one] for one in canonical if one in people), None)
    return about(user, person)


def about(user: User, person: Person | None) -> Subject:
    """A person, with their open deal that was changed last."""
    deals = person.deals.filter(closed_at=None).select_related("stage") if person else None
    return Subject(user, person, deals.first() if deals is not None else None)


def filled(text: str, about: Subject, *, is_html: bool = False) -> str:
    """The text with what there is in the place of its fields."""

    def value_of(token: re.Match[str]) -> str:
        field = FIELDS.get(token[1])
        value = " ".join(field.value(about).split()) if field else ""
        return (escape(value) if is_html else value) or token[0]

    return TOKEN.sub(value_of, text)


def left_over(*texts: str) -> list[str]:
    """The fields that still stand in these texts, each once."""
    return list(dict.fromkeys(name for text in texts for name in TOKEN.findall(text)))


def why_left_over(names: list[str], about: Subject) -> str:
    """What is missing and why, in a sentence."""
    return ", ".join(f"{{{{{name}}}}} ({reason(name, about)})" for name in names)


def reason(name: str, about: Subject) -> str:
    """Why a field has no value."""
    field = FIELDS.get(name)
    if field is None:
        return "there is no such field"
    if about.person is None and not name.startswith("user."):
        return NOBODY
    if about.deal is None and name.startswith("deal."):
        return NO_DEAL
    return field.why_none
