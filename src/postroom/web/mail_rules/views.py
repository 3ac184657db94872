"""One's own rules: the list, a rule with a trial run, its log, its place, its end."""

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.association import own_emails
from postroom.rules.models import Rule, RuleRun
from postroom.rules.trying import Trial, try_out
from postroom.rules.words import rule_in_words
from postroom.rules.writing import RuleUnusable, WrittenRule, change_places, write_rule
from postroom.team.models import User
from postroom.web.mail_rules.form import RuleForm
from postroom.web.sign_in import SignedInRequest, signed_in

PAGE = 50


@require_safe
@signed_in
def rules(request: SignedInRequest) -> HttpResponse:
    """The rules in their order."""
    own = Rule.objects.filter(owner=request.user).select_related("account")
    rows = [(rule, rule_in_words(rule)) for rule in own]
    return render(request, "mail_rules/rules.html", {"room": "you", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest) -> HttpResponse:
    """A new rule."""
    return rule_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rule(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    return rule_page(request, get_rule(request.user, pk))


@require_safe
@signed_in
def log(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the rule did to which email, newest first."""
    found = get_rule(request.user, pk)
    runs = RuleRun.objects.filter(rule=found, email__in=own_emails(request.user).values("pk"))
    page = Paginator(runs.select_related("email"), PAGE).get_page(request.GET.get("page"))
    return render(request, "mail_rules/log.html", {"room": "you", "rule": found, "page": page})


@require_POST
@signed_in
def place(request: SignedInRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    change_places(get_rule(request.user, pk), is_up=request.POST.get("way") == "up")
    return redirect("mail-rules")


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete the rule and its log; what it did stays done."""
    found = get_rule(request.user, pk)
    found.delete()
    messages.success(request, f"The rule “{found}” is gone. What it did stays as it is.")
    return redirect("mail-rules")


def get_rule(owner: User, pk: int) -> Rule:
    """One's own rule; otherwise the same 404 as for one that never was."""
    found = Rule.objects.filter(owner=owner, pk=pk).first()
    if found is None:
        raise Http404
    return found


def rule_page(request: SignedInRequest, rule: Rule | None) -> HttpResponse:
    """The form; tried out on the mail that is here, or saved."""
    now = timezone.now()
    form = RuleForm(request.user, rule, request.POST if request.method == "POST" else None)
    written = form.written() if request.method == "POST" else None
    trial = None
    if written and "try" in request.POST:
        trial = tried(request.user, written, form, now)
    elif written and saved(request.user, written, form, rule, now):
        messages.success(
            request, f"The rule “{written.name}” is saved. It acts on mail from now on."
        )
        return redirect("mail-rules")
    context = {"room": "you", "form": form, "rule": rule, "trial": trial}
    is_wrong = bool(form.errors or form.wrong_part) or (
        request.method == "POST" and written is None
    )
    return render(request, "mail_rules/rule.html", context, status=422 if is_wrong else 200)


def saved(
    owner: User, written: WrittenRule, form: RuleForm, rule: Rule | None, now: datetime
) -> bool:
    """Save it; False, with the reason at its field, when it is no use."""
    try:
        write_rule(owner, written, now, rule)
    except RuleUnusable as refusal:
        form.refuse(refusal)
        return False
    return True


def tried(owner: User, written: WrittenRule, form: RuleForm, now: datetime) -> Trial | None:
    """What it would have met so far; nothing is done."""
    try:
        return try_out(owner, replace(written, is_on=True), now)
    except RuleUnusable as refusal:
        form.refuse(refusal)
        return None
