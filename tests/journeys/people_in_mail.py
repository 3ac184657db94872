"""Who is in a heap of mail, read with the standard library only: a second opinion on our reading.

It shares no line with `postroom`, so that both can only agree by both being right. A person is
somebody who wrote under a name of two or more words; who wrote under one name from two addresses
has a secondary address. Not `Sender`: who carried a mail has not taken part in it (Design §2).
"""

import csv
import email.header
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from pathlib import Path

ROLES = ("From", "Reply-To", "To", "Cc", "Bcc")
COLUMNS = ("stage", "first_name", "last_name", "company", "email", "secondary_email")
PLAIN_ADDRESS = re.compile(r"[\w.+=-]+@[\w.-]+\.\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class PersonInMail:
    """Somebody who wrote; the first address is the one used most."""

    first_name: str
    last_name: str
    company: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A heap of mail: who is on which message, and who wrote under which name."""

    message_ids_of: Mapping[str, frozenset[str]]
    written_by: Mapping[str, Counter[str]]

    def message_ids(self, addresses: Iterable[str]) -> set[str]:
        """The Message-IDs of all mail with one of these addresses on it."""
        return {one for address in addresses for one in self.message_ids_of.get(address, ())}


def read_mail(messages: Iterable[bytes]) -> Reading:
    """Read the headers of all messages."""
    message_ids_of: defaultdict[str, set[str]] = defaultdict(set)
    written_by: defaultdict[str, Counter[str]] = defaultdict(Counter)
    parser = BytesHeaderParser(policy=compat32)
    for raw in messages:
        header = parser.parsebytes(raw)
        message_id = str(header.get("Message-ID", "")).strip().strip("<>")
        for role in ROLES:
            for name, address in addresses_in(header, role):
                message_ids_of[address].add(message_id)
                if role == "From":
                    written_by[name][address] += 1
    return Reading({a: frozenset(ids) for a, ids in message_ids_of.items()}, written_by)


def addresses_in(header: Message, role: str) -> Iterator[tuple[str, str]]:
    """Name and address of everybody in one role."""
    for name, address in getaddresses([str(value) for value in header.get_all(role, [])]):
        if "@" in address:
            yield decoded(name), address.lower()


def decoded(name: str) -> str:
    """The name with its encoded words read, as far as the standard library reads them."""
    try:
        return str(email.header.make_header(email.header.decode_header(name)))
    except (LookupError, UnicodeError, ValueError):
        return name


def people_in(reading: Reading, count: int) -> list[PersonInMail]:
    """So many people: all with two addresses, the busiest writers, and a sample of the rest."""
    found, taken = [], set[str]()
    for name, addresses in sorted(reading.written_by.items(), key=busiest_first):
        person = person_called(name, [address for address, _ in addresses.most_common(2)])
        if person and taken.isdisjoint(person.addresses):
            found.append(person)
            taken.update(person.addresses)
    two = [person for person in found if len(person.addresses) == 2]
    one = [person for person in found if len(person.addresses) == 1]
    busiest = (count - len(two)) // 2
    sampled = count - len(two) - busiest
    rest = one[busiest:]
    return two + one[:busiest] + [rest[n * len(rest) // sampled] for n in range(sampled)]


def busiest_first(entry: tuple[str, Counter[str]]) -> tuple[int, str]:
    """Sort by number of mails written, then by name."""
    name, addresses = entry
    return -addresses.total(), name


def person_called(name: str, addresses: Sequence[str]) -> PersonInMail | None:
    """The person of that name, unless it is not a name or an address is not plain."""
    words = name.replace('"', " ").split()
    if len(words) < 2 or "@" in name or not all(map(PLAIN_ADDRESS.fullmatch, addresses)):
        return None
    company = addresses[0].rpartition("@")[2]
    return PersonInMail(" ".join(words[:-1])[:80], words[-1][:80], company, tuple(addresses))


def write_csv(path: Path, people: Sequence[PersonInMail]) -> None:
    """Write the file that `postroom people import` reads; every second person is a contact."""
    with path.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(COLUMNS)
        for number, person in enumerate(people):
            primary, *rest = person.addresses
            stage = ("lead", "contact")[number % 2]
            names = (person.first_name, person.last_name, person.company)
            rows.writerow([stage, *names, primary, *(rest or [""])])
