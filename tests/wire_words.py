"""Every word that our clients put on a wire during a run of the tests, in whichever process.

The promise is that nothing is ever deleted on a mail server. So each command's word is written down
where it leaves for the socket, by this process and by all it starts, and a run in which one of them
deletes or expunges has failed, whatever its tests say. What tests say to servers themselves, to
prepare a mailbox, does not pass here. Only words are noted, never an argument.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

PLACE: Final = "TEST_WIRE_WORDS"  # The variable that names the folder of what was said.
# CLOSE expunges as well (RFC 3501 §6.4.2); DELE is POP3's (RFC 1939 §5).
DELETING: Final = {"EXPUNGE", "UID EXPUNGE", "DELETE", "CLOSE", "DELE", "\\Deleted"}
POP3: Final = {"USER", "PASS", "AUTH", "CAPA", "STLS", "STAT", "UIDL", "LIST", "TOP", "RETR"} | {
    *("NOOP", "QUIT", "DELE", "RSET", "UTF8", "LANG", "APOP")
}
COMMAND: Final = re.compile(rb"A\d+ ((?:UID )?[A-Z]+)(.*)", re.DOTALL)
LITERAL: Final = re.compile(rb"\{(\d+)\+?\}$")


class Listener:
    """One connection's commands, out of the octets that leave: literals are no commands."""

    def __init__(self) -> None:
        self._waiting = b""
        self._literal = 0

    def words_in(self, octets: bytes) -> Iterator[str]:
        """The words of what leaves now; `\\Deleted` is one wherever a flag may stand."""
        self._waiting += octets
        while self._waiting:
            taken = min(self._literal, len(self._waiting))
            self._waiting, self._literal = self._waiting[taken:], self._literal - taken
            line, end, rest = self._waiting.partition(b"\r\n")
            if not end:
                return
            self._waiting = rest
            if literal := LITERAL.search(line):
                self._literal = int(literal[1])
            if command := COMMAND.match(line):
                yield command[1].decode()
                if b"\\deleted" in command[2].lower() and b"FETCH" not in command[1]:
                    yield "\\Deleted"


def note(words: Iterator[str] | Sequence[str]) -> None:
    """Write them down at once: this process may be killed the next moment."""
    text = "".join(f"{word}\n" for word in words)
    if text:
        file = Path(os.environ[PLACE]) / f"{os.getpid()}.words"
        with file.open("a") as said:
            said.write(text)


def said() -> Counter[str]:
    """How often each word was said, by all processes."""
    files = Path(os.environ[PLACE]).glob("*.words")
    return Counter(word for file in files for word in file.read_text().split("\n") if word)


def listen() -> None:
    """Have our clients' words noted from now on, if the run asks for it."""
    if os.environ.get(PLACE) and not any(isinstance(each, Finder) for each in sys.meta_path):
        sys.meta_path.insert(0, Finder())


def hear_imap(module: ModuleType) -> None:
    """What leaves a pipeline, before it is compressed or encrypted."""
    take: Callable[[Any], bytes] = module.Pipeline.take_octets

    def take_and_note(pipeline: Any) -> bytes:
        octets = take(pipeline)
        if octets:
            if not hasattr(pipeline, "_listener"):
                pipeline._listener = Listener()
            note(pipeline._listener.words_in(octets))
        return octets

    module.Pipeline.take_octets = take_and_note


def hear_lines(module: ModuleType) -> None:
    """A line of POP3 (or SMTP) by its first word, if that is one: others may be secrets."""
    send: Callable[[Any, str], None] = module.TextLine.send_line

    def note_and_send(line: Any, text: str) -> None:
        word = text.partition(" ")[0].upper()
        note([word] if word in POP3 else ["a line"])
        send(line, text)

    module.TextLine.send_line = note_and_send


HEARD: Final = {"postroom.imap.pipeline": hear_imap, "postroom.net.text_line": hear_lines}


class Finder(MetaPathFinder):
    """Finds the two modules as everybody does, and has them heard once they are loaded."""

    def __init__(self) -> None:
        self._is_looking = False

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only for these two."""
        if name not in HEARD or self._is_looking:
            return None
        self._is_looking = True
        try:
            spec = find_spec(name)
        finally:
            self._is_looking = False
        if spec is not None and spec.loader is not None:
            spec.loader = Hearing(spec.loader, HEARD[name])
        return spec


class Hearing(Loader):
    """Loads a module, then has it heard."""

    def __init__(self, loader: Loader, hear: Callable[[ModuleType], None]) -> None:
        self._loader, self._hear = loader, hear

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As it is made otherwise."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As it is otherwise, and a little more."""
        self._loader.exec_module(module)
        self._hear(module)
