"""In which column of SalesInbox an email stands, as a pure function of who sent it.

Decided when somebody looks: a deal that is lost, a lead that is converted, an address that is added
re-sorts the inbox at once. The database has the same in `association.inbox`; a test compares them.
Reference: SalesInbox, overview (the four columns).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Column(Enum):
    """The columns in their order; the first that fits is the sender's."""

    DEALS = "deals"
    PEOPLE = "people"
    OUTSIDE = "outside"
    COLLEAGUES = "colleagues"

    @property
    def words(self) -> str:
        """What it is called on the page."""
        return WORDS[self]


WORDS = {
    Column.DEALS: "Deals",
    Column.PEOPLE: "Contacts & Leads",
    Column.OUTSIDE: "Not in CRM",
    Column.COLLEAGUES: "Colleagues",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What decides: the organisation's addresses and domains, and people with their open deals.

    `open_deals` counts them by a person's canonical address; who is there with none is known.
    """

    colleagues: frozenset[str] = frozenset()
    own_domains: tuple[str, ...] = ()
    open_deals: Mapping[str, int] = field(default_factory=dict)


def column_for(sender: str, known: Known) -> Column:
    """The column of mail from this canonical address; an empty one is of whom nobody can tell.

    A colleague is one, whatever the CRM says: colleagues never match leads or contacts.
    """
    if not sender:
        return Column.OUTSIDE
    if sender in known.colleagues or is_at(sender, known.own_domains):
        return Column.COLLEAGUES
    if sender not in known.open_deals:
        return Column.OUTSIDE
    return Column.DEALS if known.open_deals[sender] else Column.PEOPLE


def is_at(address: str, domains: tuple[str, ...]) -> bool:
    """Whether the address is at one of the domains or below it."""
    return any(address.endswith((f"@{domain}", f".{domain}")) for domain in domains)
