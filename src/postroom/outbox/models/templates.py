"""Texts that are written once and sent often, with places for whom they go to."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from postroom.team.models import Role, User


class TemplateSharing(models.TextChoices):
    """Who writes with a template."""

    MINE = "mine", "Only I"
    ROLES = "roles", "I, and colleagues with a role"
    EVERYONE = "everyone", "Everyone"


class EmailTemplate(models.Model):
    """A template: its owner changes it, and whom it is shared with writes with it.

    Merge fields stand in it as `{{person.first_name}}`; `outbox.merging` has the table of them.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_templates")
    name = models.CharField(max_length=80)
    folder = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=400, blank=True)
    html = models.TextField(blank=True)
    sharing = models.CharField(
        max_length=8, choices=TemplateSharing.choices, default=TemplateSharing.MINE
    )
    roles = models.ManyToManyField(Role, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = [Lower("folder"), Lower("name"), "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("owner", Lower("name"), name="template_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
