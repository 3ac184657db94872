"""How somebody likes to write. Reference: Configuring Email Compose Settings."""

from django.db import models

from postroom.accounts.models import FromAddress
from postroom.team.models import User


class Font(models.TextChoices):
    """In which letters a formatted email is shown: families that every mail program has."""

    DEFAULT = "", "As the reader’s program shows mail"
    SANS = "Arial, Helvetica, sans-serif", "Sans serif (Arial)"
    SERIF = "Georgia, 'Times New Roman', serif", "Serif (Georgia)"
    VERDANA = "Verdana, Geneva, sans-serif", "Wide (Verdana)"
    MONO = "'Courier New', Courier, monospace", "Typewriter (Courier New)"


class FontSize(models.TextChoices):
    """How large they are."""

    DEFAULT = "", "As the reader’s program shows mail"
    SMALL = "13px", "Small"
    MEDIUM = "15px", "Medium"
    LARGE = "18px", "Large"


class SignaturePlace(models.TextChoices):
    """Where one's signature stands in an answer."""

    ABOVE = "above", "Above the quoted email"
    BELOW = "below", "Below the quoted email"
    NONE = "none", "Only on new emails, not on answers"


class ComposeSettings(models.Model):
    """One user's ways of writing; without a row the defaults hold.

    `reply_to` is for From addresses that name none of their own; with `keeps_drafts` a draft that
    was left off lies in the mailbox's Drafts too; with `wants_notices` new emails begin with an
    open and click notice, where the organisation has them.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="compose_settings")
    sender = models.ForeignKey(
        FromAddress, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reply_to = models.CharField(max_length=254, blank=True)
    is_rich = models.BooleanField(default=True)
    font = models.CharField(max_length=60, choices=Font.choices, blank=True)
    font_size = models.CharField(max_length=4, choices=FontSize.choices, blank=True)
    signature_place = models.CharField(
        max_length=5, choices=SignaturePlace.choices, default=SignaturePlace.ABOVE
    )
    keeps_drafts = models.BooleanField(default=True)
    wants_notices = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.user)
