"""Set a mailbox up for a colleague without its password. For those who manage email settings."""

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.accounts.models import Protocol, Sharing
from postroom.archive.announce import announce_account
from postroom.providers import ServerChoice
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.preparing import prepare_account
from postroom.setup.recognition import Recognition, recognise
from postroom.setup.requests import AccountRequest
from postroom.setup.throttle import Tester
from postroom.team.models import Permission, User
from postroom.web.connecting.server_form import ServerForm
from postroom.web.mailbox.forms import host_field, typed
from postroom.web.permission import needs
from postroom.web.sign_in import SignedInRequest, signed_in

NOBODY_KNEW = "Nobody could say where its mail lies. Enter the server as the provider names it."
FOUND = "These servers were found. Look at them, then set the mailbox up."
SHARING_CHOICES = (
    (Sharing.PRIVATE, "Private – only its owner sees these emails"),
    (Sharing.CUSTOM, "Custom – colleagues see them for the people its owner chooses"),
    (Sharing.PUBLIC, "Public – colleagues see its emails with leads and contacts"),
)


class PreparationForm(ServerForm):
    """A colleague's mailbox: everything but its password."""

    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        label="Whose mailbox is it?",
        empty_label="Choose a colleague",
        error_messages={"required": "Choose the colleague who will enter the password."},
    )
    address = forms.EmailField(
        label="Email Address",
        max_length=254,
        widget=forms.EmailInput(attrs=typed(autocomplete="off", placeholder="name@example.com")),
        error_messages={"required": "Enter the mailbox’s address."},
    )
    provider = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    protocol = forms.ChoiceField(
        label="How is it read?", choices=Protocol.choices, initial=Protocol.IMAP
    )
    incoming_host = host_field("Incoming Server Name", "found by the address", required=False)
    sharing = forms.ChoiceField(
        label="Email Sharing Settings", choices=SHARING_CHOICES, widget=forms.RadioSelect
    )
    password = None  # type: ignore[assignment]  # Its owner's alone.
    same_credentials = None  # type: ignore[assignment]
    outgoing_username = None  # type: ignore[assignment]
    outgoing_password = None  # type: ignore[assignment]

    @property
    def request(self) -> AccountRequest:
        """What was typed, as the set-up takes it."""
        cleaned = self.cleaned_data
        is_pop = cleaned["protocol"] == Protocol.POP
        return AccountRequest(
            owner=cleaned["owner"],
            address=cleaned["address"],
            imap=None if is_pop else self.incoming,
            pop=self.incoming if is_pop else None,
            password="",
            username=cleaned["username"],
            smtp=self.outgoing,
            provider=cleaned["provider"],
            sharing=Sharing(cleaned["sharing"]),
        )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@needs(Permission.MANAGE_EMAIL_SETTINGS)
def preparation(request: SignedInRequest) -> HttpResponse:
    """Choose the colleague and the address; the servers are found, looked at, and kept."""
    form = PreparationForm(request.POST or None, initial={"sharing": Sharing.PRIVATE})
    found = ""
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["incoming_host"]:
            if prepared(request, form):
                return redirect("email-configuration")
        else:
            form, found = with_servers(request, form)
    context = {"room": "setup", "form": form, "found": found}
    status = 422 if form.errors else 200
    return render(request, "email_configuration/preparation.html", context, status=status)


def prepared(request: SignedInRequest, form: PreparationForm) -> bool:
    """Keep what was typed; False, with the reason at its field, when it cannot be so."""
    try:
        account = prepare_account(form.request, request.user, timezone.now())
    except ConnectionFailed as failure:
        field = failure.field if failure.field == "owner" else form.field_of(failure.field)
        form.add_error(field, failure.sentence)
        return False
    messages.success(
        request, f"{account} waits for {account.owner} to enter its password. They get an email."
    )
    announce_account(account.pk)
    return True


def with_servers(request: SignedInRequest, form: PreparationForm) -> tuple[PreparationForm, str]:
    """The same form with the servers of the address, to be looked at, and what to say of them."""
    tester = Tester(request.user, timezone.now())
    known = async_to_sync(recognise)(form.cleaned_data["address"], tester)
    is_pop = form.cleaned_data["protocol"] == Protocol.POP
    incoming = first(known.pop if is_pop else known.imap)
    if incoming is None:
        form.add_error("incoming_host", NOBODY_KNEW)
        return form, ""
    filled = request.POST.copy()
    fill(filled, known, incoming)
    again = PreparationForm(filled)
    again.is_valid()
    return again, FOUND


def fill(typed: QueryDict, known: Recognition, incoming: ServerChoice) -> None:
    """Enter what was found."""
    for side, choice in (("incoming", incoming), ("outgoing", first(known.smtp))):
        if choice:
            typed[f"{side}_host"] = choice.host
            typed[f"{side}_port"] = str(choice.port)
            typed[f"{side}_security"] = str(choice.security)
    typed["provider"] = known.provider.id if known.provider else ""
    if known.user_name and known.user_name != known.address:
        typed["username"] = known.user_name


def first(choices: tuple[ServerChoice, ...]) -> ServerChoice | None:
    """The best server that has a name."""
    return next((choice for choice in choices if choice.host), None)
