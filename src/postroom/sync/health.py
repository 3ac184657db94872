"""How every account is doing, worst first, for those who look after all: never what is in it.

What there is to know of a page of accounts takes the same few questions however many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerChoices, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from postroom.accounts.models import Activation, EmailAccount
from postroom.accounts.traffic import used_octets
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.archive.models import Quarantine, SyncRun
from postroom.archive.proofs import ProofSum, accounts_with_gaps, proof_sums

# What mends itself is told of, and is nobody's business for so long.
PATIENCE = timedelta(hours=1)
# An engine hands an account over after an hour: whoever is kept was looked into since then.
SILENCE = timedelta(hours=2)


class Need(IntegerChoices):
    """What an account needs, the most pressing first."""

    OWNER = 0, "Needs its owner"
    TROUBLE = 1, "Needs attention"
    ENGINE = 2, "Nobody looks after it"
    MISSING = 3, "Something is missing"
    SET_ASIDE = 4, "Messages set aside"
    SENDING = 5, "Sending does not work"
    PASSWORD = 6, "Waiting for its password"
    PATIENCE = 7, "Tried again by itself"
    FETCHING = 8, "Fetching mail"
    PAUSED = 9, "Paused"
    NOTHING = 10, "In sync"
    DELETING = 11, "Being deleted here"
    DEACTIVATED = 12, "Deactivated"


NEEDS_SOMEONE = frozenset(need for need in Need if need <= Need.PASSWORD)

SENTENCES = {
    Need.ENGINE: "No engine looked into it for two hours. See to it that “postroom up” or"
    " “postroom engine” runs, and what it logs.",
    Need.MISSING: "Not everything on the server is here. The next look brings it; if this stays,"
    " its owner finds the folder on the mailbox’s page.",
    Need.PASSWORD: "It begins when its owner enters the password, which nobody else sees.",
    Need.SET_ASIDE: "Some messages could not be read. Its owner decides about them on the"
    " mailbox’s page.",
}


@dataclass(frozen=True, slots=True)
class Health:
    """An account with what it needs and why; `sentence` is the cause and what to do about it."""

    account: EmailAccount
    need: Need
    sentence: str
    since: datetime | None
    proof: ProofSum
    octets_today: int
    next_attempt_at: datetime | None

    @property
    def needs_someone(self) -> bool:
        """Whether it does not get well by itself."""
        return self.need in NEEDS_SOMEONE


def by_need(accounts: QuerySet[EmailAccount], now: datetime) -> QuerySet[Any]:
    """The accounts with their `need`, worst first; of those alike the longest in trouble first."""
    is_troubled, is_well_told = ~Q(trouble=""), Q(smtp_trouble_sentence="")
    looked = SyncRun.objects.filter(account=OuterRef("pk"), started_at__gte=now - SILENCE)
    aside = Quarantine.objects.filter(ignored_at__isnull=True).values("folder__account")
    need = Case(
        When(
            activation=Activation.DEACTIVATED,
            deletion__begins_on__isnull=True,
            deletion__isnull=False,
            then=Need.DELETING,
        ),
        When(activation=Activation.DEACTIVATED, then=Need.DEACTIVATED),
        When(activation=Activation.PAUSED, then=Need.PAUSED),
        When(activation=Activation.WAITING, then=Need.PASSWORD),
        When(activation=Activation.IMPORTED, then=Need.NOTHING),
        When(trouble__in=NEEDS_A_PERSON, then=Need.OWNER),
        When(is_troubled, trouble_since__lte=now - PATIENCE, then=Need.TROUBLE),
        When(is_troubled, then=Need.PATIENCE),
        When(~Exists(looked), last_look__lte=now - SILENCE, then=Need.ENGINE),
        When(pk__in=accounts_with_gaps(), then=Need.MISSING),
        When(pk__in=aside, then=Need.SET_ASIDE),
        When(~is_well_told, then=Need.SENDING),
        When(first_complete_at__isnull=True, then=Need.FETCHING),
        default=Need.NOTHING,
    )
    known = accounts.alias(last_look=Coalesce("last_complete_at", "connected_at"))
    return known.annotate(need=need).order_by("need", F("trouble_since").asc(), "address")


def healths_of(
    accounts: Sequence[Any], next_attempts: Mapping[int, datetime], now: datetime
) -> list[Health]:
    """What there is to know of accounts that came from `by_need`."""
    sums = proof_sums([account.pk for account in accounts])
    return [
        health_of(account, sums.get(account.pk, ProofSum()), next_attempts.get(account.pk), now)
        for account in accounts
    ]


def health_of(
    account: Any, proof: ProofSum, next_attempt_at: datetime | None, now: datetime
) -> Health:
    """One of them."""
    need = Need(account.need)
    return Health(
        account,
        need,
        sentence_of(account, need),
        since(account, need),
        proof,
        used_octets(account, now.date()),
        next_attempt_at,
    )


def since(account: EmailAccount, need: Need) -> datetime | None:
    """From when on it has been so, where that is known."""
    if need in (Need.PAUSED, Need.DEACTIVATED, Need.DELETING):
        return account.decided_at
    return account.connected_at if need == Need.PASSWORD else account.trouble_since


def sentence_of(account: EmailAccount, need: Need) -> str:
    """The cause and the fix, as far as there are any."""
    if need in (Need.OWNER, Need.TROUBLE, Need.PATIENCE):
        return account.trouble_sentence
    if need in (Need.PAUSED, Need.DEACTIVATED, Need.DELETING):
        return account.decided_because
    return account.smtp_trouble_sentence if need == Need.SENDING else SENTENCES.get(need, "")


def count_by_need(accounts: QuerySet[EmailAccount], now: datetime) -> dict[Need, int]:
    """How many accounts need what."""
    counted = by_need(accounts, now).order_by().values_list("need").annotate(n=Count("pk"))
    return {Need(need): number for need, number in counted}
