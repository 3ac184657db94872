"""You › API keys: make a key for a program, see when each was used last, revoke one."""

from datetime import datetime, timedelta

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.team.api_keys import (
    MOST_KEYS,
    KeyWish,
    TooManyKeys,
    keys_of,
    make_key,
    revoke_key,
    state_of,
)
from postroom.team.models import ApiKey, Scope, User
from postroom.web.sign_in import SignedInRequest, signed_in

# Days as people choose them; a key without an end is a choice, and not the first one.
ENDS = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Never"))
SHOWN_DEAD = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def api_keys(request: SignedInRequest) -> HttpResponse:
    """The form and the list; a new key is in the answer to its making and nowhere else.

    Who left their desk unlocked has given nobody a key: the password is asked for again.
    """
    is_sent, now = request.method == "POST", timezone.now()
    form = KeyForm(request.POST if is_sent else None)
    made = form.make(request.user, now) if is_sent else None
    shown_keys = keys_of(request.user)[: MOST_KEYS + SHOWN_DEAD]
    keys = sorted(((key, state_of(key, now)) for key in shown_keys), key=is_dead)
    shown = KeyForm() if made else form
    context = {"room": "you", "form": shown, "made": made, "keys": keys}
    return render(request, "you/api_keys.html", context, status=422 if form.errors else 200)


def is_dead(row: tuple[ApiKey, str]) -> bool:
    """Whether a key opens nothing any more: below those that do."""
    return row[1] != "live"


@require_POST
@signed_in
def revocation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own keys at once."""
    key = request.user.api_keys.filter(pk=pk).first()
    if key is None:
        raise Http404
    revoke_key(key, request.user, timezone.now())
    messages.success(request, f"{key} opens nothing any more.")
    return redirect("api-keys")


class KeyForm(forms.Form):
    """What a key is for."""

    name = forms.CharField(
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Without a name you would not know which one to revoke."},
        help_text="The program that will have it, so that you know it again.",
    )
    scope = forms.ChoiceField(
        label="It may",
        choices=Scope.choices,
        initial=Scope.READ,
        widget=forms.RadioSelect,
        help_text="What you may yourself, and no more: emails that you see, changes that you can"
        " make.",
    )
    days = forms.ChoiceField(label="It expires after", choices=ENDS, initial="90", required=False)

    def make(self, user: User, now: datetime) -> str | None:
        """Make the key; None, with the reason at its field, when it cannot be made."""
        if not self.is_valid():
            return None
        days = self.cleaned_data["days"]
        expires_at = now + timedelta(days=int(days)) if days else None
        wish = KeyWish(self.cleaned_data["name"], Scope(self.cleaned_data["scope"]), expires_at)
        try:
            return make_key(user, wish, user, now)[1]
        except TooManyKeys as refusal:
            self.add_error(None, str(refusal))
            return None
