"""Searches that a user keeps; what they find is asked anew each time."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class SavedSearch(models.Model):
    """A search that a user keeps under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=60)
    words = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = [Lower("name")]
        verbose_name_plural: ClassVar = "saved searches"
        constraints: ClassVar = [
            models.UniqueConstraint("user", Lower("name"), name="one_saved_search_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
