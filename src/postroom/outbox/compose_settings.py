"""How a user likes to write, and what follows from it. Reference: Email Compose Settings."""

from collections.abc import Sequence

from postroom.accounts.models import FromAddress
from postroom.mime import canonical_address
from postroom.outbox.drafts import NotSendable
from postroom.outbox.models import ComposeSettings, SignaturePlace
from postroom.team.models import User


def compose_settings_of(user: User) -> ComposeSettings:
    """What the user chose; the defaults where they chose nothing."""
    return ComposeSettings.objects.filter(user=user).first() or ComposeSettings(user=user)


def write_compose_settings(settings: ComposeSettings) -> None:
    """Keep what was chosen. Raises NotSendable where answers could not be sent."""
    typed = settings.reply_to.strip()
    settings.reply_to = canonical_address(typed) if typed else ""
    if typed and not settings.reply_to:
        raise NotSendable(
            f"“{typed[:80]}” is not an email address. Write it like name@example.com.", "reply_to"
        )
    settings.save()


def first_sender(settings: ComposeSettings, senders: Sequence[FromAddress]) -> FromAddress | None:
    """The address that a new email comes from."""
    chosen = [one for one in senders if one.pk == settings.sender_id]
    return next(iter([*chosen, *senders]), None)


def signs_answers(settings: ComposeSettings) -> bool:
    """Whether an answer begins with a signature, as every new email does."""
    return settings.signature_place != SignaturePlace.NONE
