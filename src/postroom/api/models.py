"""What the API itself remembers: requests that must not be done twice."""

from typing import ClassVar

from django.db import models

from postroom.team.models import ApiKey


class KeptAnswer(models.Model):
    """What was answered to a request that its sender may send again.

    `word` is the sender's Idempotency-Key, `asked` the digest of what was sent with it.
    """

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="kept_answers")
    word = models.CharField(max_length=200)
    asked = models.BinaryField(max_length=32)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("key", "word", name="answered_once")]

    def __str__(self) -> str:
        return self.word
