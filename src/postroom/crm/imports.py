"""Read leads and contacts from a CSV file.

Good rows are kept, bad rows are listed with their line number and reason, and running it
twice changes nothing: a row is recognised by its primary address. Other CRMs and spreadsheets
write “Last Name” and put semicolons or tabs between cells; that is read as well.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from django.db import transaction

from postroom.crm.models import Person, Stage
from postroom.crm.people import (
    AddressTaken,
    AddressUnusable,
    company_called,
    find_person,
    set_addresses,
)
from postroom.mime import canonical_address

COLUMNS = (
    "stage",
    "first_name",
    "last_name",
    "company",
    "email",
    "secondary_email",
    "lead_source",
)
REQUIRED = ("last_name", "email")
# The reader's own limit of 131,072 characters would end the import and not the row.
csv.field_size_limit(2**31 - 1)
LONGEST = {
    "first_name": 80,
    "last_name": 80,
    "company": 160,
    "email": 254,
    "secondary_email": 254,
    "lead_source": 60,
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not imported, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class ImportResult:
    """What became of the rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)


class NotAPeopleFile(ValueError):
    """The file's first line does not name the columns."""

    def __init__(self, missing: Iterable[str]) -> None:
        others = ", ".join(name for name in COLUMNS if name not in REQUIRED)
        super().__init__(
            f"The first line lacks the column {', '.join(missing)}. It names the columns:"
            f" {' and '.join(REQUIRED)} must be there, {others} may be."
        )


class RowRefused(ValueError):
    """A row without what every person needs, with a value that does not fit, or met before."""


def import_people(lines: Iterable[str]) -> ImportResult:
    """Import the rows of a CSV file; raises NotAPeopleFile before anything is kept."""
    result = ImportResult()
    met: dict[str, int] = {}
    for line, row in read_rows(lines):
        try:
            check(row)
            first = met.setdefault(canonical_address(row["email"]), line)
            if first != line:
                raise RowRefused(f"{row['email']} is already on line {first}.")
            outcome = import_row(row)
        except (AddressTaken, AddressUnusable, RowRefused) as reason:
            result.bad.append(BadRow(line, str(reason)))
        else:
            setattr(result, outcome, getattr(result, outcome) + 1)
    return result


def read_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of every row; a byte-order mark and spaces around cells go."""
    cleaned = (line.replace("\0", "").removeprefix("\ufeff") for line in lines)
    first = next(cleaned, "")
    reader = csv.DictReader(chain([first], cleaned), delimiter=max(",;\t", key=first.count))
    names = ["_".join((name or "").lower().split()) for name in reader.fieldnames or ()]
    if missing := [name for name in REQUIRED if name not in names]:
        raise NotAPeopleFile(missing)
    reader.fieldnames = names
    for row in reader:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if any(cells.values()):
            yield reader.line_num, cells


def check(row: dict[str, str]) -> None:
    """Refuse a row that cannot become a person."""
    for name in REQUIRED:
        if not row[name]:
            raise RowRefused(f"The column {name} is empty.")
    for name, longest in LONGEST.items():
        if len(row[name]) > longest:
            raise RowRefused(f"The column {name} is longer than {longest} characters.")
    if row["stage"].lower() not in ("", *Stage.values):
        raise RowRefused(f"The stage is “{row['stage']}”. Write lead or contact.")


@transaction.atomic
def import_row(row: dict[str, str]) -> str:
    """Create or complete one person; returns "created", "changed" or "unchanged"."""
    person = find_person(row["email"])
    if person is None:
        complete(Person(), row, [row["email"], row["secondary_email"]])
        return "created"
    have = list(person.addresses.values_list("address", flat=True))
    if canonical_address(have[0]) != canonical_address(row["email"]):
        raise AddressTaken(row["email"], person)
    before = (*written_of(person), len(have))
    complete(person, row, [*have, row["secondary_email"]])
    now = (*written_of(person), person.addresses.count())
    return "unchanged" if before == now else "changed"


def written_of(person: Person) -> tuple[object, ...]:
    """What a row may have changed of a person."""
    names = (person.stage, person.first_name, person.last_name)
    return (*names, person.company_id, person.lead_source)


def complete(person: Person, row: dict[str, str], addresses: list[str]) -> None:
    """Write a row into a person. An empty cell empties nothing; a contact stays a contact."""
    if row["stage"] and person.stage != Stage.CONTACT:
        person.stage = Stage(row["stage"].lower())
    person.first_name = row["first_name"] or person.first_name
    person.last_name = row["last_name"]
    person.company = company_called(row["company"]) or person.company
    person.lead_source = row["lead_source"] or person.lead_source
    person.save()
    set_addresses(person, addresses)
