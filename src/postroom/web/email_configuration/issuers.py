"""Setup › Channels › Email › Sign-in services: the clients that an administrator registered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.models import Security
from postroom.oauth.checking import Check, check_client
from postroom.oauth.clients import ClientEntry, MailServer, find_client, keep_client
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import Grant, SignInClient
from postroom.oauth.signing_in import redirect_url
from postroom.providers import Issuer, all_issuers, find_issuer
from postroom.web.email_configuration.tabs import tabs_for
from postroom.web.mailbox.forms import typed
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in

ONLY_MICROSOFT = ("tenant",)
ONLY_OPENID = (
    "name",
    "discovery_url",
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_security",
)


class IssuerForm(forms.Form):
    """A client's id and secret, and what else its issuer needs."""

    name = forms.CharField(
        label="Name on the button", max_length=60, help_text="Sign in with …", initial="OpenID"
    )
    discovery_url = forms.URLField(
        label="Address of the provider (issuer)",
        max_length=450,
        assume_scheme="https",
        widget=forms.URLInput(attrs=typed(placeholder="https://login.example.com/realms/staff")),
    )
    client_id = forms.CharField(
        label="Client ID",
        max_length=500,
        widget=forms.TextInput(attrs=typed(autocomplete="off")),
    )
    secret = forms.CharField(
        label="Client secret",
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    tenant = forms.CharField(
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs=typed(placeholder="common")),
        help_text="Your Directory (tenant) ID, organizations, consumers, or common for all.",
    )
    imap_host = forms.CharField(
        label="Incoming server (IMAP)", max_length=253, widget=forms.TextInput(attrs=typed())
    )
    imap_port = forms.IntegerField(label="Port", initial=993, min_value=1, max_value=65535)
    imap_security = forms.ChoiceField(label="Security", choices=Security.choices)
    smtp_host = forms.CharField(
        label="Outgoing server (SMTP)",
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs=typed()),
    )
    smtp_port = forms.IntegerField(
        label="Port", initial=465, min_value=1, max_value=65535, required=False
    )
    smtp_security = forms.ChoiceField(label="Security", choices=Security.choices, required=False)

    def __init__(self, given: Any, issuer: Issuer, client: SignInClient | None) -> None:
        """The fields of this issuer, with what was entered before; never with the secret."""
        kept = {} if client is None else {name: getattr(client, name, "") for name in self.columns}
        super().__init__(given, initial=kept)
        self.issuer = issuer
        for name in () if issuer.is_discovered else ONLY_OPENID:
            del self.fields[name]
        for name in () if issuer.default_tenant else ONLY_MICROSOFT:
            del self.fields[name]
        if client and client.secret:
            self.fields["secret"].help_text = "Empty: it stays as it is."

    columns = ("client_id", *ONLY_MICROSOFT, *ONLY_OPENID)

    def keep(self) -> bool:
        """Keep what was entered; else say why not at its field."""
        entered: dict[str, Any] = self.cleaned_data
        try:
            keep_client(self.entry_of(entered), timezone.now())
        except SignInStopped as failure:
            self.add_error(failure.slug if failure.slug in self.fields else None, failure.sentence)
            return False
        return True

    def entry_of(self, entered: dict[str, Any]) -> ClientEntry:
        """What was entered, as the clients take it."""
        return ClientEntry(
            issuer=self.issuer.id,
            client_id=entered["client_id"],
            secret=entered["secret"],
            tenant=entered.get("tenant", ""),
            name=entered.get("name", ""),
            discovery_url=entered.get("discovery_url", ""),
            imap=self.server("imap"),
            smtp=self.server("smtp"),
        )

    def server(self, kind: str) -> MailServer | None:
        """The incoming or outgoing server, where the issuer has one of its own."""
        host = self.cleaned_data.get(f"{kind}_host", "")
        if not host:
            return None
        port = self.cleaned_data[f"{kind}_port"] or self.fields[f"{kind}_port"].initial
        security = self.cleaned_data[f"{kind}_security"] or Security.TLS
        return MailServer(host, port, Security(security))


@require_safe
@signed_in
@administrators_only
def services(request: SignedInRequest) -> HttpResponse:
    """All issuers, and for which there is a client."""
    rows = [
        (issuer, find_client(issuer.id), Grant.objects.filter(issuer=issuer.id).count())
        for issuer in all_issuers()
    ]
    context = {"room": "setup", "tabs": tabs_for(request.user), "rows": rows}
    return render(request, "email_configuration/sign_in_services.html", context)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def service(request: SignedInRequest, issuer: str) -> HttpResponse:
    """How to register a client at one issuer, and the form for its id and secret."""
    known = get_issuer(issuer)
    form = IssuerForm(request.POST or None, known, find_client(issuer))
    if request.method == "POST" and form.is_valid() and form.keep():
        messages.success(request, "The client is saved. Test it before people rely on it.")
        return redirect("sign-in-service", issuer)
    return service_page(request, known, form)


@require_POST
@signed_in
@administrators_only
def test(request: SignedInRequest, issuer: str) -> HttpResponse:
    """Try the client, and say of each thing whether it is well."""
    known, client = get_issuer(issuer), find_client(issuer)
    if client is None:
        raise Http404
    checks = list(check_client(client, timezone.now()))
    return service_page(request, known, IssuerForm(None, known, client), checks)


@require_POST
@signed_in
@administrators_only
def removal(request: SignedInRequest, issuer: str) -> HttpResponse:
    """Remove the client; its mailboxes stop when their tokens end, until there is one again."""
    known = get_issuer(issuer)
    SignInClient.objects.filter(issuer=issuer).delete()
    messages.success(request, f"The client for {known.name} is removed.")
    return redirect("sign-in-services")


def get_issuer(issuer: str) -> Issuer:
    """The issuer, or a 404."""
    known = find_issuer(issuer)
    if known is None:
        raise Http404
    return known


def service_page(
    request: SignedInRequest, issuer: Issuer, form: IssuerForm, checks: list[Check] | None = None
) -> HttpResponse:
    """The page of one issuer."""
    context = {
        "room": "setup",
        "issuer": issuer,
        "form": form,
        "checks": checks,
        "client": find_client(issuer.id),
        "number": Grant.objects.filter(issuer=issuer.id).count(),
        "redirect": redirect_url(),
        "scopes": sorted({*issuer.scopes.for_protocol("imap"), *issuer.scopes.pop}),
    }
    status = 422 if form.errors else 200
    return render(request, "email_configuration/sign_in_service.html", context, status=status)
