"""What goes in and comes out of deals and companies, as the OpenAPI declares it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from postroom.api.paging import RowId
from postroom.api.shapes import Address, CompanyName, Sent, without_controls

MOST_PEOPLE = 50

DealName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=160),
    AfterValidator(without_controls),
]
NewName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=160),
    AfterValidator(without_controls),
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
People = Annotated[list[Address], Field(max_length=MOST_PEOPLE)]
OutcomeWord = Literal["open", "won", "lost"]


class DealStageOut(Schema):
    """A step of the pipeline, with the chance in per cent that a deal in it is won."""

    id: int
    name: str = Field(examples=["Offer made"])
    probability: int
    outcome: OutcomeWord


class NamedOut(Schema):
    """Somebody or something by number and name."""

    id: int
    name: str


class DealOut(Schema):
    """A deal with its people; `closed_at` is null while it is open."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["Spring order"])
    stage: DealStageOut
    amount: str | None = Field(examples=["12500.00"])
    currency: str = Field(examples=["EUR"])
    company: NamedOut | None
    people: list[NamedOut]
    owner: NamedOut | None
    closing_on: date | None
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None


class NewDeal(Sent):
    """A deal to be added: people by one of their addresses, its stage the first unless named."""

    name: DealName = Field(examples=["Spring order"])
    stage: RowId | None = None
    people: People = Field(default=[], examples=[["lena@customer.example"]])
    company: CompanyName = ""
    amount: Amount | None = Field(default=None, examples=["12500.00"])
    currency: Currency = Field(default="EUR", examples=["EUR"])
    closing_on: date | None = None
    owner: RowId | None = None


class DealChange(Sent):
    """What is to change; what is left out stays. `people` are all of them."""

    name: DealName | None = None
    stage: RowId | None = None
    people: People | None = None
    company: CompanyName | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    closing_on: date | None = None
    owner: RowId | None = None


class CompanyOut(Schema):
    """A company, and how many people and deals it has."""

    id: int
    name: str = Field(examples=["Customer Ltd"])
    people: int
    deals: int


class CompanyChange(Sent):
    """What a company is called from now on."""

    name: NewName = Field(examples=["Customer Ltd"])


class EmailDealIn(Sent):
    """The deal of an email's conversation; null: none on purpose."""

    deal: RowId | None = Field(examples=[7])


class EmailDealOut(Schema):
    """The deal of an email, and why: by hand, of its conversation, or by the rule."""

    deal: NamedOut | None
    why: Literal["linked", "taken out", "conversation", "only one", "changed last", "none"]
