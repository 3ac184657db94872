"""One's own webhooks: make one, see what became of its deliveries, test it, take it away."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.team.models import User
from postroom.web.refusals import explain
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.webhooks.keeping import (
    Made,
    WebhookUnusable,
    ask_for_test,
    make_webhook,
    remove_webhook,
    turn_on,
)
from postroom.webhooks.models import Event, Webhook

SHOWN = 50


class WebhookForm(forms.Form):
    """Where, and of what."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        error_messages={"required": "Enter a whole address, such as https://example.com/postroom."},
        help_text="Events are posted there. It must be reached from this server, over https.",
    )
    events = forms.MultipleChoiceField(
        label="It is told when",
        choices=Event.choices,
        initial=[Event.RECEIVED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what it is to be told."},
    )

    def make(self, user: User, now: datetime) -> Made | None:
        """Make the webhook; None, with the reason at its field, when it is no use."""
        if not self.is_valid():
            return None
        try:
            return make_webhook(user, self.cleaned_data["url"], self.cleaned_data["events"], now)
        except WebhookUnusable as refusal:
            explain(self, refusal)
            return None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhooks(request: SignedInRequest) -> HttpResponse:
    """The list and the form; a new secret is in the answer to its making and nowhere else."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    made = form.make(request.user, timezone.now()) if request.method == "POST" else None
    context = {
        "room": "you",
        "form": WebhookForm() if made else form,
        "made": made,
        "webhooks": Webhook.objects.filter(user=request.user),
    }
    return render(request, "webhooks/webhooks.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def webhook(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was posted last, and what came of it."""
    found = get_webhook(request.user, pk)
    events = [Event(event).label for event in found.events]
    context = {
        "room": "you",
        "webhook": found,
        "events": events,
        "deliveries": found.deliveries.all()[:SHOWN],
    }
    return render(request, "webhooks/webhook.html", context)


@require_POST
@signed_in
def test(request: SignedInRequest, pk: int) -> HttpResponse:
    """Post a test."""
    ask_for_test(get_webhook(request.user, pk), timezone.now())
    messages.success(request, "A test is on its way. Load this page again to see what came of it.")
    return redirect("webhook", pk)


@require_POST
@signed_in
def resumption(request: SignedInRequest, pk: int) -> HttpResponse:
    """Post to it again."""
    turn_on(get_webhook(request.user, pk), timezone.now())
    messages.success(request, "It is told again of what happens from now on.")
    return redirect("webhook", pk)


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Nothing is posted to it any more."""
    found = get_webhook(request.user, pk)
    remove_webhook(found, request.user, timezone.now())
    messages.success(request, f"{found} is told nothing any more.")
    return redirect("webhooks")


def get_webhook(user: User, pk: int) -> Webhook:
    """One's own webhook; otherwise the same 404 as for one that never was."""
    found = Webhook.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise Http404
    return found
