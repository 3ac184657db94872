"""The pieces of a formatted email beside its text: what stands below it, images, the whole as sent.

What a stranger wrote is in them, so each is a sealed response.
"""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from postroom.outbox.compose_settings import compose_settings_of
from postroom.outbox.drafts import NotSendable, purified, senders_of
from postroom.outbox.formatting import add_image
from postroom.outbox.letters import address_of, in_order, shown_below, signature_html
from postroom.rendering.images import SHOWN_IMAGES
from postroom.rendering.laying_out import lay_out
from postroom.rendering.own_html import Page
from postroom.rendering.readers import READERS, ReadersBusy
from postroom.web.permission import may_integrate
from postroom.web.security import seal
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.beginnings import find_origin
from postroom.web.writing.owned import get_outgoing
from postroom.web.writing.views import attached


@require_safe
@signed_in
@may_integrate
def new_below(request: SignedInRequest) -> HttpResponse:
    """Signature and quote of an email that is not kept yet."""
    origin = find_origin(request.user, request)
    chosen = request.GET.get("sender", "")
    sender = next((one for one in senders_of(request.user) if str(one.pk) == chosen), None)
    quote = origin.quote().html if origin else ""
    html = in_order(compose_settings_of(request.user), signature_html(sender), quote)
    return sealed_page(request, purified_or_why(Page(html, is_leaving=False)))


@require_safe
@signed_in
def below(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Signature and quote of a draft."""
    outgoing = get_outgoing(request, key)
    try:
        return sealed_page(request, shown_below(outgoing))
    except NotSendable as refusal:
        return sealed_page(request, refusal.sentence)


@require_safe
@signed_in
def body(request: SignedInRequest, key: UUID) -> HttpResponse:
    """What was sent, as its readers see it; where it is noticed, its author’s copy."""
    outgoing = get_outgoing(request, key)
    raw = outgoing.copy_raw or outgoing.raw
    try:
        laid_out = READERS.ask(lay_out, bytes(raw)) if raw else None
    except ReadersBusy:
        laid_out = None
    if laid_out is None or laid_out.html is None:
        raise Http404
    return sealed_page(request, laid_out.html)


@require_POST
@signed_in
@may_integrate
def images(request: SignedInRequest, key: UUID) -> JsonResponse:
    """Put an image into the text of a draft; answers with its address, or why it cannot be."""
    get_outgoing(request, key)
    file = request.FILES.get("image")
    if not isinstance(file, UploadedFile):
        raise Http404
    try:
        image = add_image(request.user, key, attached(file))
    except NotSendable as refusal:
        return JsonResponse({"why": refusal.sentence}, status=422)
    return JsonResponse({"src": address_of(image)})


@require_safe
@signed_in
def image(request: SignedInRequest, key: UUID, pk: int) -> HttpResponse:
    """One image of one's own email."""
    found = get_outgoing(request, key).files.filter(pk=pk).exclude(content_id="").first()
    if found is None or found.media_type not in SHOWN_IMAGES:
        raise Http404
    return seal(HttpResponse(bytes(found.content), content_type=found.media_type))


def purified_or_why(page: Page) -> str:
    """The page as it may be shown, or why it cannot be."""
    try:
        return purified(page).html
    except NotSendable as refusal:
        return refusal.sentence


def sealed_page(request: SignedInRequest, html: str) -> HttpResponse:
    """A page that does nothing."""
    return seal(render(request, "emails/body.html", {"html": html}))
