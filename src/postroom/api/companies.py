"""Companies: found, read, renamed, and their people's emails."""

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.deal_shapes import CompanyChange, CompanyOut
from postroom.api.deals import mail_out
from postroom.api.paging import Page, RowId, Wanted, page, sort_of, sorted_page
from postroom.api.problems import ABSENT, Problem, invalid
from postroom.api.shapes import EmailOut
from postroom.crm.companies import NameTaken, find_companies, rename
from postroom.crm.models import Company
from postroom.crm.orders import OF_COMPANIES

router = Router(tags=["Companies"])


class CompaniesWanted(Wanted):
    """Which companies to list."""

    q: str = Field(default="", max_length=200, description="Words in the name.")
    sort: str = sort_of(OF_COMPANIES)


@router.get("", response=Page[CompanyOut])
def list_companies(
    request: KeyRequest, response: HttpResponse, wanted: Query[CompaniesWanted]
) -> dict[str, object]:
    """Companies, by name unless asked otherwise."""
    companies = find_companies(wanted.q.replace("\0", ""))
    found = sorted_page(companies, OF_COMPANIES, wanted.sort, wanted)
    return page(request, response, [row_out(row) for row in found.rows], found.next)


@router.get("/{company_id}", response=CompanyOut)
def show_company(request: KeyRequest, company_id: RowId) -> dict[str, object]:
    """One company, with its figures."""
    return company_out(company_id)


@router.patch("/{company_id}", response=CompanyOut, auth=WRITE)
def change_company(
    request: KeyRequest, company_id: RowId, change: CompanyChange
) -> dict[str, object]:
    """Call a company something else."""
    try:
        rename(get_company(company_id), change.name)
    except NameTaken as reason:
        raise invalid("body.name", str(reason)) from reason
    return company_out(company_id)


@router.get("/{company_id}/emails", response=Page[EmailOut])
def list_company_emails(
    request: KeyRequest, response: HttpResponse, company_id: RowId, wanted: Query[Wanted]
) -> dict[str, object]:
    """The emails with a company's people that the user of the key may see, newest first."""
    return mail_out(request, response, get_company(company_id), wanted)


def get_company(pk: int) -> Company:
    """The company. Raises Problem."""
    company = Company.objects.filter(pk=pk).first()
    if company is None:
        raise Problem(ABSENT)
    return company


def company_out(pk: int) -> dict[str, object]:
    """A company as it is answered. Raises Problem."""
    found = find_companies().filter(pk=pk).first()
    if found is None:
        raise Problem(ABSENT)
    return row_out(found)


def row_out(company: Company) -> dict[str, object]:
    """A company with the figures that `find_companies` gave it."""
    figures = {"people": vars(company)["people_count"], "deals": vars(company)["deal_count"]}
    return {"id": company.pk, "name": company.name} | figures
