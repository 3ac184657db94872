"""Addresses and domains whose mail is shared with nobody: the organisation's list, and one's own.

Neither has a cap. Reference: Email Sharing, excluded domains.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from postroom.accounts.models import Exclusion, PatternUnusable, pattern_of
from postroom.team.audit import note, note_each
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal

MOST_NAMED = 5


class LinesUnusable(Refusal):
    """Some lines are neither an address nor a domain; nothing was taken of the others either."""

    def __init__(self, lines: Sequence[str]) -> None:
        named = ", ".join(f"“{line[:60]}”" for line in lines[:MOST_NAMED])
        more = f" and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else ""
        is_one = len(lines) == 1
        super().__init__(
            f"Nothing was saved: {named}{more} {'is' if is_one else 'are'} no email address and no"
            f" domain. Correct or remove {'it' if is_one else 'them'}; write lena@customer.example"
            " or customer.example."
        )


def list_of(owner: User | None) -> QuerySet[Exclusion]:
    """Somebody's own list, or the organisation's, by domain."""
    return Exclusion.objects.filter(owner=owner).order_by("pattern")


def patterns_in(lines: Iterable[str]) -> list[str]:
    """What stands in the lines, one each, without empty ones. Raises LinesUnusable."""
    found, unusable = dict[str, None](), list[str]()
    for line in filter(None, map(str.strip, lines)):
        try:
            found[pattern_of(line)] = None
        except PatternUnusable:
            unusable.append(line)
    if unusable:
        raise LinesUnusable(unusable)
    return list(found)


@transaction.atomic
def exclude(owner: User | None, lines: Iterable[str], by: User | None, now: datetime) -> list[str]:
    """Add all of the lines to a list; those that are new to it. Raises LinesUnusable."""
    wanted = patterns_in(lines)
    there = set(list_of(owner).filter(pattern__in=wanted).values_list("pattern", flat=True))
    new = [pattern for pattern in wanted if pattern not in there]
    rows = [Exclusion(owner=owner, pattern=pattern) for pattern in new]
    Exclusion.objects.bulk_create(rows, ignore_conflicts=True)
    note_each(Act.EXCLUDED, by, [told(pattern, owner) for pattern in new], now, spoken(owner))
    return new


@transaction.atomic
def allow_again(exclusion: Exclusion, by: User | None, now: datetime) -> None:
    """Take one off its list; its mail is shared again as everything else is."""
    deleted, _ = Exclusion.objects.filter(pk=exclusion.pk).delete()
    if deleted:
        about = told(exclusion.pattern, exclusion.owner)
        note(Act.EXCLUSION_ENDED, by, about, now, spoken(exclusion.owner))


def told(pattern: str, owner: User | None) -> str:
    """The entry in the audit log; of a user's own list, their doctor's say, only what it is."""
    return pattern if owner is None else "an address" if "@" in pattern else "a domain"


def spoken(owner: User | None) -> str:
    """Which list it is, in the audit log."""
    return f"the list of {owner.email}" if owner else "the organisation’s list"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An address or domain somebody asks about, and which entries of which lists hold it back."""

    asked: str
    by_organisation: list[Exclusion]
    by_owner: list[Exclusion]

    @property
    def all(self) -> list[Exclusion]:
        """Of both lists."""
        return self.by_organisation + self.by_owner


def holding_back(asked: str, owner: User | None) -> HeldBack | None:
    """Which list holds back an address; None when what is asked about is neither that nor a domain.

    The organisation's list, and the owner's: others' lists are theirs to know.
    """
    try:
        pattern = pattern_of(asked)
    except PatternUnusable:
        return None
    found = Exclusion.objects.filter(Q(owner=None) | Q(owner=owner), pattern__in=covering(pattern))
    entries = list(found.order_by("pattern"))
    ours = [entry for entry in entries if entry.owner_id is None]
    return HeldBack(pattern, ours, [entry for entry in entries if entry.owner_id is not None])


def covering(pattern: str) -> list[str]:
    """Every entry that would match it: itself, its domain and the domains above."""
    local, at, domain = pattern.rpartition("@")
    labels = domain.split(".")
    domains = [".".join(labels[n:]) for n in range(len(labels))]
    return [f"{local}{at}{domain}", *domains] if at else domains
