"""What the organisation decides for all: superiors, its own domains, open and click notices."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from postroom.mime import canonical_domain
from postroom.team.audit import note
from postroom.team.models import Act, Organisation, User
from postroom.team.refusal import Refusal

NONE = "none"


class DomainsUnusable(Refusal):
    """Something is no domain; nothing was saved."""

    def __init__(self, line: str) -> None:
        super().__init__(
            f"Nothing was saved: “{line[:60]}” is no domain. Write it as it stands behind the @,"
            " such as example.com."
        )


@transaction.atomic
def set_superiors_see(is_on: bool, by: User | None, now: datetime) -> None:
    """Let superiors see the mail of their reports with leads and contacts, or no more."""
    organisation = locked()
    if organisation.superiors_see != is_on:
        organisation.superiors_see = is_on
        organisation.save(update_fields=["superiors_see"])
        words = {True: "the mail of their reports", False: "nothing by themselves"}
        note(Act.SUPERIORS_SET, by, words[is_on], now, f"{words[not is_on]} before")


@transaction.atomic
def set_notices(is_on: bool, by: User | None, now: datetime) -> None:
    """Let emails tell their sender when they are opened, or no more; it holds at once."""
    organisation = locked()
    if organisation.has_notices != is_on:
        organisation.has_notices = is_on
        organisation.save(update_fields=["has_notices"])
        note(Act.NOTICES_SET, by, "on" if is_on else "off", now)


@transaction.atomic
def set_own_domains(lines: Iterable[str], by: User | None, now: datetime) -> list[str]:
    """Whose addresses are colleagues' and match nobody; the domains now. Raises DomainsUnusable."""
    domains = domains_in(lines)
    organisation = locked()
    before = organisation.own_domains
    if before != domains:
        organisation.own_domains = domains
        organisation.save(update_fields=["own_domains"])
        changed = f"{in_words(before)} before; {in_words(domains)} now"
        note(Act.DOMAINS_SET, by, organisation, now, changed)
    return domains


@transaction.atomic
def set_counting(
    time_zone: str, counts_other_programs: bool, by: User | None, now: datetime
) -> None:
    """In which zone days are counted, and whether what other mail programs do counts."""
    organisation = locked()
    before = (organisation.time_zone, organisation.counts_other_programs)
    if before == (time_zone, counts_other_programs):
        return
    organisation.time_zone = time_zone
    organisation.counts_other_programs = counts_other_programs
    organisation.save(update_fields=["time_zone", "counts_other_programs"])
    others = "count" if counts_other_programs else "do not count"
    note(Act.CLEANUP_SET, by, "everyone", now, f"days of {time_zone}; other programs {others}")


def domains_in(lines: Iterable[str]) -> list[str]:
    """What stands in the lines, one each. Raises DomainsUnusable."""
    found = dict[str, None]()
    for line in filter(None, map(str.strip, lines)):
        domain = "" if "@" in line.lstrip("@") else canonical_domain(line)
        if not domain or len(domain) > 253:
            raise DomainsUnusable(line)
        found[domain] = None
    return list(found)


def in_words(domains: Iterable[str]) -> str:
    """Domains in a line."""
    return ", ".join(domains) or NONE


def locked() -> Organisation:
    """The organisation, held until the change is written."""
    return Organisation.objects.select_for_update().get(pk=Organisation.get().pk)
