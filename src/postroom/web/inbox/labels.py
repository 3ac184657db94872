"""The labels of one's mailboxes: what they are called, their colours, their end when unused."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from postroom.accounts.members import mailboxes_of
from postroom.archive.labels import is_kept_here_alone, repaint
from postroom.archive.models import Colour, Label
from postroom.team.models import User
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def labels(request: SignedInRequest) -> HttpResponse:
    """The labels by mailbox, and where they are seen."""
    found = labels_of_viewer(request.user).select_related("account").order_by("account", "name")
    by_mailbox: dict[object, list[Label]] = {}
    for label in found.annotate(number=Count("labellings")):
        by_mailbox.setdefault(label.account, []).append(label)
    groups = [(account, is_kept_here_alone(account), of) for account, of in by_mailbox.items()]  # type: ignore[arg-type]
    context = {"room": "inbox", "groups": groups, "colours": Colour.choices}
    return render(request, "labels/labels.html", context)


@require_POST
@signed_in
def label(request: SignedInRequest, pk: int) -> HttpResponse:
    """Call it something else here, or give it another colour; its keyword stays."""
    found = get_label(request.user, pk)
    with refusals_told(request):
        repaint(found, request.POST.get("name", ""), request.POST.get("colour", ""))
        messages.success(request, f"The label “{found}” is saved.")
    return redirect("labels")


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a label that no email bears."""
    found = get_label(request.user, pk)
    if found.labellings.exists():
        messages.error(request, f"Emails bear the label “{found}”. Take it off them first.")
    else:
        found.delete()
        messages.success(request, f"The label “{found}” is gone.")
    return redirect("labels")


def labels_of_viewer(viewer: User) -> QuerySet[Label]:
    """The labels of the viewer's own mailboxes and their teams'."""
    return Label.objects.filter(account__in=mailboxes_of(viewer))


def get_label(viewer: User, pk: int) -> Label:
    """One's own label; otherwise the same 404 as for one that never was."""
    found = labels_of_viewer(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
