"""What an owner does to look after a mailbox: compare now, choose folders, clear the quarantine.

Nobody else may, administrators included: names of folders and unread mail are the owner's.
"""

from contextlib import suppress

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from postroom.accounts.models import EmailAccount
from postroom.archive.comparisons import ask_for_comparison
from postroom.archive.models import Quarantine
from postroom.archive.quarantine import (
    ask_for_retry,
    entries_of,
    find_entry_for,
    find_raw_of,
    ignore,
)
from postroom.engine.asked import start_comparing, start_retrying
from postroom.web.mailbox.access import get_own_account
from postroom.web.mailbox.folder_choice import choose_folders
from postroom.web.mailbox.set_aside import set_aside_of, source_of
from postroom.web.row_ids import parse_row_id
from postroom.web.security import seal
from postroom.web.sign_in import SignedInRequest, signed_in


@require_POST
@signed_in
def comparison(request: SignedInRequest, pk: int) -> HttpResponse:
    """Compare with the server now; the page shows what came of it."""
    account = get_own_account(request.user, pk)
    ask_for_comparison(account, timezone.now())
    start_comparing(account)
    return redirect("account", account.pk)


@require_POST
@signed_in
def folders(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose which folders are synced."""
    account = get_own_account(request.user, pk)
    shown, wanted = (ids_in(request.POST.getlist(name)) for name in ("shown", "folder"))
    for sentence in choose_folders(account, shown, wanted):
        messages.success(request, sentence)
    return redirect("account", account.pk)


@require_safe
@signed_in
def quarantine(request: SignedInRequest, pk: int) -> HttpResponse:
    """The messages that were set aside."""
    account = get_own_account(request.user, pk)
    context = {"room": "setup", "account": account, "set_aside": set_aside_of(account)}
    return render(request, "email_configuration/quarantine.html", context)


@require_POST
@signed_in
def retries(request: SignedInRequest, pk: int) -> HttpResponse:
    """Try one of them again, or all."""
    account = get_own_account(request.user, pk)
    ask_for_retry(account, chosen(request, account), timezone.now())
    start_retrying(account)
    return redirect("quarantine", account.pk)


@require_POST
@signed_in
def ignored(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave one of them as it is, or all."""
    account = get_own_account(request.user, pk)
    ignore(chosen(request, account), timezone.now())
    return redirect("quarantine", account.pk)


@require_safe
@signed_in
def source(request: SignedInRequest, pk: int, entry: int) -> HttpResponse:
    """The beginning of a message as text."""
    account = get_own_account(request.user, pk)
    found = get_entry(request, account, entry)
    context = {"room": "setup", "account": account, "entry": found, "source": source_of(found)}
    return render(request, "email_configuration/source.html", context)


@require_safe
@signed_in
def download(request: SignedInRequest, pk: int, entry: int) -> HttpResponse:
    """The message as a file: never as something a browser would open."""
    found = get_entry(request, get_own_account(request.user, pk), entry)
    raw = find_raw_of(found)
    if raw is None:
        raise Http404
    response = HttpResponse(raw, content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=f"message-{entry}.eml")
    response.headers["Content-Disposition"] = disposition
    return seal(response)


def get_entry(request: SignedInRequest, account: EmailAccount, entry: int) -> Quarantine:
    """The message, for the owner of its mailbox; for everybody else there is none."""
    found = find_entry_for(request.user, entry)
    if found is None or found.folder.account_id != account.pk:
        raise Http404
    return found


def chosen(request: SignedInRequest, account: EmailAccount) -> QuerySet[Quarantine]:
    """The one entry that was pointed at, or all."""
    entries, named = entries_of(account), request.POST.get("entry", "")
    return entries if named == "all" else entries.filter(pk__in=ids_in([named]))


def ids_in(texts: list[str]) -> set[int]:
    """Row ids among what was sent; all else names nothing."""
    ids = set()
    for text in texts:
        with suppress(ValueError):
            ids.add(parse_row_id(text))
    return ids
