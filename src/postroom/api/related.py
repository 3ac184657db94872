"""A person's Emails related list, and the thread of an email. Reference: View Emails."""

from datetime import date
from typing import Annotated, Literal

from django.db.models import Q
from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from postroom.api.authentication import KeyRequest
from postroom.api.email_rows import emails_out, related_out
from postroom.api.paging import Page, RowId, Wanted, bad_place, page
from postroom.api.people import get_person
from postroom.api.problems import INVALID, FieldError, Problem
from postroom.api.shapes import EmailOut, RelatedEmailOut
from postroom.api.sight import get_email
from postroom.archive.search_misread import misread
from postroom.archive.search_query import LONGEST
from postroom.association import Cursor, related_emails, related_threads, thread_of
from postroom.association.filters import FIRST_YEAR, LAST_YEAR, Filters
from postroom.mime import canonical_address
from postroom.outbox.returned import RETURNED
from postroom.team.models import User

router = Router(tags=["Emails"])


MEND = (
    "Nothing was searched. Mend what `errors` names, or put it in quotes to find it as it stands."
)
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]


class EmailsWanted(Wanted):
    """Which emails with a person."""

    shared_by: str = Field(
        default="", max_length=254, description="Only mail of this colleague: an address or an id."
    )
    direction: Literal["sent", "received", "bounced"] | None = Field(
        default=None, description="*bounced*: sent from here, and it did not reach everybody."
    )
    unread: bool = Field(default=False, description="Only what is unread.")
    attachments: bool = Field(default=False, description="Only with attachments.")
    since: Day | None = Field(default=None, description="Sent on this day or later.")
    until: Day | None = Field(default=None, description="Sent on this day or earlier.")
    words: str = Field(
        default="",
        max_length=LONGEST,
        description="What can be typed into the search box; `misread` says what of it was not"
        " understood.",
    )
    strict: bool = Field(
        default=False, description="Refuse words that are not understood; nothing is searched then."
    )
    sort: Literal["newest", "oldest"] = "newest"
    threads: bool = Field(
        default=False, description="The newest email of each thread, with how many it has."
    )

    def filters(self, shared_by: User | None) -> Filters:
        """The same filters that a page has."""
        return Filters(
            shared_by=shared_by,
            way=self.direction or "",
            is_unread=self.unread,
            has_attachments=self.attachments,
            since=self.since,
            until=self.until,
            words=self.words,
            is_oldest_first=self.sort == "oldest",
            as_threads=self.threads,
            besides=RETURNED if self.direction == "bounced" else Q(),
        )


class EmailsPage(Page[RelatedEmailOut]):
    """Some emails with a person."""

    misread: list[str] = Field(
        default=[],
        description="What of `words` was not understood and so searched for as it stands, or left"
        " out: one sentence each, with what would do.",
    )


@router.get("/people/{person_id}/emails", response=EmailsPage)
def list_emails(
    request: KeyRequest,
    response: HttpResponse,
    person_id: RowId,
    wanted: Query[EmailsWanted],
) -> dict[str, object]:
    """The emails with a person that the user of the key may see, newest first.

    A page may have fewer rows than its limit, even none, and yet have a `next`: where little of
    much is asked for, so much is looked at for one answer and no more.
    """
    person, place, limit = get_person(person_id), parse_place(wanted.after), wanted.limit
    told = told_of(wanted)
    sharer = find_sharer(wanted.shared_by)
    if wanted.shared_by and sharer is None:
        # The same as for a colleague who shares nothing: the answer tells nobody's existence.
        return page(request, response, [], "") | told
    filters = wanted.filters(sharer)
    ask = related_threads if filters.as_threads else related_emails
    found = ask(person, request.auth.user, filters.choice, after=place, limit=limit)
    return page(request, response, related_out(found.rows), str(found.next or "")) | told


@router.get("/threads/{email_id}", response=Page[EmailOut])
def show_thread(request: KeyRequest, response: HttpResponse, email_id: RowId) -> dict[str, object]:
    """The emails that answer each other, newest first, as far as the user of the key may see them.

    At most twenty beside the one that is named.
    """
    email = get_email(request.auth.user, email_id)
    others = thread_of(email, request.auth.user, None)
    together = sorted([email, *others], key=lambda one: (one.sent_at, one.pk), reverse=True)
    return page(request, response, emails_out(together), "")


def find_sharer(text: str) -> User | None:
    """The colleague of that id or address."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return User.objects.filter(pk=int(text)).first()
    return User.objects.filter(email=canonical_address(text) or None).first()


def told_of(wanted: EmailsWanted) -> dict[str, object]:
    """What of the words was not understood. Raises Problem where that is to be refused."""
    sentences = misread(wanted.words)
    if sentences and wanted.strict:
        raise Problem(INVALID, MEND, [FieldError("query.words", one) for one in sentences])
    return {"misread": sentences}


def parse_place(after: str) -> Cursor | None:
    """Read the place in the list. Raises Problem."""
    try:
        return Cursor.parse(after) if after else None
    except ValueError:
        raise bad_place() from None
