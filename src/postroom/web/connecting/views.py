"""Connect a mailbox: its address is recognised, then what is missing is asked for and tried.

Reference: Set up IMAP Account; Set up Custom IMAP Account.
"""

from asgiref.sync import async_to_sync
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.models import EmailAccount, Protocol, Sharing
from postroom.engine.starting import start_keeping
from postroom.setup.connecting import ConnectionFailed, refuse_unusable, save_account
from postroom.setup.recognition import recognise
from postroom.setup.requests import AccountRequest
from postroom.setup.throttle import Tester
from postroom.web.connecting.address_form import AddressForm
from postroom.web.connecting.attempts import Attempt
from postroom.web.connecting.catalogue import ShownProvider
from postroom.web.connecting.connection_form import ConnectionForm
from postroom.web.connecting.finding import Finding
from postroom.web.connecting.server_form import usual_ports
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def connection(request: SignedInRequest) -> HttpResponse:
    """Find the servers of an address, and ask for the password; by hand where nobody knew them."""
    if request.method != "POST":
        return redirect("email-configuration")
    form = AddressForm(request.POST)
    if not form.is_valid():
        return ask_for_address(request, form)
    address, protocol = form.cleaned_data["address"], form.chosen_protocol
    tester = Tester(request.user, timezone.now())
    # Not asyncio.run: what is asked of the database in there would wait for this very thread.
    known = async_to_sync(recognise)(address, tester)
    return next_page(request, Finding(known, form.provider, protocol))


def next_page(request: SignedInRequest, finding: Finding) -> HttpResponse:
    """Ask for the password, or for the servers by hand, or say why it cannot be connected."""
    if finding.service and finding.service.why_not:
        context = {"room": "setup", "service": finding.service}
        return render(request, "email_configuration/service.html", context)
    template = "connection.html" if finding.is_useful else "custom_server.html"
    return render(request, f"email_configuration/{template}", finding.context)


def ask_for_address(request: SignedInRequest, form: AddressForm) -> HttpResponse:
    """The sign-in step again, saying what is wrong with the address."""
    service = ShownProvider(form.provider) if form.provider else None
    context = {"room": "setup", "service": service, "form": form}
    return render(request, "email_configuration/service.html", context, status=422)


@require_safe
@signed_in
@may_integrate
def custom_server(request: SignedInRequest, protocol: Protocol) -> HttpResponse:
    """Enter the servers by hand."""
    known = {"protocol": protocol, "sharing": Sharing.PRIVATE, **usual_ports(protocol)}
    form = ConnectionForm(initial=known)
    context = {"room": "setup", "protocol": protocol, "form": form}
    return render(request, "email_configuration/custom_server.html", context)


@sensitive_post_parameters("password", "outgoing_password")
@require_POST
@signed_in
@may_integrate
def connection_test(request: SignedInRequest) -> HttpResponseBase:
    """Try it live; what works is connected, what does not is not kept."""
    form = ConnectionForm(request.POST)
    return Attempt(request, form, wanted_by(request, form), connect).response()


def connect(wanted: AccountRequest, trouble: str) -> EmailAccount:
    """Keep what works, and begin to sync."""
    account = save_account(wanted, trouble)
    start_keeping(account)
    return account


def wanted_by(request: SignedInRequest, form: ConnectionForm) -> AccountRequest | None:
    """What is to be tried; None, and the form says why, when it cannot be."""
    if not form.is_valid():
        return None
    wanted = form.request_of(request.user)
    try:
        refuse_unusable(wanted)
    except ConnectionFailed as failure:
        form.explain(failure)
        return None
    return wanted
