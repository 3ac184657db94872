"""How a mailbox was last used, by the day, and which mail is not to be deleted whatever happens."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models.account import EmailAccount
from postroom.crm.models import Person
from postroom.team.models import User


class Use(models.Model):
    """The last days on which a mailbox's mail was opened, sent, read elsewhere, or it was kept.

    Days of the organisation; written once a day at most. `kept_on`: somebody said it is to stay,
    so that all clocks begin anew. Reference: Cleanup Policy.
    """

    account = models.OneToOneField(
        EmailAccount, primary_key=True, on_delete=models.CASCADE, related_name="use"
    )
    opened_on = models.DateField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    elsewhere_on = models.DateField(null=True, blank=True)
    kept_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "accounts_use"

    def __str__(self) -> str:
        return f"{self.account}"


class Hold(models.Model):
    """A legal hold: nothing of one mailbox, of the mail with one person, or at all, is deleted.

    Without mailbox and person it is the organisation's. While a bite of a deletion is taken, no
    hold begins: who deletes locks this table.
    """

    account = models.OneToOneField(
        EmailAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="hold"
    )
    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="hold"
    )
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=True) | models.Q(person__isnull=True),
                name="hold_on_one_thing",
            ),
            models.UniqueConstraint("account", "person", name="held_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"the emails with {self.person}" if self.person else str(self.account or "all mail")
