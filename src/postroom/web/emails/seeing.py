"""How a reader wants to see an email: as it was sent, on white, as plain text; which images."""

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest

from postroom.archive.models import Email, ParticipantRole
from postroom.rendering.laying_out import LaidOut
from postroom.rendering.readers import find_laid_out
from postroom.team.models import TrustedSender, User

SHOWN = "images_shown"
"""In the session: the emails whose images were asked for."""


class Manner(StrEnum):
    """The ways to show one email."""

    AS_SENT = "sent"
    ON_WHITE = "white"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Seeing:
    """A reader, their way to see, and the emails whose images they asked for in this browser."""

    viewer: User
    manner: Manner = Manner.AS_SENT
    with_images: frozenset[int] = frozenset()

    def lay_out(self, email: Email) -> LaidOut | None:
        """The email as it is shown first: without what lies elsewhere."""
        return find_laid_out(email, only_text=self.manner == Manner.PLAIN)

    def shows_images(self, email: Email, laid_out: LaidOut | None) -> bool:
        """Whether the images from elsewhere are wanted.

        Trust is in an address, and a server that says the address is forged ends it.
        """
        if laid_out is None or not laid_out.remote_images:
            return False
        if email.pk in self.with_images:
            return True
        senders = email.participants.filter(role=ParticipantRole.FROM).exclude(canonical="")
        trusted = TrustedSender.objects.filter(user=self.viewer)
        trusted = trusted.filter(address__in=senders.values("canonical"))
        return not laid_out.cautions.failed and trusted.exists()


def seeing_of(request: HttpRequest, viewer: User) -> Seeing:
    """How the request wants to see an email; as it was sent, when it says nothing."""
    manner = request.GET.get("as", "")
    known = next((one for one in Manner if one == manner), Manner.AS_SENT)
    shown = frozenset(pk for pk in request.session.get(SHOWN, []) if isinstance(pk, int))
    return Seeing(viewer, known, shown)
