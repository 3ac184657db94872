"""Open and click notice: what stands for it in an email, and what was seen of it. ADR 51."""

from typing import ClassVar

from django.db import models

from postroom.outbox.models.outgoing import OutgoingEmail


class PlaceKind(models.TextChoices):
    """What in a noticed email leads back here."""

    IMAGE = "image", "Opened"
    LINK = "link", "Link used"
    REFUSAL = "refusal", "No more notices"


class Reader(models.TextChoices):
    """As much as is kept of what asked; never its address, never all that it said of itself."""

    COMPUTER = "computer", "on a computer"
    PHONE = "phone", "on a phone or tablet"
    MACHINE = "machine", "by a machine"
    UNKNOWN = "unknown", "by a program that does not say what it is"


class Doubt(models.TextChoices):
    """Why it may have been no person."""

    NONE = "", ""
    PROXY = "proxy", "through the mail service’s image proxy, which mostly asks when it is opened"
    AHEAD = "ahead", "by a mail service or program that loads images before anybody opens it"
    SCANNER = "scanner", "by a scanner or robot"
    SOON = "soon", "within seconds of sending, as scanners do"
    BURST = "burst", "several links within seconds, as scanners do"
    HEAD = "head", "asked for without being loaded, as scanners do"


# A proxy asks for who reads; of the others nobody knows whether anybody does.
OF_MACHINES = (Doubt.AHEAD, Doubt.SCANNER, Doubt.SOON, Doubt.BURST, Doubt.HEAD)


class NoticedPlace(models.Model):
    """The image, a link or the refusal in one noticed email, known by the digest of its token.

    `target` is where the link led that its author wrote: nothing else is ever redirected to.
    """

    outgoing = models.ForeignKey(OutgoingEmail, on_delete=models.CASCADE, related_name="places")
    kind = models.CharField(max_length=7, choices=PlaceKind.choices)
    digest = models.BinaryField(max_length=32, unique=True)
    target = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.target or self.get_kind_display()


class Sighting(models.Model):
    """That a place was asked for: when, by what kind of reader, and why that may be a machine."""

    place = models.ForeignKey(NoticedPlace, on_delete=models.CASCADE, related_name="sightings")
    at = models.DateTimeField()
    reader = models.CharField(max_length=8, choices=Reader.choices)
    doubt = models.CharField(max_length=7, choices=Doubt.choices, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.place.get_kind_display()} {self.get_reader_display()}"

    @property
    def is_of_a_machine(self) -> bool:
        """Whether it says nothing of a person."""
        return self.doubt in OF_MACHINES


class NoNotice(models.Model):
    """An address whose owner is to be in no notice, as its digest, so that it outlives an erasure.

    `is_own`: they said so themselves, and no colleague takes that back.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    is_own = models.BooleanField(default=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return "an address without notices"
