"""A session: one browser in which somebody is signed in, as its owner may know it again."""

from typing import ClassVar

from django.db import models


class Session(models.Model):
    """What is known of a browser that is signed in: nothing that it did not tell by itself.

    The session proper is Django's, under the same key; where that is gone, this says nothing.
    """

    key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="sessions")
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user} from {self.address or 'nowhere known'}"
