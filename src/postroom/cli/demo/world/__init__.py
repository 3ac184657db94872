"""The world of the demo: Petrel & Daughters of Whitby, makers of barometers, and their mail.

All of it is fictional and lives under names that nobody can own (RFC 2606). It is told relative
to the moment at which the demo was first started, in the same words and under the same Message-IDs
in every run.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files

from postroom.cli.demo.world.circulars import compose_circulars
from postroom.cli.demo.world.conversations import Conversation
from postroom.cli.demo.world.letters import Letter
from postroom.cli.demo.world.moments import parse_moment, working_day
from postroom.cli.demo.world.script import Line, Thread, parse_script

FOLDERS = ("Sent", "Archive", "Drafts", "Junk", "Trash", "Lists", "Orders", "Messe Zürich")

_WORK = (
    "kanazawa",
    "corniche",
    "harbours",
    "vineyards",
    "northern",
    "dealers",
    "internal",
    "trade",
)
_HOME = ("private",)
_FILED_AFTER = timedelta(days=120)


@dataclass
class World:
    """Every message of the mailbox, oldest first, and the conversations that may go on."""

    letters: list[Letter] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)


def compose_world(now: datetime) -> World:
    """Write the whole mailbox as it is at `now`."""
    world = World()
    for name in (*_WORK, *_HOME):
        for thread in parse_script(read_text(f"{name}.txt")):
            conversation = Conversation(thread.subject)
            world.conversations[thread.subject] = conversation
            world.letters += _tell(thread, conversation, now, at_work=name in _WORK)
    world.letters += compose_circulars(now)
    world.letters.sort(key=lambda letter: letter.at)
    return world


def read_text(name: str) -> str:
    """One of the files the world is written in."""
    return files(__package__).joinpath("text", name).read_text("utf-8")


def year_folder(now: datetime) -> str:
    """Where last year's mail is filed."""
    return f"Archive/{now.year - 1}"


def _tell(
    thread: Thread, conversation: Conversation, now: datetime, *, at_work: bool
) -> list[Letter]:
    last = parse_moment(thread.lines[-1].moment, now)
    folder = thread.folder or _filed_in(last, now)
    letters = []
    for line, following in zip(thread.lines, [*thread.lines[1:], None], strict=True):
        at = parse_moment(line.moment, now)
        if at_work and "d " in line.moment:
            at = working_day(at)
        at = min(max(at, conversation.not_before() or at), now - timedelta(minutes=5))
        place = "Sent" if line.who == "maya" else folder
        letters.append(conversation.write(line, at, place, _flags(line, following)))
    return letters


def _filed_in(last: datetime, now: datetime) -> str:
    if now - last < _FILED_AFTER:
        return "INBOX"
    return "Archive" if last.year == now.year else year_folder(now)


def _flags(line: Line, following: Line | None) -> str:
    answered = line.who != "maya" and following is not None and following.who == "maya"
    flags = {"F": "flagged" in line.marks, "R": answered, "S": "unread" not in line.marks}
    return "".join(letter for letter, holds in flags.items() if holds)
