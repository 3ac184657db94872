"""What the API itself remembers: requests that must not be done twice."""

from typing import ClassVar

from django.db import models

from postroom.crm.models import Person
from postroom.team.models import ApiKey


class Addition(models.Model):
    """A person whom a program added with a word of its own, so that asking again adds nobody.

    `word` is its Idempotency-Key, `asked` the digest of what was sent with it. There is no person
    only while the transaction lasts that adds them.
    """

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="additions")
    word = models.CharField(max_length=200)
    asked = models.BinaryField(max_length=32)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("key", "word", name="added_once")]

    def __str__(self) -> str:
        return self.word
