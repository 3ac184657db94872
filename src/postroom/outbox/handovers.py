"""The email that tells somebody that a mailbox is theirs now, and its former owner that it is not.

Once a handing over.
"""

from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.outbox.links import url_of
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Link, Part, Words
from postroom.team.models import User


def write_handover(
    account: EmailAccount, before: User, by: User | None, now: datetime, rules: int = 0
) -> int:
    """Tell the new owner and the old one, as far as they did not do it. Returns how many.

    So many rules came along with it, which are off.
    """
    readers = [user for user in (account.owner, before) if user.is_active and user != by]
    letters = [letter_of(account, reader, before, by, now, rules) for reader in readers]
    return sum([write(letter, now) for letter in letters])


def letter_of(
    account: EmailAccount,
    reader: User,
    before: User,
    by: User | None,
    now: datetime,
    rules: int = 0,
) -> Letter:
    """What happened, and what it means for the reader."""
    who = str(by or "An administrator of your Postroom")
    is_new = reader == account.owner
    subject = f"{account} is your mailbox now" if is_new else f"{account} was handed over"
    return Letter(
        key=f"handover:{account.pk}:{reader.pk}:{now.isoformat()}",
        account=account,
        to=reader,
        subject=subject,
        parts=[Words(f"Hello {reader},"), *told(account, before, who, rules, is_new=is_new)],
    )


def told(account: EmailAccount, before: User, who: str, rules: int, *, is_new: bool) -> list[Part]:
    """For whom it is now, and for whom it was."""
    if not is_new:
        return [
            Words(f"{who} handed the mailbox {account} to {account.owner}."),
            Words("You do not see its emails here any more. If that is not right, ask them."),
        ]
    return [
        Words(f"{who} handed you the mailbox {account} of {before}."),
        Words(
            "You see and handle all of its emails in Postroom, and decide who else does. Its"
            " password is not needed for that, and you are not told it."
        ),
        *about_rules(before, rules),
        Link("Its page", url_of("account", account.pk)),
    ]


def about_rules(before: User, rules: int) -> list[Part]:
    """Rules that the former owner wrote for it, if any."""
    if not rules:
        return []
    count = "1 rule" if rules == 1 else f"{rules} rules"
    return [
        Words(
            f"{count} of {before} for this mailbox alone came along, switched off. Under Mail rules"
            " you read what was written, and switch on what you want."
        )
    ]
