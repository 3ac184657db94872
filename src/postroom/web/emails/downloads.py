"""What of an email goes to the viewer's disk: an attachment, all of them, or its source."""

from typing import TypeVar

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from postroom.archive.reading import find_raw
from postroom.rendering.readers import find_attachment, find_laid_out, take_out_of
from postroom.web.emails.access import get_readable_email
from postroom.web.emails.archives import zipped
from postroom.web.security import seal
from postroom.web.sign_in import SignedInRequest, signed_in

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)

NOT_TAKEN_OUT = (
    "This attachment could not be taken out of its email: the server has no room for it just now,"
    " or it asks for more time or memory than one may take. Try again in a moment.\n"
)


@require_safe
@signed_in
def attachment(request: SignedInRequest, pk: int, part: str) -> HttpResponse:
    """Download one attachment: always as a file, never as something a browser would open."""
    email = get_readable_email(request.user, pk)
    attachment = find_attachment(email, part)
    if attachment is None:
        raise Http404
    return as_file(take_out_of(email, attachment), attachment.name)


@require_safe
@signed_in
def attachments(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Download all attachments as one ZIP."""
    email = get_readable_email(request.user, pk)
    laid_out, raw = find_laid_out(email), find_raw(email)
    if laid_out is None or raw is None or not laid_out.attachments:
        raise Http404
    stream = StreamingHttpResponse(
        zipped(raw, laid_out.attachments), content_type="application/zip"
    )
    return sealed_as_file(stream, f"email-{pk}.zip")


@require_safe
@signed_in
def source(request: SignedInRequest, pk: int) -> HttpResponse:
    """Download the email as it came, to look into it elsewhere."""
    raw = find_raw(get_readable_email(request.user, pk))
    if raw is None:
        raise Http404
    return as_file(raw, f"email-{pk}.eml")


def as_file(content: bytes | None, name: str) -> HttpResponse:
    """A stranger's bytes for the disk; a sentence, when they could not be had."""
    if content is None:
        return HttpResponse(NOT_TAKEN_OUT, status=503, content_type="text/plain; charset=utf-8")
    return sealed_as_file(HttpResponse(content, content_type="application/octet-stream"), name)


def sealed_as_file(response: AnyResponse, name: str) -> AnyResponse:
    """Never something that a browser would open."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition
    return seal(response)
