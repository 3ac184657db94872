"""Since when a mailbox's existing mail is brought, for its owner to choose."""

from datetime import date
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.accounts.models import EmailAccount, Protocol
from postroom.accounts.window import EARLIEST, from_today
from postroom.archive.older import choose_window
from postroom.web.mailbox.access import get_own_account
from postroom.web.sign_in import SignedInRequest, signed_in

A_DAY = "day"
WINDOWS = (
    ("", "As the organisation decided"),
    ("all", "All of it"),
    ("3m", "Of the last three months"),
    ("12m", "Of the last year"),
    ("36m", "Of the last three years"),
)
EXPLAINED = (
    "New mail always comes. Older mail stays on the server, but for what is with your leads and"
    " contacts: that is looked for there and comes whenever you add them."
)


def window_field() -> forms.ChoiceField:
    """How far back, where a day cannot be chosen yet."""
    return forms.ChoiceField(
        label="Existing mail", choices=WINDOWS, required=False, help_text=EXPLAINED
    )


class WindowForm(forms.Form):
    """How far back the existing mail of a connected mailbox is brought."""

    window = forms.ChoiceField(
        label="Existing mail",
        choices=(*WINDOWS, (A_DAY, "Since a day:")),
        required=False,
        widget=forms.RadioSelect,
        help_text=f"{EXPLAINED} An earlier day brings more; a later one removes nothing.",
    )
    since = forms.DateField(
        label="The day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @classmethod
    def of(cls, account: EmailAccount) -> Self:
        """The form as it stands for an account: months were counted when they were chosen."""
        if account.window in ("", "all"):
            return cls(initial={"window": account.window})
        return cls(initial={"window": A_DAY, "since": date.fromisoformat(account.window)})

    def clean(self) -> dict[str, Any]:
        """A day, if it is to be one."""
        cleaned = super().clean() or self.cleaned_data
        since = cleaned.get("since")
        if cleaned.get("window") == A_DAY and (since is None or since < EARLIEST):
            self.add_error("since", "Enter the day.")
        return cleaned

    @property
    def chosen(self) -> str:
        """The window as it is kept."""
        if self.cleaned_data["window"] == A_DAY:
            return str(self.cleaned_data["since"].isoformat())
        return from_today(self.cleaned_data["window"], timezone.localdate())


@require_POST
@signed_in
def window(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide since when existing mail is brought."""
    account = get_own_account(request.user, pk)
    form = WindowForm(request.POST)
    if account.protocol == Protocol.IMAP and form.is_valid():
        choose_window(account, form.chosen)
        messages.success(request, "The mailbox is looked through again by the new day.")
    else:
        messages.error(request, "Nothing was changed: choose how far back, or enter a day.")
    return redirect("account", account.pk)
