"""The email that tells an owner that somebody else paused or deactivated their mailbox.

Once a decision, with who decided it and why.
"""

from datetime import datetime

from django.db.models import F, Q

from postroom.accounts.models import Activation, Deletion, EmailAccount
from postroom.outbox.links import url_of
from postroom.outbox.models import Notice
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Heading, Link, Part, Words

PAUSED = (
    "No new mail is fetched from it. What is already here stays and can be read as before, and what"
    " arrives meanwhile is brought when it is resumed."
)
DELETED = (
    "Its emails are deleted here and nobody sees them any more. In the mailbox itself, on its mail"
    " server and in your mail programs, everything stays as it is."
)


def write_decisions(now: datetime) -> int:
    """Write to every owner for whom another decided and who was not told. Returns how many."""
    return sum([write(letter_of(account), now) for account in untold()])


def untold() -> list[EmailAccount]:
    """The accounts that somebody else stopped, of which their owners were not told."""
    stopped = EmailAccount.objects.filter(
        Q(decided_by__isnull=True) | ~Q(decided_by=F("owner")),
        decided_at__isnull=False,
        is_policys=False,
        activation__in=(Activation.PAUSED, Activation.DEACTIVATED),
        owner__is_active=True,
    ).select_related("owner", "decided_by")
    occasions = {occasion_of(account): account for account in stopped}
    told = Notice.objects.filter(key__in=occasions).values_list("key", flat=True)
    return [occasions[key] for key in occasions.keys() - set(told)]


def occasion_of(account: EmailAccount) -> str:
    """What names the decision."""
    decided = account.decided_at.isoformat() if account.decided_at else ""
    return f"decision:{account.pk}:{decided}"


def letter_of(account: EmailAccount) -> Letter:
    """Who decided what and why, what it means, and what the owner can do."""
    who = f"{account.decided_by} " if account.decided_by else "An administrator of your Postroom "
    is_paused = account.activation == Activation.PAUSED
    word = "paused" if is_paused else done_word(account)
    return Letter(
        key=occasion_of(account),
        account=account,
        subject=f"{account.address} was {word}",
        parts=[
            Words(f"Hello {account.owner},"),
            Words(f"{who}{word} the mailbox {account.address} in Postroom."),
            *because(account),
            Words(PAUSED if is_paused else DELETED),
            *way_back(account, is_paused=is_paused),
            Words("You get this email once."),
        ],
    )


def done_word(account: EmailAccount) -> str:
    """Whether only its mail goes, or the account too."""
    is_removed = Deletion.objects.filter(account=account, removes_account=True).exists()
    return "removed" if is_removed else "deactivated"


def because(account: EmailAccount) -> list[Part]:
    """The reason, if one was given."""
    return (
        [Words(f"The reason given: {account.decided_because}")] if account.decided_because else []
    )


def way_back(account: EmailAccount, *, is_paused: bool) -> list[Part]:
    """The one thing to do, where there is one."""
    if not is_paused and done_word(account) == "removed":
        return [Words("To have it here again, connect it anew.")]
    to_do = (
        "If that is not right, talk to them, or resume it on its page."
        if is_paused
        else "If you need it here, reactivate it on its page: its mail is then brought again."
    )
    return [
        Heading("What you can do"),
        Words(to_do),
        Link("Its page", url_of("account", account.pk)),
    ]
