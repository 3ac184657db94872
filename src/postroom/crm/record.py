"""What people write down about a person, a company or a deal. ADR 49."""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from postroom.crm.written_words import vector_of

NONE_OF_THEM = Q(person=None, company=None, deal=None)
ONE_OF_THEM = (
    Q(person__isnull=False, company=None, deal=None)
    | Q(person=None, company__isnull=False, deal=None)
    | Q(person=None, company=None, deal__isnull=False)
)


class AboutRecord(models.Model):
    """It is about one person, company or deal, and goes with them.

    `email_identity` names the email that it was made from by its content, as everything that must
    outlive a reconnection. It shows nobody that email: only `visible_to` does. `found_by` is what
    is written as words, in any script.
    """

    person = models.ForeignKey(
        "crm.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    company = models.ForeignKey(
        "crm.Company", null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    deal = models.ForeignKey(
        "crm.Deal", null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    email_identity = models.BinaryField(max_length=32, null=True, blank=True)

    found_by = SearchVectorField(default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the words by which it is found together with its text."""
        self.found_by = vector_of(str(self.written))
        if (only := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*only, "found_by"}
        super().save(*args, **kwargs)

    @property
    def written(self) -> str:
        """What somebody wrote."""
        raise NotImplementedError
