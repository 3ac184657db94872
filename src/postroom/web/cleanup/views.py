"""Setup › Channels › Email › Cleanup Policy: when mailboxes that nobody uses are cleaned up.

For administrators alone. What a change would do is shown before it is saved. Reference: Cleanup
Policy.
"""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.holds import all_holds, lift_hold, place_hold
from postroom.accounts.models import Hold
from postroom.archive.wall import unhurried
from postroom.cleanup.dry_run import dry_run
from postroom.cleanup.facts import counting_at
from postroom.cleanup.policy import REFERENCE, WARNINGS, Policy
from postroom.cleanup.rules import all_policies, find_rule, lift_rule, policy_of, set_rule
from postroom.cleanup.wording import policy_in_words
from postroom.team.days import ZONES
from postroom.team.models import Organisation, Role
from postroom.team.organisation import set_counting
from postroom.web.cleanup.forms import CountingForm, DayForm, HoldForm, PolicyForm, mark_of
from postroom.web.email_configuration.tabs import tabs_for
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in

LOOKS_AHEAD = timedelta(days=60)
MOST_SHOWN = 200
MOST_NAMED = 20


@require_safe
@signed_in
@administrators_only
def cleanup_policy(request: SignedInRequest) -> HttpResponse:
    """What holds for whom, whose mailboxes it comes to next, and what is held."""
    return overview(request, counting_form())


@require_POST
@signed_in
@administrators_only
def counting(request: SignedInRequest) -> HttpResponse:
    """Decide whose days count, and whether other mail programs do."""
    form = CountingForm(request.POST)
    if not form.is_valid():
        return overview(request, form, status=422)
    set_counting(**form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, "Saved.")
    return redirect("cleanup-policy")


def counting_form() -> CountingForm:
    """As it is decided."""
    held = Organisation.get()
    initial = {"time_zone": held.time_zone, "counts_other_programs": held.counts_other_programs}
    return CountingForm(initial=initial)


def overview(request: SignedInRequest, form: CountingForm, status: int = 200) -> HttpResponse:
    """The page of it all."""
    now = timezone.now()
    held = all_policies()
    ahead = dry_run(counting_at(now).today + LOOKS_AHEAD, now)
    context = {
        "room": "setup",
        "tabs": tabs_for(request.user),
        "policy": policy_in_words(held.everyones),
        "days_hidden": held.everyones.days_hidden,
        "is_never": not held.everyones.months,
        "rule": find_rule(None),
        "roles": [(role, held.roles.get(role.pk)) for role in Role.objects.order_by("name")],
        "hits": ahead.hits[:MOST_SHOWN],
        "ahead": ahead,
        "held": ahead.held[:MOST_NAMED],
        "holds": all_holds(),
        "form": form,
        "zones": sorted(ZONES),
        "warnings": WARNINGS,
    }
    return render(request, "cleanup/policy.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def rule(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """The policy for everyone, or for a role: once sent, what it would do; saved when seen."""
    role = get_object_or_404(Role, pk=pk) if pk else None
    form = PolicyForm.of(held_for(role), request.POST if request.method == "POST" else None)
    policy = form.policy if form.is_valid() else None
    now = timezone.now()
    if policy and request.POST.get("seen") == mark_of(policy):
        set_rule(role, policy, request.user, now)
        messages.success(request, f"Saved. {policy_in_words(policy)}.")
        return redirect("cleanup-policy")
    on = counting_at(now).today + LOOKS_AHEAD
    context = {
        "room": "setup",
        "role": role,
        "form": form,
        "rule": find_rule(role),
        "before": dry_run(on, now) if policy else None,
        "then": dry_run(on, now, all_policies().with_one(role, policy)) if policy else None,
        "words": policy_in_words(policy) if policy else "",
        "mark": mark_of(policy) if policy else "",
    }
    status = 422 if form.errors else 200
    return render(request, "cleanup/rule.html", context, status=status)


def held_for(role: Role | None) -> Policy:
    """What holds for them now."""
    held = find_rule(role) or find_rule(None)
    return policy_of(held) if held else REFERENCE


@require_POST
@signed_in
@administrators_only
def lifting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a role's own away: the organisation's holds for it again."""
    role = get_object_or_404(Role, pk=pk)
    if lift_rule(role, request.user, timezone.now()):
        messages.success(request, f"For {role} the policy for everyone holds again.")
    return redirect("cleanup-policy")


@require_safe
@signed_in
@administrators_only
@unhurried()
def dry_runs(request: SignedInRequest) -> HttpResponse:
    """Who would be hit by a day, and what would go, if nobody did anything."""
    now = timezone.now()
    form = DayForm.of(request.GET, counting_at(now).today + LOOKS_AHEAD)
    forecast = dry_run(form.cleaned_data["on"], now) if form.is_valid() else None
    context = {"room": "setup", "form": form, "forecast": forecast}
    if forecast:
        context |= {"hits": forecast.hits[:MOST_SHOWN], "held": forecast.held[:MOST_NAMED]}
    return render(request, "cleanup/dry_run.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def holds(request: SignedInRequest) -> HttpResponse:
    """What is not to be deleted whatever happens, and one more."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        hold = place_hold(form.what, form.cleaned_data["reason"], request.user, timezone.now())
        messages.success(request, f"From now on nothing of {hold} is deleted.")
        return redirect("holds")
    context = {"room": "setup", "form": form, "holds": all_holds()}
    return render(request, "cleanup/holds.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
@administrators_only
def hold_lifting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let it be deleted again, after all the warnings that are due."""
    hold = get_object_or_404(Hold, pk=pk)
    words = str(hold)
    lift_hold(hold, request.user, timezone.now())
    messages.success(request, f"The hold on {words} is lifted.")
    return redirect("holds")
