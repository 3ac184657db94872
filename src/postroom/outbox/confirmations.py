"""The email that confirms to an owner that the existing mail is in. Reference: Set up IMAP Account.

Once, ever, for a mailbox and its owner: the occasion is the address and not the account's row, so
one that is connected anew is not confirmed anew.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import CharField, Count, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat

from postroom.accounts.models import Activation, EmailAccount
from postroom.accounts.window import first_day_of
from postroom.archive.models import Email, Participant, Quarantine, ServerCopy
from postroom.association import known_addresses
from postroom.association.people import known_participants
from postroom.outbox.links import url_of
from postroom.outbox.models import Notice
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Facts, Heading, Link, Part, Words
from postroom.team.counted import counted

OCCASION = "existing-mail:"
FOLDERS_NAMED = 12


def write_confirmations(now: datetime) -> int:
    """Write to every owner whose existing mail is in and who was not told. Returns how many."""
    return sum([write(confirmation(account), now) for account in unconfirmed()])


def unconfirmed() -> list[EmailAccount]:
    """The accounts whose owners are still to be told."""
    told = Notice.objects.filter(
        key=Concat(
            Value(OCCASION),
            Cast(OuterRef("owner_id"), CharField()),
            Value(":"),
            OuterRef("address"),
            output_field=CharField(),
        )
    )
    accounts = EmailAccount.objects.filter(
        ~Exists(told),
        first_complete_at__isnull=False,
        activation__in=(Activation.ACTIVE, Activation.PAUSED),
        owner__is_active=True,
    )
    return list(accounts.select_related("owner"))


def confirmation(account: EmailAccount) -> Letter:
    """What was synced, where to see it, and what to do if something is missing."""
    return Letter(
        key=f"{OCCASION}{account.owner_id}:{account.address}",
        account=account,
        subject=f"Your existing mail is in: {account.address}",
        parts=[
            Words(f"Hello {account.owner},"),
            Words(
                f"the mail that lay in {account.address} is in Postroom now{since(account)}."
                " From here on new mail comes by itself, and what you read or answer there shows"
                " here."
            ),
            Heading("What was synced"),
            Facts(folder_facts(account)),
            Words(matched_sentence(account)),
            *aside(account),
            Heading("Where to see it"),
            Link("On the pages of your leads", url_of("leads")),
            Link("On the pages of your contacts", url_of("contacts")),
            Heading("Is something missing?"),
            Words(
                "The mailbox's own page compares every folder with the mail server, and shows which"
                " folders are synced. An email that is with nobody you know stands on no page: look"
                " whether the person's address is entered, second addresses included."
            ),
            Link("The mailbox's page", url_of("account", account.pk)),
            Words("You get this email once for this mailbox."),
        ],
    )


def since(account: EmailAccount) -> str:
    """From which day on, if older mail stays where it is."""
    first_day = first_day_of(account)
    is_cut = first_day and account.folders.exclude(older="").exists()
    return f", all since {first_day:%-d %B %Y}" if first_day and is_cut else ""


def folder_facts(account: EmailAccount) -> tuple[tuple[str, int], ...]:
    """The synced folders with the number of their emails, the fullest first, and the sum."""
    copies = ServerCopy.objects.filter(
        folder__in=account.folders.filter(is_synced=True, gone_at__isnull=True),
        uidvalidity=F("folder__uidvalidity"),
        gone_at__isnull=True,
    )
    counted = list(copies.values_list("folder__name").annotate(Count("uid")))
    counted.sort(key=lambda fact: (-fact[1], fact[0]))
    named, others = counted[:FOLDERS_NAMED], counted[FOLDERS_NAMED:]
    rest = [(f"{len(others)} other folders", sum_of(others))] if others else []
    return (*named, *rest, ("In all", sum_of(counted)))


def sum_of(facts: Sequence[tuple[str, int]]) -> int:
    """All the numbers together."""
    return sum(number for _, number in facts)


def matched_sentence(account: EmailAccount) -> str:
    """How much of it is with known people."""
    emails = Email.objects.filter(
        Exists(known_participants()), account=account, removed_at__isnull=True
    )
    on_them = Participant.objects.filter(email__account=account, email__removed_at__isnull=True)
    known = known_addresses().filter(canonical__in=on_them.values("canonical"))
    people = known.values("person").distinct().count()
    if not people:
        return (
            "None of it is with a lead or contact yet. When you add one, their emails stand on"
            " their page at once."
        )
    among = counted(people, "person", "people")
    return f"With your leads and contacts: {counted(emails.count(), 'email')}, {among}."


def aside(account: EmailAccount) -> list[Part]:
    """What could not be read, if anything."""
    entries = Quarantine.objects.filter(folder__account=account, ignored_at__isnull=True)
    if not (number := entries.count()):
        return []
    return [
        Words(
            f"{counted(number, 'message')} could not be read and"
            f" {'is' if number == 1 else 'are'} set aside, with the reason, on the mailbox's page."
        )
    ]
