"""Canaries: a word of an email is found by whoever may read it, and by nobody else.

Every "0 found" has its control: the owner finds the same email by the same word.
"""

from datetime import timedelta

import pytest

from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.lifecycle import Decision
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount, Exclusion, Ruling, Sharing, Sight
from postroom.archive.models import Correspondent, Email, SearchDue, SearchEntry
from postroom.archive.search_query import parse_query
from postroom.association import search
from postroom.association.suggesting import corrected, known_like
from postroom.cleanup.deactivating import deactivate
from postroom.cleanup.deleting import delete_next
from postroom.team.models import User
from search.worlds import searchable

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"
FILE = (
    "--b\r\nContent-Type: text/plain\r\n\r\nThe {word}body says it.\r\n--b\r\n"
    'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{word}file.pdf"'
    "\r\n\r\n%PDF\r\n--b--\r\n"
)
MIXED = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
PLACES = ("name", "address", "subject", "body", "file")


def canary_letter(word: str, to: str) -> bytes:
    """A letter with a canary in every place that is searched."""
    return message(
        f"About {word}subject",
        NOON,
        FILE.format(word=word),
        from_=f"{word}name Lead <{LENA}>",
        to=f"{to}, {word}address@elsewhere.example",
        **MIXED,
    )


QUERIES = (
    "{0}",
    '"{0}"',
    "{0}*",
    "from:{0} OR to:{0} OR subject:{0} OR filename:{0} OR {0}",
    "lead {0}",
    "{0} -nothing",
    "zugunruhe OR {0}",
)


def found(viewer: User, word: str) -> int:
    """How many emails are found by a word, however it is asked for."""
    return sum(len(search(viewer, parse_query(query.format(word))).rows) for query in QUERIES)


@pytest.fixture
def cast() -> dict[str, User]:
    return {name: user(name) for name in ("Alice", "Bob", "Charlie")}


