"""Setup › Channels › Email › Email Sharing: what administrators set, for whom, and what it changes.

For administrators alone: a rule decides who reads whose mail, which *Manage email settings* does
not. Reference: Email Sharing.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.exclusions import list_of
from postroom.accounts.sharing_preview import preview
from postroom.accounts.sharing_rules import find_rule, lift_rule, reason_in, rule_over, set_rule
from postroom.accounts.terms import Terms, in_words, ruled
from postroom.team.models import Organisation, Role, User
from postroom.web.email_configuration.tabs import tabs_for
from postroom.web.mailbox.terms_form import TermsForm
from postroom.web.permission import administrators_only
from postroom.web.sharing.everyone import CHOICES, invited, page_of_users, role_rows, rows_of
from postroom.web.sharing.superiors import who_sees
from postroom.web.sign_in import SignedInRequest, signed_in

MODES = [
    ("private", "Private – only the owner sees these emails"),
    ("custom", "Custom – colleagues see them for the people the owner chooses"),
    ("public", "Public – colleagues see the emails with leads and contacts"),
    ("choice", "User’s choice – the owner decides on the mailbox’s page"),
]


@require_safe
@signed_in
@administrators_only
def email_sharing(request: SignedInRequest) -> HttpResponse:
    """Everybody, and what holds for their mail."""
    words = request.GET.get("who", "").replace("\0", "").strip()[:200]
    mode = request.GET.get("mode", "")
    mode = mode if mode in dict(CHOICES) else ""
    page = page_of_users(words, mode, request.GET.get("page"))
    first = page.number == 1
    context = {
        "room": "setup",
        "tabs": tabs_for(request.user),
        "who": words,
        "mode": mode,
        "modes": CHOICES,
        "page": page,
        "rows": [*(invited(words, mode) if first else []), *rows_of(page)],
        "roles": role_rows() if first and not words else [],
        "superiors": who_sees(),
        "superiors_see": Organisation.get().superiors_see,
        "excluded": list_of(None).count(),
    }
    return render(request, "sharing/everyone.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def user(request: SignedInRequest, pk: int) -> HttpResponse:
    """What holds for a user, and the form that sets it."""
    return rule_page(request, get_object_or_404(User.objects.select_related("role"), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def role(request: SignedInRequest, pk: int) -> HttpResponse:
    """What holds for all with a role, and the form that sets it."""
    return rule_page(request, get_object_or_404(Role, pk=pk))


@require_POST
@signed_in
@administrators_only
def user_lifting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a user's rule away."""
    return lifted(request, get_object_or_404(User, pk=pk))


@require_POST
@signed_in
@administrators_only
def role_lifting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a role's rule away."""
    return lifted(request, get_object_or_404(Role, pk=pk))


def lifted(request: SignedInRequest, whose: User | Role) -> HttpResponse:
    """Nothing that was chosen was lost, so what was chosen holds again."""
    if lift_rule(whose, request.user, timezone.now()):
        messages.success(request, f"The rule for {whose} is lifted. What was chosen holds again.")
    return redirect("sharing-of-all")


def rule_page(request: SignedInRequest, whose: User | Role) -> HttpResponse:
    """The form; once sent, what it would change; and saved when that was seen."""
    rule = find_rule(whose)
    before = ruled(rule) if rule else None
    person = whose if isinstance(whose, User) else None
    typed = request.POST if request.method == "POST" else None
    form = TermsForm(typed, before, MODES, apart_from=person)
    terms = form.terms if request.method == "POST" and form.is_valid() else None
    if terms and request.POST.get("seen") == mark_of(terms):
        set_rule(whose, terms, request.user, timezone.now())
        messages.success(request, f"Saved for {whose}: {in_words(terms)}.")
        return redirect("sharing-of-all")
    over = rule_over(person) if person else rule
    context = {
        "room": "setup",
        "whose": whose,
        "person": person,
        "form": form,
        "rule": rule,
        "rows": rows_of([User.objects.get(pk=whose.pk)]) if person else [],
        "why": reason_in(over) if over else "",
        "held": in_words(ruled(over)) if over else "",
        "preview": preview(whose, terms) if terms else None,
        "lifting": preview(whose, None) if rule else None,
        "mark": mark_of(terms) if terms else "",
        "then": in_words(terms) if terms else "",
    }
    return render(request, "sharing/rule.html", context, status=422 if form.errors else 200)


def mark_of(terms: Terms) -> str:
    """What a preview was of: something else is not saved before its own was seen."""
    users, roles = ".".join(map(str, terms.to_users)), ".".join(map(str, terms.to_roles))
    return f"{terms.mode}-{terms.sight}-{int(terms.is_to_all)}-{users}-{roles}"
