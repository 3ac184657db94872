"""You › What you are told: new mail by the browser, and one email in the morning; both if wanted.

The link that ends the email works without a sign-in, for it can do nothing else, and is a page with
one button: mail programs and scanners follow links by themselves.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from postroom.association.inbox import AnyColumn
from postroom.association.inbox_columns import Column
from postroom.association.inbox_own import own_columns
from postroom.outbox.digests import user_in
from postroom.team.days import ZONES
from postroom.team.digest_wish import WORKING_DAYS
from postroom.team.models import DigestWish, User
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.time_zones import COOKIE

DAYS = tuple(
    enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
)
HOURS = tuple((hour, f"{hour}:00") for hour in range(24))


class NewsForm(forms.Form):
    """Of which columns the browser tells, and when the morning email comes."""

    columns = forms.MultipleChoiceField(
        label="Tell me in the browser of new mail in",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    digest = forms.BooleanField(label="Send me one email in the morning", required=False)
    hour = forms.TypedChoiceField(label="From", choices=HOURS, coerce=int)
    days = forms.TypedMultipleChoiceField(
        label="On", choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(zone, zone.replace("_", " ")) for zone in sorted(ZONES)]
    )

    def __init__(self, user: User, typed: Any = None, begun: Any = None) -> None:
        super().__init__(typed, initial=begun)
        field = self.fields["columns"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        columns: list[AnyColumn] = [*Column, *own_columns(user)]
        field.choices = [(column.value, column.words) for column in columns]

    def clean(self) -> None:
        """A morning email without a day would never come."""
        if self.cleaned_data.get("digest") and not self.cleaned_data.get("days"):
            self.add_error("days", "Choose at least one day for the email.")

    def keep(self, user: User) -> None:
        """Keep what was chosen."""
        said = self.cleaned_data
        user.notice_columns = said["columns"]
        user.save(update_fields=["notice_columns"])
        if not said["digest"]:
            DigestWish.objects.filter(user=user).delete()
            return
        when = {name: said[name] for name in ("hour", "days", "time_zone")}
        DigestWish.objects.update_or_create(user=user, defaults=when)


def begun_with(user: User, zone: str) -> dict[str, object]:
    """What holds now; to begin with seven o'clock on working days where the reader is."""
    wish = DigestWish.objects.filter(user=user).first()
    usual = DigestWish(hour=7, days=list(WORKING_DAYS), time_zone=zone if zone in ZONES else "UTC")
    shown = wish or usual
    when = {name: getattr(shown, name) for name in ("hour", "days", "time_zone")}
    return {"columns": user.notice_columns, "digest": wish is not None} | when


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def news(request: SignedInRequest) -> HttpResponse:
    """Look at what one is told, and change it."""
    begun = begun_with(request.user, request.COOKIES.get(COOKIE, ""))
    form = NewsForm(request.user, request.POST or None, begun)
    if request.method == "POST" and form.is_valid():
        form.keep(request.user)
        messages.success(request, "Saved.")
        return redirect("news")
    status = 422 if form.errors else 200
    return render(request, "you/news.html", {"room": "you", "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def digest_end(request: HttpRequest, mark: str) -> HttpResponse:
    """Send the morning email no more: a page with one button."""
    user_id = user_in(mark)
    if user_id is None:
        raise Http404
    if request.method == "POST":
        DigestWish.objects.filter(user=user_id).delete()
    is_wanted = DigestWish.objects.filter(user=user_id).exists()
    return render(request, "you/digest_end.html", {"is_wanted": is_wanted})
