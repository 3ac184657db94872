"""What people write down about a person, a company or a deal. ADR 49."""

from django.db import models
from django.db.models import Q

NONE_OF_THEM = Q(person=None, company=None, deal=None)
ONE_OF_THEM = (
    Q(person__isnull=False, company=None, deal=None)
    | Q(person=None, company__isnull=False, deal=None)
    | Q(person=None, company=None, deal__isnull=False)
)


class AboutRecord(models.Model):
    """It is about one person, company or deal, and goes with them.

    `email_identity` names the email that it was made from by its content, as everything that must
    outlive a reconnection. It shows nobody that email: only `visible_to` does.
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

    class Meta:
        abstract = True
