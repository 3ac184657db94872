"""Write an email: the page, its draft kept as it is typed, and *Send*.

Drafts and what is on its way are their author's alone; for everyone else they are not there.
"""

from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from postroom.outbox.answering import Origin, goes_elsewhere
from postroom.outbox.drafts import (
    MOST_OCTETS,
    Attached,
    NotSendable,
    detach,
    discard,
    keep,
    outgoing_of,
    senders_of,
)
from postroom.outbox.formatting import make_plain, make_rich
from postroom.outbox.holding import forgets_a_file, send
from postroom.outbox.letters import signature_html
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.web.permission import may_integrate
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.beginnings import beginning_of, draft_of, find_origin
from postroom.web.writing.form import WritingForm
from postroom.web.writing.people import find_people_known

SWITCHES = {"plain": make_plain, "rich": make_rich}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def new(request: SignedInRequest) -> HttpResponse:
    """Begin an email. Its key comes with the page, so what is posted twice is one email."""
    origin = find_origin(request.user, request)
    senders = senders_of(request.user)
    if request.method != "POST":
        form = WritingForm(senders, beginning_of(request.user, request, origin, senders))
        return page_of(request, form, None, origin, uuid4())
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Http404 from None
    return answer_to(request, key, origin)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def writing(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One's own draft to go on with, or what became of what was sent."""
    outgoing = get_outgoing(request, key)
    if request.method == "POST":
        return answer_to(request, key, None)
    if outgoing.state != OutgoingState.DRAFT:
        return render(request, "writing/sent.html", sent_context(outgoing))
    form = WritingForm(senders_of(request.user), draft_of(outgoing))
    return page_of(request, form, outgoing, None, key)


def sent_context(outgoing: OutgoingEmail) -> dict[str, object]:
    """What is shown of what was sent: as it looks while it is here, later its words."""
    return {
        "outgoing": outgoing,
        "has_page": outgoing.is_rich and outgoing.message_id and outgoing.copy_id is None,
        "attached": outgoing.files.filter(content_id=""),
    }


def answer_to(request: SignedInRequest, key: UUID, origin: Origin | None) -> HttpResponse:
    """Keep what was typed and do what is wished."""
    wish = request.POST.get("do", "save")
    if wish == "discard":
        discard(request.user, key)
        return redirect("writings")
    form = WritingForm(senders_of(request.user), draft_of(OutgoingEmail()), request.POST)
    form.is_valid()
    try:
        outgoing = keep(request.user, key, form.written, files_in(request), timezone.now(), origin)
        take_off(request, key)
        if switch := SWITCHES.get(wish):
            switch(request.user, key, timezone.now())
        if wish == "send" and not asks_about_a_file(request, outgoing):
            outgoing = send(request.user, key, timezone.now())
    except OutgoingEmail.DoesNotExist:
        raise Http404 from None
    except NotSendable as refusal:
        form.explain(refusal)
        outgoing = outgoing_of(request.user).filter(key=key).first() or OutgoingEmail(key=key)
    return answered(request, form, outgoing, is_wished=wish == "send")


def answered(
    request: SignedInRequest, form: WritingForm, outgoing: OutgoingEmail, *, is_wished: bool
) -> HttpResponse:
    """Where its author goes from here."""
    if request.headers.get("X-Draft") and outgoing.pk:
        return HttpResponse(reverse("writing", args=[outgoing.key]), content_type="text/plain")
    if form.errors or (is_wished and outgoing.state == OutgoingState.DRAFT):
        return page_of(request, form, outgoing, None, outgoing.key)
    return redirect("writing", outgoing.key)


def asks_about_a_file(request: SignedInRequest, outgoing: OutgoingEmail) -> bool:
    """Whether a file seems to be forgotten, and nobody said yet that none is."""
    if outgoing.state != OutgoingState.DRAFT or request.POST.get("without_file"):
        return False
    return forgets_a_file(outgoing.text, outgoing.files.filter(content_id="").exists())


def files_in(request: SignedInRequest) -> list[Attached]:
    """The files that came with the form."""
    return [attached(file) for file in request.FILES.getlist("files")]


def attached(file: "UploadedFile[bytes]") -> Attached:
    """An uploaded file; of one that is too large no more than shows that it is."""
    content = file.read(MOST_OCTETS + 1)
    return Attached(file.name or "file", file.content_type or "", content)


def take_off(request: SignedInRequest, key: UUID) -> None:
    """Take a file off, if that is wished."""
    try:
        detach(request.user, key, parse_row_id(request.POST.get("remove", "")))
    except ValueError:
        return


def page_of(
    request: SignedInRequest,
    form: WritingForm,
    outgoing: OutgoingEmail | None,
    origin: Origin | None,
    key: UUID,
) -> HttpResponse:
    """The page to write on; sent back by *Send* without an error, it asks about a file."""
    context = {
        "form": form,
        "outgoing": outgoing if outgoing and outgoing.pk else None,
        "origin": origin,
        "elsewhere": goes_elsewhere(origin) if origin else "",
        "key": key,
        "is_rich": form["is_rich"].value() in (True, "True", "on"),
        "below": address_below(request, form, outgoing, origin),
        "attached": outgoing.files.filter(content_id="") if outgoing and outgoing.pk else (),
        "forgot_a_file": form.is_bound and not form.errors,
        "most": MOST_OCTETS,
    }
    status = 422 if form.errors else 200
    return render(request, "writing/writing.html", context, status=status)


def address_below(
    request: SignedInRequest,
    form: WritingForm,
    outgoing: OutgoingEmail | None,
    origin: Origin | None,
) -> str:
    """Where the signature and the quote are shown; empty where there are none."""
    if outgoing and outgoing.pk:
        has_any = bool(outgoing.quote_html or signature_html(outgoing.sender))
        return reverse("writing-below", args=[outgoing.key]) if has_any else ""
    sender = form.senders.get(str(form["sender"].value() or ""))
    query = request.GET.copy()
    query["sender"] = str(sender.pk if sender else "")
    has_any = origin is not None or bool(signature_html(sender))
    return f"{reverse('new-writing-below')}?{query.urlencode()}" if has_any else ""


def get_outgoing(request: SignedInRequest, key: UUID) -> OutgoingEmail:
    """The user's own; for everyone else it is not there."""
    own = outgoing_of(request.user).select_related("sender", "account", "answers")
    if (outgoing := own.filter(key=key).first()) is None:
        raise Http404
    return outgoing


@require_safe
@signed_in
def people(request: SignedInRequest) -> HttpResponse:
    """Whom one may mean by what is typed so far."""
    words = request.GET.get("q", "").replace("\0", "")[:100]
    context = {"people": find_people_known(words)}
    return render(request, "writing/people.html", context)
