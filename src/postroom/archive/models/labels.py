"""Labels: coloured words on emails, the keywords of the mail server (RFC 3501 §2.3.2)."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email

LONGEST_NAME = 40
LONGEST_KEYWORD = 100


class Colour(models.TextChoices):
    """The colours a label may have; what each is in light and dark, the style sheet says."""

    RED = "red", "Red"
    ORANGE = "orange", "Orange"
    YELLOW = "yellow", "Yellow"
    GREEN = "green", "Green"
    TEAL = "teal", "Teal"
    BLUE = "blue", "Blue"
    PURPLE = "purple", "Purple"
    GREY = "grey", "Grey"


class Label(models.Model):
    """A label of one mailbox: what it is called here, and its keyword on the server."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=LONGEST_NAME)
    keyword = models.CharField(max_length=LONGEST_KEYWORD)
    colour = models.CharField(max_length=8, choices=Colour.choices, default=Colour.GREY)

    class Meta:
        ordering: ClassVar = [Lower("name"), "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("account", Lower("name"), name="one_label_a_name"),
            models.UniqueConstraint("account", Lower("keyword"), name="one_label_a_keyword"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def search(self) -> str:
        """What finds the mail that bears it."""
        return f'label:"{self.name}"'


class Labelling(models.Model):
    """That an email bears a label, derived from its copies as its other marks are."""

    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="labellings")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="labellings")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("email", "label", name="an_email_bears_a_label_once"),
        ]

    def __str__(self) -> str:
        return f"{self.email_id}: {self.label_id}"
