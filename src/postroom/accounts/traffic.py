"""How much of a day's traffic an account may take for existing mail, and how much it took.

A day is UTC's. What counts is what came from the mail server while there was mail to bring; the
small talk of looking whether there is any does not.
"""

from datetime import date
from functools import lru_cache

from django.db.models import Case, F, Value, When

from postroom.accounts.models import EmailAccount, Protocol
from postroom.providers import Provider, all_providers, find_provider
from postroom.team.models import Organisation

MEGABYTE = 1_000_000

# Of what a service allows, for all programs together; the rest is left to the owner's others.
OUR_PART = 0.8


def allowed_octets(account: EmailAccount) -> int | None:
    """The account's own limit, else the organisation's, else a part of what its service allows.

    None: as much as there is.
    """
    own = account.octets_a_day or Organisation.get().octets_a_day
    return own or allowed_by_provider(account)


def allowed_by_provider(account: EmailAccount) -> int | None:
    """Our part of what the service is known to allow a day (Seen: Gmail, 2,500 MB by IMAP)."""
    provider = provider_of(account)
    if provider is None:
        return None
    limits = provider.limits
    is_pop = account.protocol == Protocol.POP
    megabytes = limits.pop_download_mb_a_day if is_pop else limits.imap_download_mb_a_day
    return int(megabytes * MEGABYTE * OUR_PART) if megabytes else None


def provider_of(account: EmailAccount) -> Provider | None:
    """The account's mail service, if it is one that is known."""
    return find_provider(account.provider) or provider_at(account.incoming[0].lower())


@lru_cache(maxsize=1024)
def provider_at(host: str) -> Provider | None:
    """The service whose server this is: it may have been typed in by hand.

    Not by a number: 127.0.0.1 is Proton's bridge on one machine and anything on another.
    """
    servers = ((p, choice.host) for p in all_providers() for choice in (*p.imap, *p.pop))
    named = ((provider, known) for provider, known in servers if known and not known[0].isdigit())
    return next((provider for provider, known in named if known == host), None)


def used_octets(account: EmailAccount, day: date) -> int:
    """What was brought on this day."""
    return account.traffic_octets if account.traffic_day == day else 0


def count_octets(account_id: int, day: date, octets: int) -> None:
    """Add to the day's count; a new day begins at nothing."""
    EmailAccount.objects.filter(pk=account_id).update(
        traffic_octets=Case(
            When(traffic_day=day, then=F("traffic_octets") + octets), default=Value(octets)
        ),
        traffic_day=day,
    )
