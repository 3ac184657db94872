"""Figures for Prometheus: what this web process answered, and how all mailboxes are doing.

Never an address, a name or a subject: whoever reads figures need not be allowed to read mail.
"""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Final

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.amounts import count_emails, count_waiting_actions
from postroom.archive.proofs import proof_sums
from postroom.sync.health import Need, count_by_need

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "postroom_web_requests",
    "Requests that this web process answered.",
    ("method", "status"),
    registry=REGISTRY,
)
SECONDS: Final = Histogram(
    "postroom_web_request_seconds",
    "Time until this web process answered; live pages go on after it.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
JOBS_AHEAD: Final = ("todo", "doing")


def count_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Note one answer. A method that nobody knows is none of many names."""
    method = request.method if request.method in METHODS else "OTHER"
    REQUESTS.labels(method, str(status)).inc()
    SECONDS.observe(seconds)


class Mailboxes(Collector):
    """What the database says at the moment somebody asks."""

    def collect(self) -> Iterator[Metric]:
        """Every figure, each by one question."""
        yield by_state()
        yield gauge("postroom_emails", "Emails that are here.", count_emails())
        yield from by_proof()
        yield lag()
        yield by_status()
        waiting = count_waiting_actions()
        yield gauge("postroom_actions_waiting", "Changes not told to mail servers yet.", waiting)


def gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    """One figure."""
    return GaugeMetricFamily(name, meaning, value=value)


def by_state() -> GaugeMetricFamily:
    """Mailboxes by the one most pressing thing each needs."""
    family = GaugeMetricFamily("postroom_accounts", "Mailboxes by state.", labels=("state",))
    counted = count_by_need(EmailAccount.objects.all(), timezone.now())
    for need in Need:
        family.add_metric([need.name.lower()], counted.get(need, 0))
    return family


def by_proof() -> Iterator[GaugeMetricFamily]:
    """The proofs of all mailboxes that are looked after, added up."""
    accounts = EmailAccount.objects.exclude(activation=Activation.DEACTIVATED)
    sums = proof_sums(list(accounts.values_list("pk", flat=True))).values()
    for name, meaning in PROOF.items():
        yield gauge(f"postroom_proof_{name}", meaning, sum(getattr(each, name) for each in sums))


PROOF: Final = {
    "server": "Messages on mail servers when they were last compared.",
    "recorded": "Of these, recorded here.",
    "quarantined": "Of these, set aside because they could not be read.",
    "missing": "Of these, neither: known to be missing.",
    "refused": "Folders that could not be compared.",
}


def lag() -> GaugeMetricFamily:
    """How long ago active mailboxes were last complete."""
    meaning = "Seconds since active mailboxes were last in sync."
    family = GaugeMetricFamily("postroom_sync_lag_seconds", meaning, labels=("of",))
    active = EmailAccount.objects.filter(activation=Activation.ACTIVE)
    moments = active.values_list("last_complete_at", flat=True)
    now = timezone.now()
    ages = [max(now - moment, timedelta(0)).total_seconds() for moment in moments if moment]
    family.add_metric(["median"], median(ages) if ages else 0)
    family.add_metric(["longest"], max(ages, default=0))
    return family


def by_status() -> GaugeMetricFamily:
    """The job queue."""
    family = GaugeMetricFamily("postroom_jobs", "Jobs in the queue.", labels=("status",))
    ahead = ProcrastinateJob.objects.filter(status__in=JOBS_AHEAD)
    counted = dict(ahead.order_by().values_list("status").annotate(Count("pk")))
    for status in JOBS_AHEAD:
        family.add_metric([status], counted.get(status, 0))
    return family


REGISTRY.register(Mailboxes())
