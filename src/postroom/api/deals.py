"""Deals: found, read, added, changed and moved; their emails, and the deal of an email."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.deal_shapes import (
    DealChange,
    DealOut,
    DealStageOut,
    EmailDealIn,
    EmailDealOut,
    NewDeal,
)
from postroom.api.email_rows import emails_out
from postroom.api.paging import Page, RowId, Wanted, page, sort_of, sorted_page
from postroom.api.problems import ABSENT, Problem, invalid
from postroom.api.related import parse_place
from postroom.api.shapes import EmailOut
from postroom.api.sight import get_email
from postroom.archive.deal_links import leave_to_the_rule, link_conversation
from postroom.association import related_emails
from postroom.association.deals import deal_for_email
from postroom.crm.deals import DealEntry, NobodyThere, find_deals, keep_deal
from postroom.crm.models import Company, Deal, DealStage, Person
from postroom.crm.orders import OF_DEALS
from postroom.crm.pipeline import first_stage, stages
from postroom.team.models import User

router = Router(tags=["Deals"])


class DealsWanted(Wanted):
    """Which deals to list."""

    q: str = Field(default="", max_length=200, description="Words in name, company or people.")
    stage: RowId | None = None
    sort: str = sort_of(OF_DEALS)


@router.get("/deal-stages", response=list[DealStageOut])
def list_stages(request: KeyRequest) -> list[DealStage]:
    """The pipeline: its stages in their order."""
    return list(stages())


@router.get("/deals", response=Page[DealOut])
def list_deals(
    request: KeyRequest, response: HttpResponse, wanted: Query[DealsWanted]
) -> dict[str, object]:
    """Deals, changed last first unless asked otherwise."""
    deals = find_deals(wanted.q.replace("\0", "")).prefetch_related("people")
    if wanted.stage:
        deals = deals.filter(stage=wanted.stage)
    found = sorted_page(deals, OF_DEALS, wanted.sort, wanted)
    return page(request, response, [deal_out(deal) for deal in found.rows], found.next)


@router.post("/deals", response={201: DealOut}, auth=WRITE)
def add_deal(request: KeyRequest, response: HttpResponse, new: NewDeal) -> Status[object]:
    """Add a deal. The mail with its people is its own at once."""
    deal = Deal()
    keep(deal, new)
    response.headers["Location"] = f"{request.path}/{deal.pk}"
    return Status(201, deal_out(get_deal(deal.pk)))


@router.get("/deals/{deal_id}", response=DealOut)
def show_deal(request: KeyRequest, deal_id: RowId) -> dict[str, object]:
    """One deal, with its stage and people."""
    return deal_out(get_deal(deal_id))


@router.patch("/deals/{deal_id}", response=DealOut, auth=WRITE)
def change_deal(request: KeyRequest, deal_id: RowId, change: DealChange) -> dict[str, object]:
    """Change a deal, or move it to another stage."""
    keep(get_deal(deal_id), change)
    return deal_out(get_deal(deal_id))


@router.get("/deals/{deal_id}/emails", response=Page[EmailOut])
def list_deal_emails(
    request: KeyRequest, response: HttpResponse, deal_id: RowId, wanted: Query[Wanted]
) -> dict[str, object]:
    """The emails of a deal that the user of the key may see, newest first."""
    return mail_out(request, response, get_deal(deal_id), wanted)


@router.get("/emails/{email_id}/deal", response=EmailDealOut)
def show_email_deal(request: KeyRequest, email_id: RowId) -> dict[str, object]:
    """The deal of an email, and why."""
    found = deal_for_email(get_email(request.auth.user, email_id))
    return {"deal": named(found.deal), "why": found.why.value}


@router.put("/emails/{email_id}/deal", response=EmailDealOut, auth=WRITE)
def link_email(request: KeyRequest, email_id: RowId, link: EmailDealIn) -> dict[str, object]:
    """Link the email's conversation with a deal, or with none on purpose. It sticks."""
    email = get_email(request.auth.user, email_id)
    deal = Deal.objects.filter(pk=link.deal).first() if link.deal else None
    if link.deal and deal is None:
        raise invalid("body.deal", "There is no such deal.")
    link_conversation(email, deal, request.auth.user, timezone.now())
    return show_email_deal(request, email_id)


