"""One email: its row, what is in it, its source, its attachments, its marks."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from ninja import Router

from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.email_rows import emails_out
from postroom.api.openapi import A_FILE
from postroom.api.paging import RowId
from postroom.api.problems import ABSENT, Problem, invalid, not_yet
from postroom.api.shapes import BodyOut, EmailChange, EmailOut
from postroom.api.sight import get_email, get_own_email, get_readable_email
from postroom.archive.actions import ask_for, change_label
from postroom.archive.labels import LabelUnusable
from postroom.archive.models import ActionKind, BodyState, Email
from postroom.archive.reading import ask_if_absent, find_raw
from postroom.mime import Attachment
from postroom.rendering.laying_out import LaidOut
from postroom.rendering.readers import find_attachment, find_laid_out, place_of, take_out_of

router = Router(tags=["Emails"])

MARKING = {
    "read": {True: ActionKind.MARK_READ, False: ActionKind.MARK_UNREAD},
    "flagged": {True: ActionKind.FLAG, False: ActionKind.UNFLAG},
}
SECONDS = 5
ON_THE_SERVER = "Only its envelope is here. The rest was asked of the mail server."
READERS_BUSY = "There is no room to take it apart just now, or it asks for more than it may take."


@router.get("/{email_id}", response=EmailOut)
def show_email(request: KeyRequest, email_id: RowId) -> dict[str, object]:
    """Who wrote to whom, when, and what about. Reading it so marks nothing as read."""
    return emails_out([get_email(request.auth.user, email_id)])[0]


@router.patch("/{email_id}", response=EmailOut, auth=WRITE)
def mark_email(request: KeyRequest, email_id: RowId, change: EmailChange) -> dict[str, object]:
    """Mark one's own email read, flagged or not, and label it: here at once, there soon."""
    email, now = get_own_email(request.auth.user, email_id), timezone.now()
    with transaction.atomic():
        change_labels(email, change, now)
        for mark, kinds in MARKING.items():
            if (is_set := getattr(change, mark)) is not None:
                ask_for(kinds[is_set], email, now)
    return emails_out([get_own_email(request.auth.user, email_id)])[0]


@router.get("/{email_id}/body", response=BodyOut)
def show_body(request: KeyRequest, email_id: RowId) -> dict[str, object]:
    """What is in the email: its text, its HTML made harmless, and which files came with it."""
    email = get_stored_email(request, email_id)
    laid_out = find_laid_out(email)
    if laid_out is None:
        raise not_yet(READERS_BUSY, SECONDS)
    return body_out(laid_out)


@router.get("/{email_id}/raw", openapi_extra=A_FILE)
def download_raw(request: KeyRequest, email_id: RowId) -> HttpResponse:
    """The email as it came (RFC 5322)."""
    email = get_stored_email(request, email_id)
    return as_file(request, email, "", f"email-{email_id}.eml", lambda: find_raw(email))


@router.get("/{email_id}/attachments/{part}", openapi_extra=A_FILE)
def download_attachment(request: KeyRequest, email_id: RowId, part: str) -> HttpResponse:
    """One attachment, by its `part`: always as a file, never as something a browser would open."""
    email = get_stored_email(request, email_id)
    attachment = find_attachment(email, part)
    if attachment is None:
        raise Problem(ABSENT)
    return as_file(request, email, part, attachment.name, lambda: take_out_of(email, attachment))


def change_labels(email: Email, change: EmailChange, now: datetime) -> None:
    """Put on and take off what is named. Raises Problem."""
    both = {name.lower() for name in change.put_labels}
    if both & {name.lower() for name in change.take_labels}:
        raise invalid("body.take_labels", "A label is either put on or taken off.")
    try:
        for name in change.put_labels:
            change_label(email, name, now, is_on=True)
    except LabelUnusable as refusal:
        raise invalid("body.put_labels", refusal.sentence) from None
    for name in change.take_labels:
        change_label(email, name, now, is_on=False)


def get_stored_email(request: KeyRequest, email_id: int) -> Email:
    """The email with its bytes, or a Problem; what is on the server is asked for."""
    email = get_readable_email(request.auth.user, email_id)
    if email.raw_id is not None:
        return email
    if email.body_state == BodyState.UNAVAILABLE and email.removed_at is not None:
        raise Problem(ABSENT)
    ask_if_absent(email, timezone.now())
    raise not_yet(ON_THE_SERVER, SECONDS)


def as_file(
    request: KeyRequest, email: Email, part: str, name: str, content: Callable[[], bytes | None]
) -> HttpResponse:
    """A stranger's bytes; who has them already does not get them again."""
    etag = f'"{bytes(email.raw_id or b"").hex()}{part}"'
    if unchanged := get_conditional_response(request, etag=etag):
        unchanged.headers["ETag"] = etag
        return unchanged
    found = content()
    if found is None:
        raise not_yet(READERS_BUSY, SECONDS)
    response = HttpResponse(found, content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition
    response.headers["ETag"] = etag
    return response


def body_out(laid_out: LaidOut) -> dict[str, object]:
    """What was laid out, as it is answered."""
    return {
        "text": laid_out.text,
        "html": laid_out.html,
        "blocked_images": laid_out.blocked_images,
        "attachments": [attachment_out(attachment) for attachment in laid_out.attachments],
    }


def attachment_out(attachment: Attachment) -> dict[str, object]:
    """One file that came with an email."""
    return {
        "part": place_of(attachment),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "inline": attachment.inline,
    }
