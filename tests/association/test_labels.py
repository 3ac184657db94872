"""Who sees a label: whoever reads all of the email, and nobody else, on pages and in search."""

import pytest

from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.actions import change_label
from postroom.archive.labels import (
    MOST_LABELS,
    LabelUnusable,
    ensure_labels,
    keyword_for,
    label_called,
    labels_of,
    repaint,
)
from postroom.archive.models import Email, Label, Labelling
from postroom.archive.search_query import parse_query
from postroom.archive.wall import seen_by
from postroom.association import search, visible_to
from postroom.association.inbox import inbox_page, unread_counts
from postroom.association.steps import Step
from postroom.team.inbox_column import InboxColumn, keep_column
from postroom.team.models import User
from search.worlds import searchable

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"))


@pytest.fixture
def letter(account: EmailAccount) -> Email:
    """A lead's letter that Alice labelled, and one that bears nothing."""
    lena = person("Lena Lead", LENA)
    made = received(account, message("Offer", from_=LENA, to=account.address))
    received(account, message("Other", from_=LENA, to=account.address))
    change_label(made, "Difficult customer", NOON, is_on=True)
    shared(account, lena)
    searchable()
    return made


# How the mailbox is shared, how much of it is shown, and whether Bob sees its labels.
SHARED = [
    (Sharing.PRIVATE, Sight.EVERYTHING, False),
    (Sharing.PUBLIC, Sight.WHEN, False),
    (Sharing.PUBLIC, Sight.SUBJECT, False),
    (Sharing.PUBLIC, Sight.EVERYTHING, True),
    (Sharing.CUSTOM, Sight.SUBJECT, False),
    (Sharing.CUSTOM, Sight.EVERYTHING, True),
]


@pytest.mark.parametrize(("mode", "sight", "is_seen"), SHARED)
def test_a_colleague_sees_it_where_all_of_the_email_is_seen(
    mode: Sharing, sight: Sight, is_seen: bool, letter: Email
) -> None:
    EmailAccount.objects.update(sharing=mode, sight=sight)
    assert seen(user("Bob"), letter) == (is_seen,) * 4
    assert seen(letter.account.owner, letter) == (True,) * 4


def seen(viewer: User, letter: Email) -> tuple[bool, ...]:
    """On the email, by the row, by its name, and by search."""
    with seen_by(viewer.pk):
        emails = list(visible_to(viewer))
        found = search(viewer, parse_query('label:"difficult CUSTOMER" '))
        return (
            bool(labels_of(emails).get(letter.pk)),
            Labelling.objects.exists(),
            Label.objects.exists(),
            [one.email.pk for one in found.rows] == [letter.pk],
        )


def test_a_search_by_label_finds_what_bears_it(letter: Email) -> None:
    alice = letter.account.owner
    for words, number in (
        ("label:difficult", 0),
        ('label:"Difficult customer"', 1),
        ('-label:"difficult customer"', 1),
        ('label:"difficult customer" offer', 1),
        ('label:"difficult customer" other', 0),
        ('label:none OR label:"difficult customer"', 1),
    ):
        assert len(search(alice, parse_query(words + " ")).rows) == number, words


def test_a_column_of_ones_own_sorts_by_label_at_once(letter: Email) -> None:
    alice = letter.account.owner
    column = InboxColumn(
        owner=alice, name="Care", conditions=[Step(kind="label", text="difficult customer")]
    )
    keep_column(column)
    with seen_by(alice.pk):
        assert [e.pk for e in inbox_page(alice, column, NOON).emails] == [letter.pk]
        assert unread_counts(alice, NOON, [column])[column].number == 1
        change_label(letter, "Difficult Customer", NOON, is_on=False)
        assert inbox_page(alice, column, NOON).emails == []


KEYWORDS = [
    ("Fair", "Fair"),
    ("Trade fair 2026", "Trade_fair_2026"),
    ("Größe", "Groe"),
    ("☃", "label"),
    ("a)b(c\\d{e*f%g]", "a_b_c_d_e_f_g"),
    ("\\Deleted", "Deleted"),
    ("$Junk", "Junk"),
    ("taken", "taken_2"),
]


def test_the_keyword_of_a_name_is_one_that_servers_take() -> None:
    taken = {"taken"}
    assert [keyword_for(name, taken) for name, _ in KEYWORDS] == [right for _, right in KEYWORDS]


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 41])
def test_a_label_without_a_name_is_refused(name: str, account: EmailAccount) -> None:
    with pytest.raises(LabelUnusable, match="1 to 40 letters"):
        label_called(account, name)
    assert not Label.objects.exists()


def test_a_server_full_of_keywords_makes_no_more_labels_than_there_is_room_for(
    account: EmailAccount,
) -> None:
    ensure_labels(account.pk, [f"word{number}" for number in range(MOST_LABELS * 2)])
    assert Label.objects.count() == MOST_LABELS
    with pytest.raises(LabelUnusable):
        label_called(account, "One more")
    assert label_called(account, "WORD1") == Label.objects.get(name="word1")


def test_names_and_colours_change_and_keywords_stay(letter: Email) -> None:
    label = Label.objects.get()
    label_called(letter.account, "Other")
    repaint(label, "Key account", "teal")
    label.refresh_from_db()
    assert (label.name, label.colour, label.keyword) == (
        "Key account",
        "teal",
        "Difficult_customer",
    )
    for name, colour in (("OTHER", "red"), ("Key", "pink"), ("", "red")):
        with pytest.raises(LabelUnusable):
            repaint(label, name, colour)
    assert Label.objects.get(pk=label.pk).name == "Key account"
