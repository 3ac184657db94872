"""The pipeline: its stages in their order, and what deals stand in each."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet, Sum

from postroom.crm.models import Deal, DealStage, Outcome

MOST_ON_BOARD = 25  # The list has the rest.
MOST_CLOSED = 10  # Of closed stages the board shows what was closed last.

BEGUN = (
    ("New", 10, Outcome.OPEN),
    ("Talking", 25, Outcome.OPEN),
    ("Offer made", 50, Outcome.OPEN),
    ("Agreeing", 75, Outcome.OPEN),
    ("Won", 100, Outcome.WON),
    ("Lost", 0, Outcome.LOST),
)


class StageNeeded(ValueError):
    """The pipeline cannot be without this stage; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Total:
    """What the deals of a stage come to in one currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage with its deals, how many there are in all, and what they come to."""

    stage: DealStage
    deals: list[Deal]
    count: int
    totals: list[Total]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.deals)


def stages() -> QuerySet[DealStage]:
    """The stages in their order; the usual ones are made on first use."""
    if not DealStage.objects.exists():
        DealStage.objects.bulk_create(
            (
                DealStage(name=name, position=position, probability=chance, outcome=outcome)
                for position, (name, chance, outcome) in enumerate(BEGUN, 1)
            ),
            ignore_conflicts=True,
        )
    return DealStage.objects.all()


def stages_with_counts() -> QuerySet[DealStage]:
    """The same, each with the number of its deals. A grouped query forgets the usual order."""
    return stages().annotate(count=Count("deals")).order_by("position", "id")


def first_stage() -> DealStage:
    """Where a new deal stands; one open stage there always is."""
    return stages().filter(outcome=Outcome.OPEN)[0]


def board() -> list[BoardColumn]:
    """All stages with their deals: those to be decided soonest first."""
    counts = dict(Deal.objects.order_by().values_list("stage").annotate(Count("pk")))
    totals = totals_by_stage()
    return [
        BoardColumn(stage, deals_on_board(stage), counts.get(stage.pk, 0), totals.get(stage.pk, []))
        for stage in stages()
    ]


def deals_on_board(stage: DealStage) -> list[Deal]:
    """Those of one stage that the board has room for."""
    deals = stage.deals.select_related("company")
    if not stage.is_open:
        return list(deals.order_by("-closed_at", "-pk")[:MOST_CLOSED])
    return list(deals.order_by(F("closing_on").asc(nulls_last=True), "name", "pk")[:MOST_ON_BOARD])


def totals_by_stage() -> dict[int, list[Total]]:
    """What the deals of each stage come to, currency by currency."""
    found: dict[int, list[Total]] = {}
    rows = Deal.objects.filter(amount__isnull=False).order_by("currency")
    for stage, currency, amount in rows.values_list("stage", "currency").annotate(Sum("amount")):
        found.setdefault(stage, []).append(Total(currency, amount))
    return found


@transaction.atomic
def keep_stage(stage: DealStage, now: datetime) -> None:
    """Save a stage; a new one comes last. Its deals close or open with it. Raises StageNeeded."""
    if not stage.pk:
        last = DealStage.objects.aggregate(last=Max("position"))["last"]
        stage.position = (last or 0) + 1
    stage.save()
    if not DealStage.objects.filter(outcome=Outcome.OPEN).exists():
        raise StageNeeded("One stage must stay open, or no deal could begin. Keep it open.")
    closed = stage.deals.filter(closed_at__isnull=False)
    if stage.is_open:
        closed.update(closed_at=None, changed_at=now)
    else:
        stage.deals.filter(closed_at=None).update(closed_at=now, changed_at=now)


@transaction.atomic
def shift_stage(stage: DealStage, by: int) -> None:
    """Let it change places with the one before (-1) or after it (1)."""
    stages = list(DealStage.objects.select_for_update())
    here = stages.index(stage)
    there = min(len(stages) - 1, max(0, here + by))
    stages[here], stages[there] = stages[there], stages[here]
    for position, each in enumerate(stages, 1):
        DealStage.objects.filter(pk=each.pk).update(position=position)


@transaction.atomic
def remove_stage(stage: DealStage) -> None:
    """Take an empty stage out of the pipeline. Raises StageNeeded."""
    if stage.deals.exists():
        raise StageNeeded("Deals stand in this stage. Move them to another one first.")
    if not DealStage.objects.filter(outcome=Outcome.OPEN).exclude(pk=stage.pk).exists():
        raise StageNeeded("It is the last open stage, and without one no deal could begin.")
    stage.delete()
