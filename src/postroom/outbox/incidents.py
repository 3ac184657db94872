"""The email that tells an owner that their mailbox lets Postroom in no more. Design §5, 7.

Once an incident: from the first refusal until a sign-in works, whatever is tried in between.
"""

from collections.abc import Sequence
from datetime import datetime

from postroom.accounts.models import Activation, EmailAccount
from postroom.oauth.grants import find_grant
from postroom.outbox.links import url_of
from postroom.outbox.models import Notice
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Heading, Link, Part, Words

# What is mended at the servers: the password itself was not refused.
BY_SERVERS = frozenset({"sign_in_not_offered", "tls_required", "password_not_taken"})


def write_incidents(now: datetime) -> int:
    """Write to every owner whose mailbox needs them and who was not told. Returns how many."""
    return sum([write(incident(account), now) for account in untold()])


def untold() -> list[EmailAccount]:
    """The accounts with an incident of which their owners were not told."""
    accounts = EmailAccount.objects.filter(
        incident_at__isnull=False, activation=Activation.ACTIVE, owner__is_active=True
    ).select_related("owner")
    occasions = {occasion_of(account): account for account in accounts}
    told = Notice.objects.filter(key__in=occasions).values_list("key", flat=True)
    return [occasions[key] for key in occasions.keys() - set(told)]


def occasion_of(account: EmailAccount) -> str:
    """What names the account's incident."""
    begun = account.incident_at.isoformat() if account.incident_at else ""
    return f"sign-in:{account.pk}:{begun}"


def incident(account: EmailAccount) -> Letter:
    """What happened, what it means, and the one thing to do."""
    return Letter(
        key=occasion_of(account),
        account=account,
        subject=f"{account.address} needs you: it does not let Postroom in",
        parts=[
            Words(f"Hello {account.owner},"),
            Words(
                f"Postroom cannot sign in to {account.address} any more, so no new mail comes from"
                " there. What is already here stays, and what arrives meanwhile is brought"
                " as soon as the sign-in works again."
            ),
            Words(account.trouble_sentence or "The sign-in was refused."),
            *what_to_do(account),
        ],
    )


def what_to_do(account: EmailAccount) -> Sequence[Part]:
    """The one thing that mends it."""
    if find_grant(account):
        return sign_in_again(account)
    return look_at_servers(account) if account.trouble in BY_SERVERS else enter_again(account)


def enter_again(account: EmailAccount) -> Sequence[Part]:
    """For a mailbox with a password."""
    return (
        Heading("What to do"),
        Words(
            "Enter the mailbox's password again. If you changed it, the new one; if it was an"
            " app password that was revoked, a new app password."
        ),
        Link("Reconnect the mailbox", url_of("reconnection", account.pk)),
        Words(
            "Postroom does not try the refused password again by itself: many servers lock a"
            " mailbox for that. You get this email once, until it works."
        ),
    )


def look_at_servers(account: EmailAccount) -> Sequence[Part]:
    """For a mailbox whose server takes no password in this way."""
    return (
        Heading("What to do"),
        Words(
            "The password may be right. Look at the mailbox's servers and change what the sentence"
            " above says; it is tried before it is kept."
        ),
        Link("The mailbox's servers", url_of("servers", account.pk)),
        Words("Postroom does not try it again by itself. You get this email once, until it works."),
    )


def sign_in_again(account: EmailAccount) -> Sequence[Part]:
    """For a mailbox that was connected by signing in at Google, Microsoft or the like."""
    return (
        Heading("What to do"),
        Words(
            f"Open the mailbox's page, press the button there, and choose {account.address} at"
            " the sign-in. It takes a moment; nothing else changes."
        ),
        Link("Sign in again", url_of("reconnection", account.pk)),
        Words("You get this email once, until it works."),
    )
