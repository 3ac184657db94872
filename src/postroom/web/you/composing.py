"""You › Writing: the address one writes from, the letters, where the signature stands.

Reference: Configuring Email Compose Settings.
"""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from postroom.accounts.models import FromAddress
from postroom.outbox.compose_settings import compose_settings_of, write_compose_settings
from postroom.outbox.drafts import NotSendable, senders_of
from postroom.outbox.models import ComposeSettings, Font, FontSize, SignaturePlace
from postroom.outbox.noticing import is_on
from postroom.web.permission import may_integrate
from postroom.web.refusals import explain
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.form import label_of

NAMES = (
    "reply_to",
    "is_rich",
    "font",
    "font_size",
    "signature_place",
    "keeps_drafts",
    "wants_notices",
)
FORMATS = (("True", "Formatted"), ("False", "Plain text"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def compose_settings(request: SignedInRequest) -> HttpResponse:
    """Look at one's settings and change them."""
    settings = compose_settings_of(request.user)
    senders = senders_of(request.user)
    form = ComposeSettingsForm(settings, senders, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.keep():
        messages.success(request, "Saved. It holds for what you write from now on.")
        return redirect("compose-settings")
    context = {"room": "you", "form": form, "senders": senders}
    status = 422 if form.errors else 200
    return render(request, "you/compose_settings.html", context, status=status)


class ComposeSettingsForm(forms.Form):
    """How one likes to write."""

    sender = forms.TypedChoiceField(
        label="Write from",
        required=False,
        empty_value=None,
        help_text="For new emails. An answer comes from the address to which the email was sent.",
    )
    reply_to = forms.CharField(
        label="Reply to",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        help_text="Where answers go, unless the From address names another one.",
    )
    is_rich = forms.ChoiceField(label="Text", choices=FORMATS, widget=forms.RadioSelect)
    font = forms.ChoiceField(choices=Font.choices, required=False)
    font_size = forms.ChoiceField(label="Letter size", choices=FontSize.choices, required=False)
    signature_place = forms.ChoiceField(
        label="Signature in answers",
        choices=SignaturePlace.choices,
        widget=forms.RadioSelect,
    )

    keeps_drafts = forms.BooleanField(
        label="Put drafts that I leave into my mailbox’s Drafts",
        required=False,
        help_text="Five minutes after the last word, so that your other mail programs have them. An"
        " older version moves to Trash there. Not for mailboxes with members.",
    )

    wants_notices = forms.BooleanField(
        label="Tell me when what I send is opened",
        required=False,
        help_text="For formatted emails; each can still be sent without.",
    )

    def __init__(
        self, settings: ComposeSettings, senders: Sequence[FromAddress], sent: object = None
    ) -> None:
        self.settings = settings
        initial = {name: getattr(settings, name) for name in NAMES}
        initial["sender"] = settings.sender_id
        super().__init__(sent, initial=initial)  # type: ignore[arg-type]
        if not is_on():
            del self.fields["wants_notices"]
        choice = self.fields["sender"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - for the type checker
        choice.choices = [("", "The first of my addresses")] + [
            (one.pk, label_of(one)) for one in senders
        ]

    def keep(self) -> bool:
        """Keep what was chosen; False, with the reason at its field, when it cannot be."""
        chosen = dict(self.cleaned_data)
        self.settings.sender_id = int(chosen.pop("sender") or 0) or None
        self.settings.is_rich = chosen.pop("is_rich") == "True"
        for name, value in chosen.items():
            setattr(self.settings, name, value)
        try:
            write_compose_settings(self.settings)
        except NotSendable as refusal:
            explain(self, refusal)
            return False
        return True
