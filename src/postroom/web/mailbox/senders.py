"""The From addresses of a mailbox, and the copies of what is sent from it. Its owner's alone.

Reference: More From Addresses; Store sent messages on the server.
"""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.accounts.lifecycle import set_keep_sent
from postroom.accounts.models import EmailAccount, FromAddress, KeepSent
from postroom.accounts.senders import (
    FromAddressRefused,
    add_from_address,
    from_addresses_of,
    make_default,
    remove_from_address,
    write_from_address,
)
from postroom.accounts.verification import verify
from postroom.outbox.at_once import NotSent
from postroom.outbox.codes import send_code
from postroom.outbox.copies import keeps_copy_itself
from postroom.outbox.signatures import write_signature
from postroom.outbox.trial import send_trial
from postroom.setup.throttle import TriedTooOften, count_turn
from postroom.web.mailbox.access import get_own_account
from postroom.web.mailbox.sender_forms import (
    CodeForm,
    KeepSentForm,
    NewSenderForm,
    SenderForm,
)
from postroom.web.refusals import explain, refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in


def sender_context(account: EmailAccount) -> dict[str, object]:
    """What the section of the account's page shows."""
    return {
        "senders": from_addresses_of(account),
        "keep_sent_form": KeepSentForm.of(account),
        "keeps_copy_itself": keeps_copy_itself(account),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a From address; the code is on its way when its page opens."""
    account = get_own_account(request.user, pk)
    form = NewSenderForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (sender := added(form, account)):
        sent_code(request, sender)
        return redirect("from-address", account.pk, sender.pk)
    context = {"room": "setup", "account": account, "form": form}
    status = 422 if form.errors else 200
    return render(request, "email_configuration/new_sender.html", context, status=status)


def added(form: NewSenderForm, account: EmailAccount) -> FromAddress | None:
    """The address that was added; None, with the reason in the form, when it was not."""
    typed = dict(form.cleaned_data)
    html = typed.pop("signature_html")
    try:
        with transaction.atomic():
            sender = add_from_address(account, **typed)
            write_signature(sender, html)
            return sender
    except FromAddressRefused as refusal:
        explain(form, refusal)
        return None


def written(form: SenderForm, sender: FromAddress) -> bool:
    """Keep what was typed; False, with the reason in the form, when it cannot be so."""
    typed = form.cleaned_data
    try:
        with transaction.atomic():
            write_from_address(sender, typed["name"], typed["reply_to"])
            write_signature(sender, typed["signature_html"])
    except FromAddressRefused as refusal:
        explain(form, refusal)
        return False
    return True


def sent_code(request: SignedInRequest, sender: FromAddress) -> None:
    """Send a code, and say so or why not."""
    try:
        send_code(sender, request.user, timezone.now())
    except (FromAddressRefused, NotSent) as reason:
        messages.error(request, f"No code was sent. {reason.sentence}")
    else:
        messages.success(request, f"A code was sent to {sender}. Enter it here.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sender(request: SignedInRequest, pk: int, sender: int) -> HttpResponse:
    """One From address, to be changed."""
    shown = get_sender(request, pk, sender)
    form = SenderForm.of(shown, request.POST or None)
    if request.method == "POST" and form.is_valid() and written(form, shown):
        messages.success(request, "Saved.")
        return redirect("account", pk)
    return page_of(request, shown, form, CodeForm())


@require_POST
@signed_in
def code(request: SignedInRequest, pk: int, sender: int) -> HttpResponse:
    """Send a new code."""
    shown = get_sender(request, pk, sender)
    sent_code(request, shown)
    return redirect("from-address", pk, shown.pk)


@require_POST
@signed_in
def verification(request: SignedInRequest, pk: int, sender: int) -> HttpResponse:
    """Enter the code."""
    shown = get_sender(request, pk, sender)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            verify(shown, form.cleaned_data["code"], request.user, timezone.now())
        except FromAddressRefused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, f"{shown} is verified. You can write from it.")
            return redirect("account", pk)
    return page_of(request, shown, SenderForm.of(shown), form)


@require_POST
@signed_in
def default(request: SignedInRequest, pk: int, sender: int) -> HttpResponse:
    """Write from this address unless told otherwise."""
    shown = get_sender(request, pk, sender)
    with refusals_told(request):
        make_default(shown)
        messages.success(request, f"{shown} is the default now.")
    return redirect("account", pk)


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int, sender: int) -> HttpResponse:
    """Take a From address away."""
    shown = get_sender(request, pk, sender)
    with refusals_told(request):
        remove_from_address(shown, request.user, timezone.now())
        messages.success(request, f"{shown} is removed.")
    return redirect("account", pk)


@require_POST
@signed_in
def trial(request: SignedInRequest, pk: int, sender: int) -> HttpResponse:
    """Send a test email to oneself, and say how far it came."""
    shown = get_sender(request, pk, sender)
    now = timezone.now()
    try:
        count_turn("test", request.user.pk, now)
        came = send_trial(shown, now)
    except (NotSent, TriedTooOften) as reason:
        messages.error(request, f"The test email was not sent. {reason.sentence}")
    else:
        messages.success(request, came.sent)
        (messages.success if came.is_kept_well else messages.error)(request, came.kept)
    return redirect("account", pk)


@require_POST
@signed_in
def keep_sent(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide whether a copy of what is sent is stored on the server."""
    account = get_own_account(request.user, pk)
    form = KeepSentForm(request.POST)
    if form.is_valid():
        set_keep_sent(account, KeepSent(form.cleaned_data["keep_sent"]))
        messages.success(request, "It holds for what is sent from now on.")
    return redirect("account", pk)


def get_sender(request: SignedInRequest, pk: int, sender: int) -> FromAddress:
    """The From address of an account of one's own; all others are not there."""
    account = get_own_account(request.user, pk)
    found = account.from_addresses.select_related("account__owner").filter(pk=sender).first()
    if found is None:
        raise Http404
    return found


def page_of(
    request: SignedInRequest, sender: FromAddress, form: SenderForm, code_form: CodeForm
) -> HttpResponse:
    """The page of a From address."""
    context = {
        "room": "setup",
        "account": sender.account,
        "sender": sender,
        "form": form,
        "code_form": code_form,
        "is_own": sender.address == sender.account.address,
    }
    status = 422 if form.errors or code_form.errors else 200
    return render(request, "email_configuration/sender.html", context, status=status)
