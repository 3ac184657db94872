"""Every way to share Alice's letter, and how much of it each of the cast sees then.

Alice owns it, Mia is of the mailbox's team, Bob a colleague, Ada an administrator.
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass

from cast import NOON, person, shared
from postroom.accounts.models import EmailAccount, Exclusion, Ruling, Sharing, Sight
from postroom.crm.models import Person
from postroom.team.models import User

READERS = ("owner", "member")


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to share, and how much of the letter a colleague sees then, and the administrator."""

    sharing: Sharing
    colleague: Sight
    prepare: Callable[[EmailAccount, Person], object] = lambda account, lena: None
    administrator: Sight | None = None

    def sight_for(self, who: str) -> Sight:
        """How much of the letter somebody sees."""
        if who in READERS:
            return Sight.EVERYTHING
        is_other = who == "administrator" and self.administrator is not None
        return self.administrator or Sight.NOTHING if is_other else self.colleague


def exclude(account: EmailAccount, lena: Person) -> object:
    return Exclusion.objects.create(pattern="customer.example")


def forget(account: EmailAccount, lena: Person) -> object:
    return lena.addresses.update(address="l@home.example", canonical="l@home.example")


def share_another(account: EmailAccount, lena: Person) -> object:
    return shared(account, person("Otto Other", "otto@x.example"))


def show(sight: Sight) -> Callable[[EmailAccount, Person], object]:
    return lambda account, lena: EmailAccount.objects.filter(pk=account.pk).update(sight=sight)


def name_bob(account: EmailAccount, lena: Person) -> object:
    bob = User.objects.get(name="Bob").pk
    return EmailAccount.objects.filter(pk=account.pk).update(is_to_all=False, to_users=[bob])


def hide(account: EmailAccount, lena: Person) -> object:
    identity = account.emails.values_list("identity", flat=True).get()
    return Ruling.objects.create(account=account, identity=identity, sight=0, at=NOON)


def share_and_show_when(account: EmailAccount, lena: Person) -> object:
    return shared(account, lena), show(Sight.WHEN)(account, lena)


MODES = {
    "private": Mode(Sharing.PRIVATE, Sight.NOTHING),
    "private with a share of before": Mode(Sharing.PRIVATE, Sight.NOTHING, shared),
    "custom, another shared": Mode(Sharing.CUSTOM, Sight.NOTHING, share_another),
    "custom, shared": Mode(Sharing.CUSTOM, Sight.EVERYTHING, shared),
    "custom, when": Mode(Sharing.CUSTOM, Sight.WHEN, share_and_show_when),
    "public": Mode(Sharing.PUBLIC, Sight.EVERYTHING),
    "public, subject": Mode(Sharing.PUBLIC, Sight.SUBJECT, show(Sight.SUBJECT)),
    "public, to Bob": Mode(Sharing.PUBLIC, Sight.EVERYTHING, name_bob, Sight.NOTHING),
    "public, hidden": Mode(Sharing.PUBLIC, Sight.NOTHING, hide),
    "public, excluded": Mode(Sharing.PUBLIC, Sight.NOTHING, exclude),
    "public, nobody known": Mode(Sharing.PUBLIC, Sight.NOTHING, forget),
}

# Whom a page or an operation answers: everyone who is let in; who sees something of the letter,
# or all of it; who may act on it; who may see the mailbox's state; its owner.
ANSWERS: dict[str, Callable[[str, Mode], bool]] = {
    "everyone": lambda who, mode: True,
    "viewer": lambda who, mode: mode.sight_for(who) > Sight.NOTHING,
    "reader": lambda who, mode: mode.sight_for(who) == Sight.EVERYTHING,
    "holder": lambda who, mode: who in READERS,
    "caretaker": lambda who, mode: who in (*READERS, "administrator"),
    "owner": lambda who, mode: who == "owner",
}
# Whose answer does not depend on how the letter is shared: asked in three modes, at length in all.
ALIKE = ("holder", "caretaker", "owner", "keeper", "author", "remover")
FEWER = ("private", "custom, when", "public")


def is_asked(concerns: str, who: str, mode: str, outside: Collection[str]) -> bool:
    """Whether a cell of a matrix is one that this mode may answer otherwise than another."""
    is_alike = concerns in ALIKE or who in outside
    return mode in FEWER or not is_alike or os.environ.get("TEST_LONG") == "1"
