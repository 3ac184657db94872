"""What a mail server can do, in words for those who do not know IMAP. Design §5: four tiers."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.accounts.models import EmailAccount, Protocol


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing a server offers or does not, and what follows from it for the mailbox."""

    name: str
    is_offered: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Tier:
    """How changes are learnt of from a server. `named` is all that it says it can do."""

    name: str
    sentence: str
    abilities: list[Ability]
    named: list[str]


TIERS = {
    "qresync": ("QRESYNC", "The server tells every change at once: new, changed, removed."),
    "condstore": (
        "CONDSTORE",
        "The server tells which emails changed. What was removed is found by comparing lists.",
    ),
    "plain": (
        "comparing lists",
        "The server tells nothing of changes, so lists are compared, every few minutes as a whole.",
    ),
    "pop3": (
        "POP3",
        "New mail is fetched every five minutes. Folders, and what was read, are not told of.",
    ),
}

# What the server says it can do: the sentence if it can, and if it cannot.
IMAP_ABILITIES = {
    "NOTIFY": (
        "Changes in every folder are heard of as they happen.",
        "Folders other than the Inbox are asked about every 20 seconds.",
    ),
    "IDLE": (
        "New mail in the Inbox is heard of as it comes.",
        "The Inbox is asked about every 20 seconds.",
    ),
    "LIST-STATUS": (
        "All folders are counted with one question.",
        "Folders are counted one by one.",
    ),
    "SPECIAL-USE": (
        "The server says which folder is for sent mail, junk and trash.",
        "What a folder is for is recognised by its name.",
    ),
    "MOVE": (
        "Emails can be moved between folders.",
        "Emails cannot be moved safely, so they are not.",
    ),
}
GMAIL = "X-GM-EXT-1"
POP_ABILITIES = {
    "TOP": (
        "The head of an email is fetched without the rest.",
        "Every email is fetched whole.",
    ),
}


def tier_of(account: EmailAccount) -> Tier | None:
    """What was learnt of the account's server at the last complete look; None before the first."""
    if account.tier not in TIERS:
        return None
    name, sentence = TIERS[account.tier]
    return Tier(name, sentence, abilities_of(account), sorted(account.capabilities))


def abilities_of(account: EmailAccount) -> list[Ability]:
    """What matters for the mailbox, offered or not."""
    table = POP_ABILITIES if account.protocol == Protocol.POP else IMAP_ABILITIES
    told = [ability(name, account.capabilities, *words) for name, words in table.items()]
    if GMAIL in account.capabilities:
        told.append(Ability("Gmail", True, "Each email is read once, from All Mail."))
    return told


def ability(name: str, offered: Sequence[str], can: str, cannot: str) -> Ability:
    """One row."""
    return Ability(name, name in offered, can if name in offered else cannot)
