"""Choose what to connect: one's mailboxes, the popular services, all others, Other Mail.

Reference: Setup › Channels › Email › Email Configuration.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.accounts.access import accounts_for
from postroom.accounts.members import mailboxes_of
from postroom.providers import find_provider
from postroom.team.models import Permission
from postroom.team.permissions import may, why_not_integrate
from postroom.web.connecting.address_form import AddressForm
from postroom.web.connecting.catalogue import ShownProvider, popular_services, services_for
from postroom.web.email_configuration.tabs import tabs_for
from postroom.web.mailbox.health import glance_of
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def accounts(request: SignedInRequest) -> HttpResponse:
    """One's own accounts and what else can be connected; the services alone as words are typed."""
    words = request.GET.get("service", "").replace("\0", "")
    services = {"services": services_for(words), "service_words": words}
    if request.htmx:
        return render(request, "email_configuration/parts/services.html", services)
    now = timezone.now()
    seen, mine = accounts_for(request.user), mailboxes_of(request.user)
    own = [
        glance_of(each, now) for each in seen.filter(owner=request.user).select_related("in_force")
    ]
    context = services | {
        "room": "setup",
        "tabs": tabs_for(request.user),
        "own": own,
        "teams": [glance_of(each, now) for each in mine.exclude(owner=request.user)],
        "others": seen.exclude(pk__in=mine).count(),
        "why_not": why_not_integrate(request.user),
        "may_prepare": may(request.user, Permission.MANAGE_EMAIL_SETTINGS),
        "popular": popular_services(),
        "address_form": AddressForm() if own else AddressForm().with_focus(),
    }
    return render(request, "email_configuration/accounts.html", context)


@require_safe
@signed_in
@may_integrate
def service(request: SignedInRequest, service: str) -> HttpResponse:
    """The sign-in step of a service: IMAP or POP, and the address."""
    provider = find_provider(service)
    if provider is None:
        raise Http404
    form = AddressForm(initial={"service": provider.id}).with_focus()
    context = {"room": "setup", "service": ShownProvider(provider), "form": form}
    return render(request, "email_configuration/service.html", context)


@require_safe
@signed_in
@may_integrate
def other_mail(request: SignedInRequest) -> HttpResponse:
    """The custom integrations. Reference: Set up Custom IMAP Account."""
    return render(request, "email_configuration/other_mail.html", {"room": "setup"})
