"""Write an email: the page, its draft kept as it is typed, and *Send*.

Drafts and what is on its way are their author's alone; for everyone else they are not there.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from postroom.outbox.answering import Origin
from postroom.outbox.drafts import (
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
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.sizes import MOST_OCTETS
from postroom.outbox.templates import templates_for, use_template
from postroom.web.permission import may_integrate
from postroom.web.refusals import explain
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.beginnings import beginning_of, draft_of, find_origin
from postroom.web.writing.form import WritingForm
from postroom.web.writing.later import send_later
from postroom.web.writing.owned import get_outgoing
from postroom.web.writing.page import page_of, sent_context
from postroom.web.writing.people import find_people_known

LATER = "later"
CHANGED_ELSEWHERE = (
    "This draft was changed in another window meanwhile. Open it again to go on from there, or save"
    " this once more to have it instead."
)
SWITCHES = {"plain": make_plain, "rich": make_rich}
LEAVING: dict[str, Callable[[SignedInRequest, UUID], OutgoingEmail]] = {
    "send": lambda request, key: send(request.user, key, timezone.now()),
    LATER: send_later,
}


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


def answer_to(request: SignedInRequest, key: UUID, origin: Origin | None) -> HttpResponse:
    """Keep what was typed and do what is wished."""
    wish = LATER if request.POST.get(LATER) else request.POST.get("do", "save")
    if wish == "discard":
        discard(request.user, key)
        return redirect("writings")
    form = WritingForm(senders_of(request.user), draft_of(OutgoingEmail()), request.POST)
    form.is_valid()
    try:
        refuse_what_is_older(request, key)
        outgoing = keep(request.user, key, form.written, files_in(request), timezone.now(), origin)
        take_off(request, key)
        if switch := SWITCHES.get(wish):
            switch(request.user, key, timezone.now())
        put_in_a_template(request, key)
        if wish in LEAVING and not asks_about_a_file(request, outgoing):
            outgoing = LEAVING[wish](request, key)
    except OutgoingEmail.DoesNotExist:
        raise Http404 from None
    except NotSendable as refusal:
        explain(form, refusal)
        outgoing = outgoing_of(request.user).filter(key=key).first() or OutgoingEmail(key=key)
    return answered(request, form, outgoing, is_wished=wish in LEAVING)


def refuse_what_is_older(request: SignedInRequest, key: UUID) -> None:
    """A page that was open while the draft was changed on another does not undo that unasked.

    Its text stands there again, with what is newest seen, so it can be kept all the same. Raises
    NotSendable.
    """
    seen = request.POST.get("seen", "")
    drafts = outgoing_of(request.user).filter(key=key, state=OutgoingState.DRAFT)
    newest = drafts.values_list("changed_at", flat=True).first() if seen else None
    if newest and newest.isoformat() != seen:
        raise NotSendable(CHANGED_ELSEWHERE)


def answered(
    request: SignedInRequest, form: WritingForm, outgoing: OutgoingEmail, *, is_wished: bool
) -> HttpResponse:
    """Where its author goes from here."""
    if request.headers.get("X-Draft"):
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        told = why or reverse("writing", args=[outgoing.key])
        seen = {"X-Draft": outgoing.changed_at.isoformat()} if outgoing.pk else {}
        return HttpResponse(told, "text/plain", 422 if why else 200, headers=seen)
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


def put_in_a_template(request: SignedInRequest, key: UUID) -> None:
    """Put a template in, if that is wished. Raises NotSendable."""
    try:
        pk = parse_row_id(request.POST.get("template", ""))
    except ValueError:
        return
    if template := templates_for(request.user).filter(pk=pk).first():
        used = use_template(request.user, key, template, timezone.now())
        messages.info(request, f"“{template}” is filled in for {used.about}.")
        if used.missing:
            messages.error(request, f"Nothing is known for {used.missing}. Fill it in yourself.")


def take_off(request: SignedInRequest, key: UUID) -> None:
    """Take a file off, if that is wished."""
    try:
        detach(request.user, key, parse_row_id(request.POST.get("remove", "")))
    except ValueError:
        return


@require_safe
@signed_in
def people(request: SignedInRequest) -> HttpResponse:
    """Whom one may mean by what is typed so far."""
    words = request.GET.get("q", "").replace("\0", "")[:100]
    context = {"people": find_people_known(words)}
    return render(request, "writing/people.html", context)
