"""Columns of the inbox that a user made; what stands in them is asked anew each time."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Max

from postroom.team.refusal import Refusal

MOST_COLUMNS = 12


class InboxColumn(models.Model):
    """A column that a user made: mail of their inbox that meets its conditions.

    `conditions` is a list of `{"kind": …, "text": …}`, of the kinds in `association.conditions`.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox_columns"
    )
    name = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    is_shown = models.BooleanField(default=True)
    needs_all = models.BooleanField(default=True)
    conditions = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def value(self) -> str:
        """What it is called in addresses."""
        return f"own-{self.pk}"

    @property
    def words(self) -> str:
        """What it is called on the page."""
        return self.name


class TooManyColumns(Refusal):
    """One more would be too many to look at."""

    def __init__(self) -> None:
        super().__init__(
            f"You have {MOST_COLUMNS} columns of your own. Remove one that is not needed."
        )


@transaction.atomic
def keep_column(column: InboxColumn) -> None:
    """Save it; a new one stands behind the others. Raises TooManyColumns."""
    others = of_owner_locked(column)
    if column._state.adding:
        if len(others) >= MOST_COLUMNS:
            raise TooManyColumns
        last = InboxColumn.objects.filter(owner=column.owner_id).aggregate(last=Max("position"))
        column.position = (last["last"] or 0) + 1
    column.save()


@transaction.atomic
def change_places(column: InboxColumn, *, is_up: bool) -> None:
    """Put it before the one above it, or behind the one below."""
    columns = of_owner_locked(column)
    here = next(index for index, other in enumerate(columns) if other.pk == column.pk)
    there = here - 1 if is_up else here + 1
    if 0 <= there < len(columns):
        columns[here], columns[there] = columns[there], columns[here]
    for position, other in enumerate(columns, start=1):
        InboxColumn.objects.filter(pk=other.pk).update(position=position)


def of_owner_locked(column: InboxColumn) -> list[InboxColumn]:
    """All of its owner's columns; nobody else changes them until the transaction ends."""
    get_user_model().objects.select_for_update().get(pk=column.owner_id)
    return list(InboxColumn.objects.filter(owner=column.owner_id))
