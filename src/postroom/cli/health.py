"""What the command line tells of all accounts: the same few questions however many there are."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postroom.sync.health import Health

TOLD = ("owner", "deletion", "in_force__rule__role", "in_force__rule__set_by")


def health_rows() -> list[dict[str, Any]]:
    """Every account with its state, the worst first; never its secrets, nor what is in it."""
    from django.utils import timezone

    now = timezone.now()
    return [summary(health.account) | told_of(health, now) for health in all_healths(now)]


def all_healths(now: datetime) -> "list[Health]":
    """The health of every account."""
    from postroom.accounts.models import EmailAccount
    from postroom.engine.upcoming import next_attempts
    from postroom.sync.health import by_need, healths_of

    accounts = list(by_need(EmailAccount.objects.select_related(*TOLD), now))
    return healths_of(accounts, next_attempts([account.pk for account in accounts]), now)


def told_of(health: "Health", now: datetime) -> dict[str, Any]:
    """What is added to the account's own columns."""
    complete = health.account.last_complete_at
    return {
        "state": health.need.label,
        "needs_someone": health.needs_someone,
        "sentence": health.sentence,
        "state_since": in_full(health.since),
        "seconds_behind": round((now - complete).total_seconds()) if complete else None,
        "server": health.proof.server,
        "recorded": health.proof.recorded,
        "quarantined": health.proof.quarantined,
        "missing": health.proof.missing,
        "refused_folders": health.proof.refused,
        "octets_today": health.octets_today,
        "next_attempt_at": in_full(health.next_attempt_at),
    }


def in_full(moment: datetime | None) -> str:
    """A moment for programs and people; nothing where there is none."""
    return moment.isoformat(timespec="seconds") if moment else ""


def summary(account: Any) -> dict[str, Any]:
    """What the command line tells of an account; never its secrets."""
    from postroom.accounts.sharing_rules import reason_of

    return {
        "address": account.address,
        "owner": account.owner.email,
        "activation": account.activation,
        "deletion": deletion_of(account),
        "sharing": account.in_force.mode,
        "sharing_because": reason_of(account.in_force),
        "storage": account.storage or "as the organisation",
        "since": account.window or "as the organisation",
        account.protocol: "{}:{} {}".format(*account.incoming),
        "smtp": f"{account.smtp_host}:{account.smtp_port} {account.smtp_security}"
        if account.smtp_host
        else "",
        "tier": account.tier,
        "trouble": account.trouble_sentence,
        "last_complete_at": account.last_complete_at.isoformat()
        if account.last_complete_at
        else "",
    }


def deletion_of(account: Any) -> str:
    """How far the deletion of a deactivated account's mail is, while it runs."""
    deletion = getattr(account, "deletion", None)
    return f"{deletion.done} of {deletion.found} emails deleted" if deletion else ""
