"""Which person, company or deal an address is about: `/people/7/notes/`."""

from django.http import Http404
from django.urls import reverse

from postroom.crm.models import Company, Deal, Person
from postroom.crm.records import Record

KINDS: dict[str, type[Person] | type[Company] | type[Deal]] = {
    "people": Person,
    "companies": Company,
    "deals": Deal,
}
WORDS = {kind: word for word, kind in KINDS.items()}
PAGES = {Person: "person", Company: "company", Deal: "deal"}


class RecordKind:
    """What kind of record an address is about; any other word names no page."""

    regex = "|".join(KINDS)

    def to_python(self, word: str) -> str:
        """The word itself."""
        return word

    def to_url(self, word: str) -> str:
        """The word itself."""
        return word


def get_record(kind: str, pk: int) -> Record:
    """The person, company or deal, or 404."""
    found = KINDS[kind].objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def named(record: Record) -> tuple[str, int]:
    """Its kind and number, as addresses have them."""
    return WORDS[type(record)], record.pk


def page_of(record: Record | None) -> str:
    """Where it is looked at; of nobody, the page of tasks."""
    return reverse(PAGES[type(record)], args=[record.pk]) if record else reverse("tasks")