def test_a_private_word_is_found_by_its_owner_alone(cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"])
    person("Lena Lead", LENA)
    received(account, canary_letter("zugunruhe", account.address))
    searchable()
    words = [f"zugunruhe{place}" for place in PLACES]
    assert [found(cast["Alice"], word) > 3 for word in words] == [True] * len(PLACES)
    for other in ("Bob", "Charlie"):
        assert [found(cast[other], word) for word in words] == [0] * len(PLACES)
        assert known_like(cast[other], "zugunruhe") == []
        assert corrected(parse_query("zugunruhename "), cast[other]) is None
    assert [one.canonical for one in known_like(cast["Alice"], "zugunruhea")] == [
        "zugunruheaddress@elsewhere.example"
    ]


def test_who_is_named_by_their_whole_address_is_meant_alone(cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"])
    person("Lena Lead", LENA)
    person("Helena Other", f"he{LENA}")
    for sender in (LENA, f"he{LENA}"):
        received(account, message(sender, NOON, "an offer", from_=sender))
    searchable()
    for typed, number in (
        (LENA, 1),
        (LENA.upper(), 1),
        (f"he{LENA}", 1),
        ("lena", 2),
        (LENA[:-1], 2),
    ):
        assert len(search(cast["Alice"], parse_query(f"person:{typed} ")).rows) == number, typed


@pytest.mark.parametrize("sharing", [Sharing.PUBLIC, Sharing.CUSTOM])
def test_a_shared_word_is_found_and_the_others_are_not(
    sharing: Sharing, cast: dict[str, User]
) -> None:
    account = account_of(cast["Alice"], sharing)
    lena = person("Lena Lead", LENA)
    shared(account, lena)
    received(account, canary_letter("shared", account.address))
    received(account, message("zugunruhe", NOON, "zugunruhe", from_="stranger@x.example"))
    searchable()
    for viewer in cast.values():
        assert all(found(viewer, f"shared{place}") > 3 for place in PLACES)
    assert found(cast["Alice"], "zugunruhe") > 3
    assert found(cast["Bob"], "zugunruhe") == 0
    assert known_like(cast["Bob"], "stranger") == []
    assert found(cast["Bob"], "stranger") == 0
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    assert found(cast["Bob"], "sharedbody") == 0


def test_a_name_is_told_where_an_email_that_is_seen_has_it(cast: dict[str, User]) -> None:
    """Not because another email has it, from the same address, that is nobody else's to see."""
    account = account_of(cast["Alice"], Sharing.PUBLIC)
    person("Somebody Else", LENA)
    for name in ("Lena Lead", "Zugunruhe Patient"):
        received(account, message("Hello", NOON, from_=f"{name} <broker@x.example>", to=LENA))
    hidden = Email.objects.filter(participants__name="Zugunruhe Patient")
    searchable()
    for viewer in cast.values():
        assert [one.name for one in known_like(viewer, "zugun")] == ["Zugunruhe Patient"]
    Ruling.objects.create(account=account, identity=hidden.get().identity, sight=0, at=NOON)
    for viewer, names in (("Alice", ["Zugunruhe Patient"]), ("Bob", [])):
        assert [one.name for one in known_like(cast[viewer], "zugun")] == names
    slip = parse_query("from:zugunruhee ")
    assert corrected(slip, cast["Alice"]) is not None
    assert corrected(slip, cast["Bob"]) is None
    assert [one.name for one in known_like(cast["Bob"], "broker@x")] == ["Lena Lead"]


@pytest.mark.parametrize("sharing", [Sharing.PUBLIC, Sharing.CUSTOM])
@pytest.mark.parametrize("sight", list(Sight)[1:])
def test_a_viewer_of_less_finds_by_less(
    sight: Sight, sharing: Sharing, cast: dict[str, User]
) -> None:
    account = account_of(cast["Alice"], sharing)
    EmailAccount.objects.filter(pk=account.pk).update(sight=sight)
    shared(account, person("Lena Lead", LENA))
    received(account, canary_letter("canary", account.address))
    searchable()
    readable = {Sight.WHEN: 2, Sight.SUBJECT: 3, Sight.EVERYTHING: 5}[sight]
    may = [found(cast["Bob"], f"canary{place}") > 3 for place in PLACES]
    assert may == [n < readable for n in range(len(PLACES))]
    none = [found(cast["Bob"], f"canary{place}") == 0 for place in PLACES]
    assert none == [n >= readable for n in range(len(PLACES))]
    assert all(found(cast["Alice"], f"canary{place}") > 3 for place in PLACES)


@pytest.mark.parametrize("sight", list(Sight)[1:])
def test_what_is_not_found_tells_no_more(sight: Sight, cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"], Sharing.PUBLIC)
    EmailAccount.objects.filter(pk=account.pk).update(sight=sight)
    person("Lena Lead", LENA)
    received(account, canary_letter("canary", account.address))
    searchable()
    hits = {
        hidden: len(search(cast["Bob"], parse_query(f"lead -{hidden} ")).rows)
        for hidden in ("canaryname", "canarysubject", "canarybody", "filename:canaryfile")
    }
    assert hits == {
        "canaryname": 0,
        "canarysubject": int(sight < Sight.SUBJECT),
        "canarybody": int(sight < Sight.EVERYTHING),
        "filename:canaryfile": int(sight < Sight.EVERYTHING),
    }
    told = search(cast["Bob"], parse_query("lead "))
    assert ("canarybody" in str(told.texts)) == (sight == Sight.EVERYTHING)
    with_files = search(cast["Bob"], parse_query("has:attachment ")).rows
    assert len(with_files) == int(sight == Sight.EVERYTHING)
    without = search(cast["Bob"], parse_query("-has:attachment ")).rows
    assert len(without) == int(sight < Sight.EVERYTHING)


def test_nobody_finds_what_is_excluded_deactivated_or_removed(cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"], Sharing.PUBLIC)
    person("Lena Lead", LENA)
    email = received(account, canary_letter("canary", account.address))
    searchable()
    assert found(cast["Bob"], "canarybody") > 3
    exclusion = Exclusion.objects.create(pattern="elsewhere.example")
    assert found(cast["Bob"], "canarybody") == 0
    exclusion.delete()
    User.objects.filter(pk=cast["Bob"].pk).update(is_active=False)
    assert found(User.objects.get(pk=cast["Bob"].pk), "canarybody") == 0
    Email.objects.filter(pk=email.pk).update(removed_at=NOON)
    assert found(cast["Alice"], "canarybody") == 0


def test_a_member_of_a_team_finds_all_of_its_mail(cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"], address="sales@example.com")
    received(account, message("zugunruhe", NOON, from_="stranger@x.example"))
    searchable()
    assert found(cast["Bob"], "zugunruhe") == 0
    add_member(account, cast["Bob"], cast["Alice"], NOON)
    assert found(cast["Bob"], "zugunruhe") > 3
    assert found(cast["Charlie"], "zugunruhe") == 0


def test_folders_of_colleagues_are_not_looked_into(cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"], Sharing.PUBLIC)
    person("Lena Lead", LENA)
    received(account, canary_letter("canary", account.address), "Secret Project")
    searchable()
    query = parse_query('in:"secret project"')
    assert len(search(cast["Alice"], query).rows) == 1
    assert search(cast["Bob"], query).rows == []


def test_search_leaves_with_the_mail(cast: dict[str, User]) -> None:
    account = account_of(cast["Alice"])
    for number in range(5):
        at = NOON + timedelta(minutes=number)
        received(account, message(f"zugunruhe {number}", at, from_="stranger@x.example"))
    searchable()
    email = Email.objects.first()
    assert email is not None
    email.copies.all().delete()
    Email.objects.filter(pk=email.pk).delete()
    assert SearchEntry.objects.count() == 4
    deactivate(account, Decision(NOON, cast["Alice"]))
    while delete_next(account.pk, NOON):
        pass
    for model in (SearchEntry, SearchDue, Correspondent):
        assert not model.objects.exists(), model
