"""The templates that one writes with: a list by folder, a page for each, a look for somebody."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.crm.models import Person
from postroom.crm.people import find_people
from postroom.outbox.drafts import NotSendable
from postroom.outbox.merging import FIELDS, about, filled, left_over, why_left_over
from postroom.outbox.models import EmailTemplate
from postroom.outbox.templates import can_change, filled_html, templates_for
from postroom.web.diary.removing import removed_from_list
from postroom.web.email_templates.form import TemplateForm
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.pieces import sealed_page


@require_safe
@signed_in
@may_integrate
def email_templates(request: SignedInRequest) -> HttpResponse:
    """All that one may write with."""
    context = {"room": "you", "templates": templates_for(request.user)}
    return render(request, "email_templates/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def new(request: SignedInRequest) -> HttpResponse:
    """Write a template."""
    return written(request, EmailTemplate(owner=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def email_template(request: SignedInRequest, pk: int) -> HttpResponse:
    """One template: to be changed by whose it is, to be looked at by whom it is shared with."""
    template = get_template(request, pk)
    if can_change(request.user, template):
        return written(request, template)
    if request.method == "POST":
        raise Http404
    return page_of(request, template, None)


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a template; what was written with it stays."""
    template = get_template(request, pk)
    if not can_change(request.user, template):
        raise Http404
    sentence = f"“{template}” was removed. What was written with it stays."
    return removed_from_list(request, template, sentence)


@require_safe
@signed_in
def filled_in(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text of a template as somebody would get it."""
    template = get_template(request, pk)
    try:
        html = filled_html(template, about(request.user, find_reader(request)))
    except NotSendable as refusal:
        html = refusal.sentence
    return sealed_page(request, html)


def written(request: SignedInRequest, template: EmailTemplate) -> HttpResponse:
    """The form, or the template's page after it was saved."""
    form = TemplateForm(template, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.keep(timezone.now()):
        messages.success(request, "Saved.")
        return redirect("email-template", template.pk)
    return page_of(request, template, form)


def page_of(
    request: SignedInRequest, template: EmailTemplate, form: TemplateForm | None
) -> HttpResponse:
    """The page of a template, with a look at it for whom one named."""
    reader = find_reader(request)
    subject = about(request.user, reader)
    missing = left_over(filled(template.subject, subject), filled(template.html, subject))
    context = {
        "room": "you",
        "template": template,
        "form": form,
        "fields": FIELDS,
        "folders": sorted({one.folder for one in templates_for(request.user) if one.folder}),
        "reader": reader,
        "asked": request.GET.get("for", ""),
        "about": subject,
        "subject": filled(template.subject, subject),
        "missing": why_left_over(missing, subject) if missing else "",
    }
    status = 422 if form and form.errors else 200
    return render(request, "email_templates/template.html", context, status=status)


def find_reader(request: SignedInRequest) -> Person | None:
    """The lead or contact whose name or address stands in the query."""
    words = request.GET.get("for", "").replace("\0", "").strip()[:100]
    return find_people(words, None).select_related("company").first() if words else None


def get_template(request: SignedInRequest, pk: int) -> EmailTemplate:
    """A template that the user may write with; all others are not there."""
    if (template := templates_for(request.user).filter(pk=pk).first()) is None:
        raise Http404
    return template
