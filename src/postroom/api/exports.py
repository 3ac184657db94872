"""Emails as a file: of a person, a conversation, a mailbox of one's own."""

from django.http import HttpResponseBase
from django.utils import timezone
from ninja import Router

from postroom.accounts.members import mailboxes_of
from postroom.api.authentication import KeyRequest
from postroom.api.openapi import A_ZIP
from postroom.api.paging import RowId
from postroom.api.problems import ABSENT, Problem
from postroom.api.sight import get_email
from postroom.crm.models import Person
from postroom.export.kinds import Kind
from postroom.export.selections import Selection, of_account, of_person, of_thread
from postroom.export.streaming import exported

router = Router(tags=["Export"])


@router.get("/people/{person_id}/export", openapi_extra=A_ZIP)
def export_person(
    request: KeyRequest, person_id: RowId, kind: Kind = Kind.MBOX
) -> HttpResponseBase:
    """A zip of all emails with a person that the user of the key may read."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise Problem(ABSENT)
    return file_of(request, of_person(person), kind)


@router.get("/threads/{email_id}/export", openapi_extra=A_ZIP)
def export_thread(request: KeyRequest, email_id: RowId, kind: Kind = Kind.MBOX) -> HttpResponseBase:
    """A zip of the emails that answer each other, as far as the user of the key may read them."""
    return file_of(request, of_thread(get_email(request.auth.user, email_id)), kind)


@router.get("/accounts/{account_id}/export", openapi_extra=A_ZIP)
def export_account(
    request: KeyRequest, account_id: RowId, kind: Kind = Kind.MBOX
) -> HttpResponseBase:
    """A zip of one's own or one's team's mailbox."""
    account = mailboxes_of(request.auth.user).filter(pk=account_id).first()
    if account is None:
        raise Problem(ABSENT)
    return file_of(request, of_account(account), kind)


def file_of(request: KeyRequest, selection: Selection, kind: Kind) -> HttpResponseBase:
    """The file as it is written."""
    return exported(selection, request.auth.user, kind, timezone.now())
