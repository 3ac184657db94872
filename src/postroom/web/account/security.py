"""You › Sign-in and security: password, second factors, passkeys, and where you are signed in."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator as Factor
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.team.models import Organisation, User
from postroom.team.second_factors import factors_of, may_remove
from postroom.team.sessions import end_session, sessions_of
from postroom.web.account.browsers import browser_in_words
from postroom.web.door.second_factors import LAST_FACTOR, must_set_up
from postroom.web.door.sessions import end_others
from postroom.web.sign_in import SignedInRequest, signed_in


@dataclass(frozen=True, slots=True)
class Factors:
    """What one has beside the password."""

    codes: Factor | None
    passkeys: list[tuple[Factor, str]]
    recovery: int | None

    @classmethod
    def of(cls, user: User) -> "Factors":
        """The user's."""
        codes, passkeys, recovery = None, [], None
        for factor in factors_of(user):
            if factor.type == Factor.Type.TOTP:
                codes = factor
            elif factor.type == Factor.Type.WEBAUTHN:
                passkeys.append((factor, str(factor)))
            else:
                recovery = len(factor.wrap().get_unused_codes())
        return cls(codes, passkeys, recovery)


@require_safe
@signed_in
def security(request: SignedInRequest) -> HttpResponse:
    """What one signs in with, and where one is signed in."""
    rows = [
        (session, browser_in_words(session.user_agent), session.key == request.session.session_key)
        for session in sessions_of(request.user, timezone.now())
    ]
    context = {
        "rows": rows,
        "factors": Factors.of(request.user),
        "must_set_up": must_set_up(request, request.user),
        "is_wanted": Organisation.get().second_factor_required,
    }
    return render(request, "you/security.html", context)


@require_POST
@signed_in
def session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign one browser out."""
    found = get_object_or_404(request.user.sessions, pk=pk)
    words = browser_in_words(found.user_agent)
    end_session(found, request.user, timezone.now(), words)
    messages.success(request, f"{words} is signed out.")
    return redirect("security")


@require_POST
@signed_in
def others(request: SignedInRequest) -> HttpResponse:
    """Sign all browsers out but this one."""
    end_others(request, timezone.now())
    messages.success(request, "All other browsers are signed out.")
    return redirect("security")


def passkey_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a passkey, as allauth does, which would also take the last one that is wanted."""
    passkey = Factor.objects.filter(pk=pk, user_id=request.user.pk).first()
    if passkey and not may_remove(passkey):
        messages.error(request, LAST_FACTOR)
        return redirect("security")
    response: HttpResponse = remove_webauthn(request, pk=pk)
    return response
