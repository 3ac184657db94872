"""Look at an attachment without having it on one's disk: in a sealed frame."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postroom.rendering.previews import preview_of
from postroom.rendering.readers import find_attachment
from postroom.web.emails.access import get_readable_email
from postroom.web.security import seal
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def preview(request: SignedInRequest, pk: int, part: str) -> HttpResponse:
    """An image, the first pages of a PDF, or text; a sentence where there is nothing to see."""
    email = get_readable_email(request.user, pk)
    attachment = find_attachment(email, part)
    if attachment is None:
        raise Http404
    context = {"attachment": attachment, "preview": preview_of(email, attachment)}
    return seal(render(request, "emails/preview.html", context))
