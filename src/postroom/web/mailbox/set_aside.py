"""Messages in quarantine as their owner sees them: which, why, and the bytes as harmless text."""

from dataclasses import dataclass

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Quarantine
from postroom.archive.quarantine import (
    SetAside,
    entries_of,
    find_raw_of,
    needing_a_person,
    set_aside_in,
)

SHOWN = 200
SHOWN_OCTETS = 100_000

# What would not be seen, or would turn other text around: shown by its number.
UNSEEN = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **{
        code: f"⟨U+{code:04X}⟩"
        for code in (*range(0x80, 0xA0), 0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
                     *range(0x2060, 0x2070), 0xFEFF)
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetAsidePage:
    """The quarantine of an account: the first entries, and how many there are."""

    account: EmailAccount
    entries: list[SetAside]
    count: int
    asked_again: int
    needing_a_person: int

    @property
    def more(self) -> int:
        """How many are not in the list."""
        return self.count - len(self.entries)


def set_aside_of(account: EmailAccount) -> SetAsidePage:
    """What an account's quarantine holds, what needs a person first."""
    entries = entries_of(account)
    return SetAsidePage(
        account,
        set_aside_in(account, SHOWN),
        entries.count(),
        entries.filter(retry_asked_at__isnull=False).count(),
        needing_a_person(account),
    )


@dataclass(frozen=True, slots=True)
class Source:
    """The beginning of a message as text; `is_whole` if that is all of it."""

    text: str
    is_whole: bool


def source_of(entry: Quarantine) -> Source | None:
    """The message as it came, every character of it visible; None where it never came."""
    raw = find_raw_of(entry)
    if raw is None:
        return None
    text = raw[:SHOWN_OCTETS].decode("utf-8", "replace").replace("\r\n", "\n")
    return Source(text.translate(UNSEEN), len(raw) <= SHOWN_OCTETS)