@router.delete("/emails/{email_id}/deal", response=EmailDealOut, auth=WRITE)
def unlink_email(request: KeyRequest, email_id: RowId) -> dict[str, object]:
    """Forget what was decided by hand: from now on the rule says which deal it is."""
    leave_to_the_rule(get_email(request.auth.user, email_id))
    return show_email_deal(request, email_id)


def get_deal(pk: int) -> Deal:
    """The deal. Raises Problem."""
    deals = Deal.objects.select_related("company", "stage", "owner").prefetch_related("people")
    deal = deals.filter(pk=pk).first()
    if deal is None:
        raise Problem(ABSENT)
    return deal


def keep(deal: Deal, asked: NewDeal | DealChange) -> None:
    """Save what was sent; what was left out stays. Raises Problem."""
    given = asked.model_dump(exclude_unset=True, exclude={"stage", "owner"})
    sent = written_of(deal) | {name: v for name, v in given.items() if may_be_empty(name, v)}
    sent["stage"] = find_stage(asked.stage) if asked.stage else sent["stage"]
    if "owner" in asked.model_fields_set:
        sent["owner"] = find_owner(asked.owner)
    try:
        keep_deal(deal, DealEntry(**sent), timezone.now())
    except NobodyThere as reason:
        raise invalid("body.people", str(reason)) from reason


def may_be_empty(name: str, value: object) -> bool:
    """Whether a null means to empty it, and not a mistake."""
    return value is not None or name in ("amount", "closing_on")


def written_of(deal: Deal) -> dict[str, Any]:
    """What is written of a deal so far."""
    if not deal.pk:
        return {"stage": first_stage()}
    people = [person.addresses.first() for person in deal.people.all()]
    return {
        "name": deal.name,
        "stage": deal.stage,
        "company": str(deal.company or ""),
        "people": [str(address) for address in people if address],
        "amount": deal.amount,
        "currency": deal.currency,
        "closing_on": deal.closing_on,
        "owner": deal.owner,
    }


def find_stage(pk: int) -> DealStage:
    """The stage that was named. Raises Problem."""
    stage = DealStage.objects.filter(pk=pk).first()
    if stage is None:
        raise invalid("body.stage", "There is no such stage. GET /deal-stages has them all.")
    return stage


def find_owner(pk: int | None) -> User | None:
    """The colleague that was named, or nobody. Raises Problem."""
    if pk is None:
        return None
    owner = User.objects.filter(pk=pk, is_active=True).first()
    if owner is None:
        raise invalid("body.owner", "There is no such colleague. GET /users has them all.")
    return owner


def mail_out(
    request: KeyRequest, response: HttpResponse, whose: Deal | Company, wanted: Wanted
) -> dict[str, object]:
    """One page of the mail of a deal or a company."""
    place, limit = parse_place(wanted.after), wanted.limit
    found = related_emails(whose, request.auth.user, after=place, limit=limit)
    shown = emails_out([row.email for row in found.rows])
    return page(request, response, shown, str(found.next or ""))


def deal_out(deal: Deal) -> dict[str, object]:
    """A deal as it is answered."""
    return {
        "id": deal.pk,
        "name": deal.name,
        "stage": deal.stage,
        "amount": None if deal.amount is None else str(deal.amount),
        "currency": deal.currency,
        "company": named(deal.company),
        "people": [named(person) for person in deal.people.all()],
        "owner": named(deal.owner),
        "closing_on": deal.closing_on,
        "opened_at": deal.opened_at,
        "changed_at": deal.changed_at,
        "closed_at": deal.closed_at,
    }


def named(thing: Deal | Company | Person | User | None) -> dict[str, object] | None:
    """Somebody or something by number and name."""
    return {"id": thing.pk, "name": str(thing)} if thing else None
