"""Companies: their list, a company's page, and another name for one."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from postroom.crm.companies import NameTaken, find_companies, rename
from postroom.crm.models import Company
from postroom.crm.orders import OF_COMPANIES
from postroom.crm.shown import deals_shown, find_company_shown, people_shown
from postroom.web.asked_ahead import is_whole
from postroom.web.emails.asked_ahead import before_a_company
from postroom.web.emails.figures import counted
from postroom.web.emails.outgoing import to_company
from postroom.web.emails.related import about_company, listed, related_list
from postroom.web.people.correspondence import rows_for
from postroom.web.shown import shown_or_404
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.sorting import sorted_page


class CompanyForm(forms.Form):
    """What a company is called."""

    name = forms.CharField(max_length=160, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@require_safe
@signed_in
def companies(request: SignedInRequest) -> HttpResponse:
    """The list of companies."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    page = sorted_page(request, find_companies(words), OF_COMPANIES)
    context = {"room": "deals", "words": words, "page": page}
    part = "companies/rows.html" if request.htmx else "companies/list.html"
    return render(request, part, context)


@require_safe
@signed_in
def company(request: SignedInRequest, pk: int) -> HttpResponse:
    """A company with its people and deals, and their mail as far as the viewer may see it."""
    before_a_company(request, pk)
    company = shown_or_404(find_company_shown(pk))
    related = related_list(about_company(company), request.user, request.GET)
    if not is_whole(request):
        return listed(request, related)
    context: dict[str, object] = {"room": "deals", "company": company, "related": related}
    context["people"] = people_shown(company)
    context["outgoing"] = to_company(company, request.user)
    context["deals"] = deals_shown(company.pk)
    return render(request, "companies/company.html", context)


@require_safe
@signed_in
def company_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is counted beside a company's mail, and beside each of its people."""
    company = get_object_or_404(Company, pk=pk)
    context = counted(request, about_company(company))
    context["people"] = rows_for(request.user, people_shown(company))
    return render(request, "companies/figures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Call a company something else."""
    company = get_object_or_404(Company, pk=pk)
    form = CompanyForm(request.POST or None, initial={"name": company.name})
    if request.method == "POST" and form.is_valid() and is_renamed(form, company):
        messages.success(request, "Saved.")
        return redirect("company", pk)
    context = {"room": "deals", "company": company, "form": form}
    return render(request, "companies/form.html", context, status=422 if form.errors else 200)


def is_renamed(form: CompanyForm, company: Company) -> bool:
    """Rename it; False, with the reason at the field, where another one is called so."""
    try:
        rename(company, form.cleaned_data["name"])
    except NameTaken as reason:
        form.add_error("name", str(reason))
        return False
    return True
