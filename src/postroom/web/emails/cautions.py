"""What should make a reader look twice, in words: what it is, why it matters, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from postroom.archive.models import Participant, ParticipantRole
from postroom.association.people import is_colleagues
from postroom.rendering.cautions import Cautions
from postroom.rendering.laying_out import LaidOut
from postroom.team.models import User
from postroom.team.written_once import written_once

LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Caution:
    """One sentence with a stranger's words in it, and what to do. The words are shown as theirs."""

    says: str
    theirs: tuple[str, ...]
    do: str


def cautions_of(laid_out: LaidOut | None, participants: Sequence[Participant]) -> list[Caution]:
    """Everything odd about an email that came in, the weightiest first."""
    about = laid_out.cautions if laid_out else Cautions()
    return [
        *forged(about),
        *as_a_colleague([p for p in participants if p.role == ParticipantRole.FROM]),
        *named(about),
        *mixed(about),
        *misleading(about),
    ]


def forged(about: Cautions) -> list[Caution]:
    """The receiving server found that the sender is not who they say."""
    if not about.failed:
        return []
    by = f"{about.server} ({', '.join(each.upper() for each in about.failed)})"
    return [
        Caution(
            "The receiving mail server could not confirm that this email is from its sender:",
            (by,),
            "Ask the sender by another way before you pay, open or answer anything.",
        )
    ]


def as_a_colleague(senders: list[Participant]) -> list[Caution]:
    """Somebody outside has a colleague's name."""
    return [
        Caution(
            "This sender is called like a colleague and writes from an address that is not theirs:",
            (sender.name, sender.address),
            "Ask your colleague before you do what it says.",
        )
        for sender in senders
        if is_name_of_a_colleague(sender.name) and not is_colleagues(sender.canonical)
    ]


def named(about: Cautions) -> list[Caution]:
    """The display name is somebody else's address."""
    if not about.named:
        return []
    says = "The sender’s name shows another address than the one this email is from:"
    return [Caution(says, (about.named,), "Go by the address beside it, not by the name.")]


def mixed(about: Cautions) -> list[Caution]:
    """Letters that look like others."""
    if not about.mixed:
        return []
    says = "Letters of several alphabets, or hidden marks, stand in:"
    return [Caution(says, about.mixed, "It may look like a name that you know and be another one.")]


def misleading(about: Cautions) -> list[Caution]:
    """Links that say another site than they lead to."""
    if not about.links:
        return []
    theirs = tuple(f"{link.says} → {link.leads_to}" for link in about.links)
    says = "Links lead to another site than they say:"
    return [Caution(says, theirs, "Open the site by its address that you know instead.")]


def is_name_of_a_colleague(name: str) -> bool:
    """Whether a user is called so, in either order: `Ada Young`, `Young, Ada`."""
    words = name.replace(",", " ").split()
    if not 2 <= len(words) <= 5 or len(name) > LONGEST_NAME:
        return False
    orders = " ".join(words), " ".join([*words[1:], words[0]])
    return bool(called_either(*orders))


@written_once()
def called_either(one: str, other: str) -> QuerySet[User, int]:
    """A colleague of one of two names."""
    named = Q(name__iexact=one) | Q(name__iexact=other)
    return User.objects.filter(named, is_active=True).values_list("pk", flat=True)[:1]
