"""The Emails related list on a page: of a person, or of the people of a company or deal.

A page says whose list it is (`About`), includes `emails/related.html`, and answers htmx with
`listed`. Everything else is in the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from postroom.archive.search_misread import misread
from postroom.association import Cursor, Listed, related_emails, related_threads, sharers_with
from postroom.association.filters import Filters
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related import PAGE
from postroom.association.whose import Whose
from postroom.crm.models import Company, Deal, Person
from postroom.team.models import User
from postroom.web.emails.filters import parse_filters, written
from postroom.web.emails.rows import EmailRow, rows_of
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest


@dataclass(frozen=True, slots=True)
class About:
    """Whose list it is, as people say it, and the addresses of its page and of what belongs to it.

    `person`: the one it is about, if it is one; an email opened from it knows where it came from.
    """

    whose: Whose
    name: str
    page: str
    figures: str
    live: str = ""
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class RelatedList:
    """A page of a list with its filters; `next` is where it goes on, empty at its end."""

    about: About
    viewer: User
    filters: Filters
    rows: list[EmailRow]
    next: str
    is_first: bool
    found: Listed | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether something is looked for in it: then what waits is beside the point."""
        return written(replace(self.filters, as_threads=False, is_oldest_first=False)) != ""

    @property
    def misread(self) -> list[str]:
        """What was typed into its box and not understood."""
        return misread(self.filters.words)

    @property
    def newest(self) -> Listed | None:
        """What the list begins with, if it is that of all their emails or threads, newest first."""
        is_all = not self.is_narrowed and not self.filters.is_oldest_first
        return self.found if self.is_first and is_all else None

    @property
    def chosen_sharers(self) -> list[User]:
        """For the drop-down until the others are looked up: the colleague who is chosen."""
        chosen = self.filters.shared_by
        return [chosen] if chosen and chosen != self.viewer else []

    @property
    def address(self) -> str:
        """Where this list is, whatever page of it."""
        return self.about.page + written(self.filters)

    @property
    def is_whole(self) -> bool:
        """Whether it is the plain list, without anything chosen."""
        return not written(self.filters)

    @property
    def next_address(self) -> str:
        """Where it goes on."""
        return self.about.page + written(self.filters, after=self.next)

    @property
    def live_address(self) -> str:
        """The stream of its changes."""
        return self.about.live + written(self.filters) if self.about.live else ""

    @property
    def figures_address(self) -> str:
        """What is counted beside it."""
        return self.about.figures + written(self.filters)


def about_person(person: Person) -> About:
    """The list of one lead or contact."""
    page, figures, live = addresses_of("person", person.pk)
    return About(person, str(person), page, figures, live, person)


def about_company(company: Company) -> About:
    """The list of all who work for a company."""
    page, figures, live = addresses_of("company", company.pk)
    return About(company, str(company), page, figures, live)


def about_deal(deal: Deal) -> About:
    """The list of a deal."""
    page, figures, live = addresses_of("deal", deal.pk)
    return About(deal, str(deal), page, figures, live)


def addresses_of(page: str, pk: int) -> list[str]:
    """Where the page is, what is counted beside its list, and the list's stream."""
    return [reverse(name, args=[pk]) for name in (page, f"{page}-figures", f"{page}-live")]


def related_list(about: About, viewer: User, asked: Mapping[str, str]) -> RelatedList:
    """What the address asks for; an unreadable place means the top of the list."""
    reach = accounts_in_reach(viewer)
    filters = filters_for(about.whose, viewer, asked, reach)
    place = parse_cursor(asked.get("after", ""))
    found = found_for(about.whose, viewer, filters, place, reach)
    rows = rows_of(found.rows)
    return RelatedList(about, viewer, filters, rows, str(found.next or ""), place is None, found)


def found_for(
    whose: Whose, viewer: User, filters: Filters, place: Cursor | None, reach: InReach | None = None
) -> Listed:
    """A page of emails or of threads."""
    ask = related_threads if filters.as_threads else related_emails
    return ask(whose, viewer, filters.choice, after=place, limit=PAGE, reach=reach)


def listed(request: SignedInRequest, listing: RelatedList) -> HttpResponse:
    """The rows, for a page that is open; its address becomes that of what it shows."""
    answer = render(request, "emails/rows.html", {"related": listing})
    if listing.is_first:
        is_typed = request.headers.get("HX-Trigger") == "related-words"
        answer["HX-Replace-Url" if is_typed else "HX-Push-Url"] = listing.address
    return answer


def filters_for(
    whose: Whose, viewer: User, asked: Mapping[str, str], reach: InReach | None = None
) -> Filters:
    """The filters of an address, as far as this viewer may choose them."""
    sharer = find_sharer(whose, viewer, asked.get("shared_by", ""), reach)
    return parse_filters(asked, sharer)


def parse_cursor(text: str) -> Cursor | None:
    """Read a cursor from a URL; None for anything that is none."""
    try:
        return Cursor.parse(text)
    except ValueError:
        return None


def find_sharer(whose: Whose, viewer: User, text: str, reach: InReach | None = None) -> User | None:
    """The colleague chosen in the drop-down, if the viewer sees any of their mail with them.

    Anyone else counts as *All*: the answer does not tell whether such a user exists.
    """
    try:
        pk = parse_row_id(text)
    except ValueError:
        return None
    reach = reach or accounts_in_reach(viewer)
    return sharers_with(whose, viewer, reach, only=pk).first()
