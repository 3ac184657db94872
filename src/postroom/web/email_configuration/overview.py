"""Setup › Channels › Email › Health: every mailbox, worst first, for whoever manages them.

States, numbers and sentences; never what is in a mailbox, nor names of its folders.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.accounts.access import accounts_for
from postroom.accounts.models import EmailAccount
from postroom.engine.upcoming import next_attempts
from postroom.sync.health import NEEDS_SOMEONE, Health, Need, by_need, count_by_need, healths_of
from postroom.team.models import Permission
from postroom.web.email_configuration.tabs import tabs_for
from postroom.web.mailbox.tiers import TIERS
from postroom.web.permission import needs
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in

PAGE = 50
LAST_PAGE = 10_000
MARKS = {
    Need.NOTHING: "well",
    Need.FETCHING: "busy",
    Need.PATIENCE: "busy",
    Need.DELETING: "busy",
    Need.PAUSED: "off",
    Need.PASSWORD: "off",
    Need.DEACTIVATED: "off",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which mailboxes to show: words in address or owner, only those that need someone, a page."""

    words: str
    is_needing: bool
    page: int

    @classmethod
    def of(cls, request: HttpRequest) -> "Wish":
        """What the address of the page asks for; nonsense asks for nothing."""
        words = request.GET.get("mailbox", "").replace("\0", "").strip()[:200]
        return cls(words, request.GET.get("show") == "needing", page_in(request.GET))

    def among(self, accounts: QuerySet[EmailAccount]) -> QuerySet[EmailAccount]:
        """Those in whose address or owner all the words are."""
        for word in self.words.split():
            named = Q(owner__name__icontains=word) | Q(owner__email__icontains=word)
            accounts = accounts.filter(Q(address__icontains=word) | named)
        return accounts

    def link(self, *, page: int | None = None, is_needing: bool | None = None) -> str:
        """The address of another page, or of the other choice."""
        query = QueryDict(mutable=True)
        shown = self.is_needing if is_needing is None else is_needing
        wanted = {"mailbox": self.words, "show": "needing" if shown else "", "page": page}
        query.update({name: str(value) for name, value in wanted.items() if value})
        return f"?{query.urlencode()}"


@dataclass(frozen=True, slots=True)
class Row:
    """A mailbox in the overview."""

    health: Health

    @property
    def mark(self) -> str:
        """The kind of its state."""
        return MARKS.get(self.health.need, "trouble")

    @property
    def megabytes(self) -> float:
        """What was fetched today."""
        return self.health.octets_today / 1_000_000

    @property
    def tier(self) -> str:
        """How changes are learnt of, by the name that the mailbox's own page has for it."""
        return TIERS.get(self.health.account.tier, ("",))[0]


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of mailboxes, and how many there are."""

    wish: Wish
    rows: list[Row]
    count: int
    needing: int
    has_more: bool

    @property
    def all_link(self) -> str:
        """To all mailboxes."""
        return self.wish.link(is_needing=False)

    @property
    def needing_link(self) -> str:
        """To those that need someone."""
        return self.wish.link(is_needing=True)

    @property
    def more_link(self) -> str:
        """To the next page; empty on the last."""
        return self.wish.link(page=self.wish.page + 1) if self.has_more else ""


@require_safe
@signed_in
@needs(Permission.MANAGE_EMAIL_SETTINGS)
def mailbox_health(request: SignedInRequest) -> HttpResponse:
    """How all mailboxes are doing."""
    overview = overview_of(accounts_for(request.user), Wish.of(request), timezone.now())
    context = {"room": "setup", "tabs": tabs_for(request.user), "overview": overview}
    return render(request, "email_configuration/overview.html", context)


def overview_of(accounts: QuerySet[EmailAccount], wish: Wish, now: datetime) -> Overview:
    """One page of it, by the same number of questions however many mailboxes there are."""
    found = wish.among(accounts)
    counts = count_by_need(found, now)
    shown = by_need(found, now)
    if wish.is_needing:
        shown = shown.filter(need__in=NEEDS_SOMEONE)
    first = (wish.page - 1) * PAGE
    page = list(shown[first : first + PAGE + 1])
    healths = healths_of(page[:PAGE], next_attempts([account.pk for account in page]), now)
    needing = sum(number for need, number in counts.items() if need in NEEDS_SOMEONE)
    rows = [Row(health) for health in healths]
    return Overview(wish, rows, sum(counts.values()), needing, len(page) > PAGE)


def page_in(query: QueryDict) -> int:
    """The page asked for; the first where that is not a page."""
    try:
        return min(parse_row_id(query.get("page", "1")), LAST_PAGE) or 1
    except ValueError:
        return 1
