"""A deal: a sale in the making, and the stages of the pipeline that it goes through."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Outcome(models.TextChoices):
    """What it means for a deal to stand in a stage."""

    OPEN = "open", "Open"
    WON = "won", "Closed won"
    LOST = "lost", "Closed lost"


class DealStage(models.Model):
    """A step of the pipeline, in its order, with the chance in per cent that the deal is won."""

    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    probability = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    outcome = models.CharField(max_length=4, choices=Outcome.choices, default=Outcome.OPEN)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="stage_name_once"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_is_a_chance"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether a deal in it is still to be decided."""
        return self.outcome == Outcome.OPEN


class Deal(models.Model):
    """A sale in the making, with the people it is made with.

    `opened_at` and `closed_at` tell which mail belongs to it (ADR 38); `closed_at` is set exactly
    while its stage is a closed one. `changed_at` is when somebody last changed anything of it.
    """

    name = models.CharField(max_length=160)
    company = models.ForeignKey(
        "crm.Company", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    people = models.ManyToManyField("crm.Person", blank=True, related_name="deals")
    stage = models.ForeignKey(DealStage, on_delete=models.PROTECT, related_name="deals")
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(
        max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    closing_on = models.DateField(null=True, blank=True, help_text="When it is to be decided.")
    owner = models.ForeignKey(
        "team.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-changed_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-changed_at", "-id"], name="deal_by_change"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="deal_amount_is_none_or_some"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.closed_at is None
