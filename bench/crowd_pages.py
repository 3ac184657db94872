"""The pages that are asked for, as four viewers: one of few emails, two of some, one of all."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.test import Client

from bench.crowd import JAPANESE, address_of, name_of, vocabulary
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, EveryParticipant
from postroom.association.inbox_columns import Column
from postroom.crm.models import Company, Person, PersonAddress
from postroom.crm.people import find_person
from postroom.team.models import User
from web.browser import SIGN_IN

MUCH = 10_000
ROW = re.compile(rb'class="email-row')


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A page, and who asks for it."""

    kind: str
    viewer: str
    client: Client
    path: str
    query: str

    def getter(self) -> Callable[[], int]:
        """Ask for it; how many rows of mail it shows."""

        def get() -> int:
            answer = self.client.get(self.path, {"q": self.query} if self.kind == "search" else {})
            assert answer.status_code == 200, answer
            return len(ROW.findall(answer.content))

        return get


def queries() -> list[str]:
    """Searches good and bad: very common words and very rare ones, and all that is between."""
    words = vocabulary()
    common, middle, rare = words[0:6], [words[n] for n in (60, 200, 700)], words[8_000]
    return [
        *common[:2],
        f"{common[0]} {common[1]}",
        f"{common[2]} {common[3]} {common[4]}",
        *(f"{word} " for word in middle),
        f"{words[2_500]} ",
        f"{rare} ",
        f"{words[20_000]} ",
        f"{common[0]} {rare} ",
        f"{middle[0]} {middle[1]} ",
        f"{middle[1]} {middle[2]} ",
        f'"{common[0]} {common[1]}"',
        f'"{middle[0]} {common[1]}"',
        f"{common[0]} -{common[1]} ",
        f"-{common[0]} ",
        f"{rare} OR {common[5]} ",
        f"{words[300][:3]}",
        f"{words[900][:4]}",
        "ref77 ",
        "zzzzzz ",
        f"from:{name_of(7).split()[1]} ",
        f"from:{address_of(3)} ",
        f'from:"{name_of(1)}" ',
        "from:lena",
        "to:omar ",
        f"person:{address_of(0)} ",
        f"person:{address_of(4_321)} ",
        f"person:{address_of(0)} {common[0]} ",
        f"subject:{common[0]} ",
        f"subject:{words[700]} ",
        "has:attachment ",
        f"has:attachment {middle[1]} ",
        "is:unread ",
        "is:flagged ",
        f"is:unread {common[1]} ",
        f"before:2024-06 {common[0]} ",
        f"before:2024-06 {middle[1]} ",
        f"on:2025-05 {middle[0]} ",
        "after:2026-10-20 ",
        "shared-by:user5 ",
        f"shared-by:user5 {common[0]} ",
        f"{JAPANESE[3:5]} ",
        f"{JAPANESE[7]}",
        "",
    ]


def viewers() -> dict[str, User]:
    """By how much they see."""
    users = User.objects.order_by("pk")
    accounts = EmailAccount.objects.order_by("pk")
    everyone = User.objects.filter(email="all@postroom.example").first()
    if everyone is None:
        everyone = User.objects.create_user("all@postroom.example", name="All")
        for account in accounts:
            add_member(account, everyone, None, account.connected_at)
    count = users.count()
    return {
        "few emails": users[count - 2 - count % 2 * 1],
        "one mailbox": users[1],
        "colleagues’ too": users[0],
        "all": everyone,
    }


FILTERS = ("", "?unread=1", "?attachments=1&sort=oldest", "?words={rare}", "?as=threads")


def paths(known: Sequence[int]) -> Iterator[tuple[str, str, str]]:
    """The lists: of people of much and of little mail, of one with 10,000 emails, of companies."""
    for number in known:
        person = find_person(address_of(number))
        assert person
        yield "related list", f"/people/{person.pk}/", name_of(number)
    much = one_of_much_mail()
    for filters in FILTERS:
        filters = filters.format(rare=vocabulary()[8_000])
        yield "related list", f"/people/{much.pk}/{filters}", f"{much}{filters}"
    for number in (1, 2, 3):
        company = company_of(number)
        yield "company list", f"/companies/{company.pk}/", str(company)
    for column in Column:
        yield "inbox", f"/inbox/?column={column.value}", column.words


def one_of_much_mail() -> Person:
    """Somebody with the addresses of as many people as it takes to have 10,000 emails."""
    made = Person.objects.filter(last_name="Much").first()
    if made is None:
        made = Person.objects.create(first_name="Maya", last_name="Much")
        number, emails = 100, 0
        while emails < MUCH and number < 400:
            address = PersonAddress.objects.filter(canonical=address_of(number))
            emails += EveryParticipant.objects.filter(canonical=address_of(number)).count()
            address.update(person=made, is_primary=False)
            number += 1
    return made


def company_of(number: int) -> Company:
    """A company with thirty people of middling mail."""
    made, is_new = Company.objects.get_or_create(name=f"Company {number}")
    if is_new:
        addresses = [address_of(1_000 + 30 * number + n) for n in range(30)]
        Person.objects.filter(addresses__canonical__in=addresses).update(company=made)
    return made


def pages(known: Sequence[int] = (0, 1, 2, 50, 4_321)) -> Iterator[AskedPage]:
    """All of them."""
    lists = list(paths(known))
    User.objects.update(salesinbox_on=True)
    for name, viewer in viewers().items():
        client = Client()
        client.force_login(viewer, backend=SIGN_IN)
        for query in queries():
            yield AskedPage("search", name, client, "/search/", query)
        for kind, path, what in lists:
            yield AskedPage(kind, name, client, path, what)
        own = Email.objects.filter(account__owner=viewer).order_by("-sent_at")
        emails = own or Email.objects.order_by("-sent_at")
        for email in emails[:5]:
            path = f"/emails/{email.pk}/"
            yield AskedPage("email with its thread", name, client, path, email.subject)
