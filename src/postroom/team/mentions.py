"""Whom somebody means by an @ in what they write to their colleagues: a pure function."""

import re
from collections.abc import Iterable

from postroom.team.models import User

# What may stand before an @ that is no part of an address.
BEFORE = r"(?<![\w.+-])@"


def mentioned_in(text: str, team: Iterable[User]) -> list[User]:
    """Those of the team whose name, first name or address stands behind an @.

    A first name that two of them have means neither: nobody is told by guess.
    """
    people = list(team)
    firsts = [first_name(user) for user in people]
    return [
        user
        for user, first in zip(people, firsts, strict=True)
        if is_named(text, [user.email, user.name, *([first] if firsts.count(first) == 1 else [])])
    ]


def is_named(text: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the text behind an @, as a whole."""
    whole = "|".join(re.escape(name) for name in names if name)
    return (
        bool(whole) and re.search(rf"{BEFORE}(?:{whole})(?![\w@])", text, re.IGNORECASE) is not None
    )


def first_name(user: User) -> str:
    """As colleagues call somebody."""
    return user.name.partition(" ")[0].casefold()
