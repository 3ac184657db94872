"""The email that tells a user that a mailbox was set up for them and waits for its password."""

from datetime import datetime

from postroom.accounts.models import Activation, EmailAccount
from postroom.outbox.links import url_of
from postroom.outbox.models import Notice
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Heading, Link, Words


def write_preparations(now: datetime) -> int:
    """Write to every owner whose mailbox waits and who was not told. Returns how many."""
    return sum([write(preparation(account), now) for account in untold()])


def untold() -> list[EmailAccount]:
    """The accounts that wait for a password, of which their owners were not told."""
    waiting = EmailAccount.objects.filter(activation=Activation.WAITING, owner__is_active=True)
    occasions = {occasion_of(a): a for a in waiting.select_related("owner", "decided_by")}
    told = Notice.objects.filter(key__in=occasions).values_list("key", flat=True)
    return [occasions[key] for key in occasions.keys() - set(told)]


def occasion_of(account: EmailAccount) -> str:
    """What names it: one set up anew is told of anew."""
    return f"prepared:{account.pk}"


def preparation(account: EmailAccount) -> Letter:
    """What was done, by whom, and the one thing to do."""
    who = account.decided_by or "An administrator"
    return Letter(
        key=occasion_of(account),
        account=account,
        subject=f"{account.address} waits for its password",
        parts=[
            Words(f"Hello {account.owner},"),
            Words(
                f"{who} set the mailbox {account.address} up for you in Postroom. It begins when"
                " you enter its password. Nobody else sees the password."
            ),
            Heading("What to do"),
            Words("Look whether it is your mailbox and your provider's servers; then enter it."),
            Link("Enter the password", url_of("reconnection", account.pk)),
            Words("If you did not expect this, do not enter anything, and ask them."),
        ],
    )
