"""Maya's mailbox on disk: a Maildir, written from outside as a post office does.

Nothing here opens a socket: mail arrives as a file in `new`, and a message read on the phone is a
file that gets another name. Source: https://cr.yp.to/proto/maildir.html; `dovecot-uidlist` is
written at the start so that UIDs rise with the dates, as in a mailbox that grew (its E and T are
pymap's object ids, RFC 8474).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from postroom.cli.demo.world.letters import Letter

ADDRESS = "maya@petrel.example"
# Not connected at first: somebody who tries the demo may do that.
TOMS_ADDRESS = "tom@petrel.example"
PASSWORD = "fair-at-whitby"  # noqa: S105 - printed on the screen, opens a made-up mailbox

_HOST = "mail.petrel.example"


@dataclass(frozen=True)
class Mailbox:
    """One person's mail under a root of Maildir folders (layout Maildir++)."""

    root: Path

    def write(self, folders: Iterable[str], letters: Iterable[Letter]) -> None:
        """Lay out the folders and put every letter where it lies, the oldest first."""
        for folder in ("INBOX", *folders):
            self._make_folder(folder)
        listed: dict[str, list[str]] = {}
        for letter in letters:
            listed.setdefault(letter.folder, []).append(self._put(letter))
        for folder, names in listed.items():
            self._write_uids(folder, names)

    def deliver(self, letter: Letter) -> None:
        """Let a letter arrive; whoever looks finds it whole or not at all."""
        self._put(letter)

    def read_oldest_unread(self) -> bool:
        """Mark the oldest unread message of the inbox as read; tell whether there was one."""
        unread = [file for file in self._files("INBOX") if "S" not in file.name.partition(":2,")[2]]
        if not unread:
            return False
        file = min(unread, key=lambda file: file.stat().st_mtime)
        key, _, flags = file.name.partition(":2,")
        flags = "".join(sorted({*flags, "S"}))
        file.rename(self._place("INBOX") / "cur" / f"{key}:2,{flags}")
        return True

    def _files(self, folder: str) -> list[Path]:
        place = self._place(folder)
        return [*(place / "cur").iterdir(), *(place / "new").iterdir()]

    def _place(self, folder: str) -> Path:
        return self.root if folder == "INBOX" else self.root / f".{folder.replace('/', '.')}"

    def _make_folder(self, folder: str) -> None:
        for part in ("cur", "new", "tmp"):
            (self._place(folder) / part).mkdir(parents=True, exist_ok=True)

    def _put(self, letter: Letter) -> str:
        place = self._place(letter.folder)
        key = f"{int(letter.at.timestamp())}.{letter.identity[1:13]}.{_HOST}"
        draft = place / "tmp" / key
        draft.write_bytes(letter.raw)
        os.utime(draft, (letter.at.timestamp(), letter.at.timestamp()))
        is_seen_by_a_client = bool(letter.flags)
        name = f"{key}:2,{letter.flags}" if is_seen_by_a_client else key
        draft.rename(place / ("cur" if is_seen_by_a_client else "new") / name)
        return name

    def _write_uids(self, folder: str, names: list[str]) -> None:
        validity = int(names[0].partition(".")[0])
        lines = [f"3 V{validity} N{len(names) + 1} G{validity:032x}"]
        for uid, name in enumerate(names, start=1):
            told = name.split(".")[1]
            lines.append(f"{uid} EM{told} TT{told} :{name}")
        text = "".join(f"{line}\r\n" for line in lines)
        (self._place(folder) / "dovecot-uidlist").write_bytes(text.encode())
