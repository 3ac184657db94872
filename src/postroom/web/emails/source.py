"""An email as it came: every field of its header, and the beginning of its bytes."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postroom.archive.reading import find_raw
from postroom.rendering.readers import find_fields
from postroom.web.emails.access import get_readable_email
from postroom.web.sign_in import SignedInRequest, signed_in

MOST_SHOWN: Final = 200 * 1024


@require_safe
@signed_in
def headers(request: SignedInRequest, pk: int) -> HttpResponse:
    """Look into an email: its header as a table, its source as text."""
    email = get_readable_email(request.user, pk)
    raw = find_raw(email)
    if raw is None:
        raise Http404
    source = raw[:MOST_SHOWN].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    context = {
        "email": email,
        "fields": find_fields(email),
        "source": source.replace("\r\n", "\n"),
        "is_cut": len(raw) > MOST_SHOWN,
    }
    return render(request, "emails/headers.html", context)
