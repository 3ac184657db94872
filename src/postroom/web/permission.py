"""Guards of views that need a permission. What one may not use does not exist.

But for the pages that connect a mailbox: there it is said whom to ask.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from postroom.team.models import Permission
from postroom.team.permissions import may, why_not_integrate
from postroom.web.sign_in import SignedInRequest

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]


def needs(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Let only those reach the view who may do this; below `signed_in`."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not may(request.user, permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard


def administrators_only(view: View[P]) -> View[P]:
    """Let only administrators reach the view; below `signed_in`."""

    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_administrator:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def may_integrate(view: View[P]) -> View[P]:
    """Let only those connect a mailbox who may; the others read whom to ask. Below `signed_in`.

    Reference: Permission Required.
    """

    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if why_not := why_not_integrate(request.user):
            context = {"room": "setup", "why_not": why_not}
            return render(request, "email_configuration/not_permitted.html", context, status=403)
        return view(request, *args, **kwargs)

    return guarded
