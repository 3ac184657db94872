"""What of an email a browser draws in a frame, or prints: sanitised, and sealed besides."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from postroom.archive.models import Email
from postroom.rendering.laying_out import LaidOut
from postroom.rendering.readers import find_laid_out
from postroom.web.emails.access import get_readable_email
from postroom.web.emails.reading import reading_of
from postroom.web.emails.seeing import Manner, Seeing, seeing_of
from postroom.web.security import seal
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def body(request: SignedInRequest, pk: int) -> HttpResponse:
    """The email's HTML for the frame on its page."""
    email = get_readable_email(request.user, pk)
    seeing = seeing_of(request, request.user)
    laid_out = with_its_images(email, seeing)
    if laid_out is None or laid_out.html is None:
        raise Http404
    is_white = seeing.manner == Manner.ON_WHITE
    context = {"html": laid_out.html, "folds": laid_out.folds, "is_white": is_white}
    return seal(render(request, "emails/body.html", context))


@require_safe
@signed_in
def print_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """The email as one prints it: who, when, what about, all of its text, and its files by name.

    It is itself the sealed response: what a frame shows is cut off at the frame's edge on paper.
    """
    email = get_readable_email(request.user, pk)
    seeing = seeing_of(request, request.user)
    laid_out = with_its_images(email, seeing)
    if laid_out is None:
        raise Http404
    title = Truncator(email.subject or "(no subject)").chars(100)
    context = {"reading": reading_of(email, seeing), "laid_out": laid_out, "title": title}
    return seal(render(request, "emails/print.html", context))


def with_its_images(email: Email, seeing: Seeing) -> LaidOut | None:
    """The email laid out, with the images from elsewhere where they are wanted."""
    laid_out = seeing.lay_out(email)
    if not seeing.shows_images(email, laid_out):
        return laid_out
    return find_laid_out(email, with_images=True)
