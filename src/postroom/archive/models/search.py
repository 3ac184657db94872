"""What is searched, and what is still to be read for it. All of it can be made again."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email


class SearchEntry(models.Model):
    """An email's words, one row an email, gone with it by a cascade of the database's own.

    `people` is who is on it, `subject` that and the subject, `everything` all of it:
    `archive.search_entry` makes them. `text` is the beginning of its text, in which a hit is shown.
    `account` and `sent_at` repeat the email's, for the newest of an account or of all.
    """

    email = models.OneToOneField(
        Email,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="search_entry",
        db_constraint=False,
    )
    account = models.ForeignKey(
        EmailAccount,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    sent_at = models.DateTimeField()
    people = SearchVectorField()
    subject = SearchVectorField()
    everything = SearchVectorField()
    text = models.TextField(blank=True)

    class Meta:
        verbose_name_plural: ClassVar = "search entries"
        indexes: ClassVar = [
            # Words wait in a short list, and many emails' go in at once: ADR 33.
            GinIndex(
                fields=["everything"],
                name="search_words",
                fastupdate=True,
                gin_pending_list_limit=256,
            ),
            models.Index(fields=["-sent_at"], name="search_newest"),
            models.Index(fields=["account", "-sent_at"], name="search_by_account"),
        ]

    def __str__(self) -> str:
        return str(self.email_id)


class SearchMark(models.Model):
    """All emails of the account up to this id have been read for search.

    Ids of an account are given out under its lock, so they become visible in their order.
    """

    account = models.OneToOneField(
        EmailAccount, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    email_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.email_id}"


class SearchDue(models.Model):
    """An email below the mark that has changed since it was read. Twice is as good as once."""

    account = models.ForeignKey(
        EmailAccount, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    email_id = models.BigIntegerField()

    class Meta:
        verbose_name_plural: ClassVar = "search due"

    def __str__(self) -> str:
        return str(self.email_id)


class Correspondent(models.Model):
    """An address on an account's mail, as it is called there: to complete and correct names.

    `words` is the folded name with the address. It says nothing of who may know them: an email
    does, each time somebody is named.
    """

    account = models.ForeignKey(
        EmailAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    canonical = models.TextField()
    name = models.TextField(blank=True)
    words = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "canonical", "words"], name="one_correspondent_a_naming"
            ),
        ]

    def __str__(self) -> str:
        return self.canonical
