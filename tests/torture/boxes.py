"""The mailboxes of the lying server: what they truly hold."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from torture.letters import Letter


@dataclass(slots=True)
class Box:
    """A mailbox as it truly is."""

    uidvalidity: int = 1
    uidnext: int = 1
    modseq: int = 1
    letters: dict[int, Letter] = field(default_factory=dict)

    def put(self, letter: Letter) -> int:
        """Deliver a letter under the next UID."""
        self.modseq += 1
        letter.modseq = self.modseq
        uid, self.uidnext = self.uidnext, self.uidnext + 1
        self.letters[uid] = letter
        return uid

    def set_flags(self, uid: int, flags: Iterable[str]) -> None:
        """Change a letter's flags."""
        self.modseq += 1
        self.letters[uid].flags = frozenset(flags)
        self.letters[uid].modseq = self.modseq

    def take(self, uid: int) -> Letter:
        """Remove a letter."""
        self.modseq += 1
        return self.letters.pop(uid)

    def renumber(self, dice: random.Random) -> None:
        """Give every letter another UID under another UIDVALIDITY."""
        letters = list(self.letters.values())
        dice.shuffle(letters)
        self.uidvalidity += 1
        self.uidnext = 1
        self.letters = {}
        for letter in letters:
            self.put(letter)
