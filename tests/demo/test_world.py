"""The mailbox of the demo, read with the standard library: is it whole, and is it believable?"""

import csv
import email
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from importlib.resources import files

import pytest

from postroom.cli.demo.world import FOLDERS, World, cast, compose_world, year_folder
from postroom.cli.demo.world.script import parse_script

NOW = datetime(2026, 5, 14, 10, 30, tzinfo=UTC)
PEOPLE = list(
    csv.DictReader(files("postroom.cli.demo.world").joinpath("people.csv").open(encoding="utf-8"))
)


@pytest.fixture(scope="module")
def world() -> World:
    return compose_world(NOW)


@pytest.fixture(scope="module")
def messages(world: World) -> list[EmailMessage]:
    return [email.message_from_bytes(letter.raw, policy=default) for letter in world.letters]


def outsiders(message: EmailMessage) -> set[str]:
    """All addresses of a message but Maya's."""
    fields = [str(value) for name in ("from", "to", "cc") for value in message.get_all(name, [])]
    return {address for _, address in getaddresses(fields)} - {"maya@petrel.example"}


def test_the_mailbox_has_the_size_of_a_working_year(world: World) -> None:
    by_folder = Counter(letter.folder for letter in world.letters)
    print(dict(by_folder))
    assert len(world.letters) == 413
    assert set(by_folder) == {*FOLDERS, "INBOX", year_folder(NOW)} - {"Drafts", "Trash"}
    assert by_folder["Sent"] > 100
    unread = [one for one in world.letters if one.folder == "INBOX" and "S" not in one.flags]
    assert 10 <= len(unread) <= 16


def test_every_message_says_who_when_and_which_it_is(messages: list[EmailMessage]) -> None:
    identities = [str(message["message-id"]) for message in messages]
    assert len(set(identities)) == len(messages) == 413
    for message in messages:
        assert not message.defects, message["subject"]
        assert message["from"]
        assert message["to"]
        assert str(message["subject"])


def test_every_address_lies_under_a_name_that_nobody_can_own(messages: list[EmailMessage]) -> None:
    found = set().union(*(outsiders(message) for message in messages))
    assert len(found) > 50
    assert [address for address in found if not address.endswith(".example")] == []


@pytest.mark.parametrize(
    "now",
    [NOW, datetime(2027, 1, 1, 0, 5, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)],
)
def test_all_of_it_has_happened_and_some_of_it_today_and_yesterday(now: datetime) -> None:
    letters = compose_world(now).letters
    assert all(letter.at < now for letter in letters)
    assert now - letters[0].at > timedelta(days=400)
    days = {(now - letter.at).days for letter in letters}
    assert {0, 1} <= days


def test_every_known_person_has_mail_and_so_has_the_older_address(
    messages: list[EmailMessage],
) -> None:
    seen = Counter(address for message in messages for address in outsiders(message))
    for person in PEOPLE:
        assert seen[person["email"]] >= 3, person
    older = [person["secondary_email"] for person in PEOPLE if person["secondary_email"]]
    assert len(older) == 1
    assert seen[older[0]] >= 4


def test_the_people_of_the_file_are_the_customers_of_the_script() -> None:
    assert len(PEOPLE) == len(cast.CUSTOMERS) == 15
    assert {person["email"] for person in PEOPLE} == {
        customer.mailbox for customer in cast.CUSTOMERS.values()
    }
    assert len({person["company"] for person in PEOPLE} - {""}) == 9


def test_private_mail_is_there_and_touches_nobody_known(messages: list[EmailMessage]) -> None:
    known = {customer.mailbox for customer in cast.CUSTOMERS.values()}
    private = {person.mailbox for person in cast.PRIVATE.values()}
    found = [message for message in messages if outsiders(message) & private]
    assert len(found) == 34
    assert [message["subject"] for message in found if outsiders(message) & known] == []


def test_answers_name_what_they_answer_and_quote_it(messages: list[EmailMessage]) -> None:
    known = {str(message["message-id"]) for message in messages}
    answers = [message for message in messages if message["in-reply-to"]]
    assert len(answers) > 200
    for answer in answers:
        references = str(answer["references"]).split()
        assert references[-1] == str(answer["in-reply-to"])
        assert set(references) <= known
    quoting = [one for one in answers if re.search(r"^>", text_of(one), re.MULTILINE)]
    assert len(quoting) > 120


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def test_it_has_what_real_mail_has(messages: list[EmailMessage]) -> None:
    parts = [part for message in messages for part in message.walk()]
    kinds = Counter(part.get_content_type() for part in parts)
    print(dict(kinds))
    for kind in ("text/html", "application/pdf", "image/png", "text/csv", "text/calendar"):
        assert kinds[kind] >= 3, kind
    assert kinds["message/delivery-status"] == 2
    charsets = {part.get_content_charset() for part in parts} - {None}
    assert {"utf-8", "iso-2022-jp", "windows-1252", "windows-1253", "iso-8859-1"} <= charsets
    pages = [part.get_content() for part in parts if part.get_content_type() == "text/html"]
    assert sum("https://" in page for page in pages) > 20
    assert sum("cid:" in page for page in pages) > 5
    assert sum(bool(message["list-id"]) for message in messages) == 12


def test_no_text_is_left_to_fill_in(messages: list[EmailMessage]) -> None:
    for message in messages:
        assert not re.search(r"\{[+-]?\d|lorem", str(message["subject"]) + text_of(message))


def test_two_worlds_of_one_moment_hold_the_same_mail(world: World) -> None:
    again = compose_world(NOW)
    assert [(one.identity, one.at, one.folder) for one in again.letters] == [
        (one.identity, one.at, one.folder) for one in world.letters
    ]


def test_a_line_that_is_not_understood_is_refused() -> None:
    assert parse_script("== A\n\n@ 3d 10:00 aoi\nHello\n")[0].lines[0].text == "Hello"
    with pytest.raises(ValueError, match="Not a message"):
        parse_script("== A\n\n@ yesterday aoi\nHello\n")
