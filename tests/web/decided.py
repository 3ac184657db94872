"""Dora, who was let in to an email, or asks for it."""

from cast import NOON
from postroom.accounts.access_grants import grant
from postroom.accounts.asking import ask
from postroom.accounts.matters import Matter
from postroom.accounts.models import AccessRequest, Grant
from postroom.archive.models import Email
from postroom.team.models import User


def dora() -> User:
    return User.objects.get_or_create(email="dora@example.com", name="Dora")[0]


def granted(letter: Email) -> Grant:
    """Dora was let in."""
    matter = Matter(letter.account, bytes(letter.identity))
    return grant(matter, dora(), None, letter.account.owner, NOON)


def asked_for(letter: Email) -> AccessRequest:
    """Dora asks for it."""
    matter = Matter(letter.account, bytes(letter.identity))
    return AccessRequest.objects.first() or ask(matter, dora(), "", NOON)
