"""The outside world goes on while somebody looks: mail arrives, and Maya's phone is in use."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from postroom.cli.demo.mailbox import Mailbox
from postroom.cli.demo.world import compose_world, read_text
from postroom.cli.demo.world.cast import correspondent_of
from postroom.cli.demo.world.conversations import Conversation
from postroom.cli.demo.world.letters import Letter
from postroom.cli.demo.world.script import Line, parse_script

SOONEST_SECONDS, LATEST_SECONDS = 20.0, 40.0
PHONE = "phone"


@dataclass(frozen=True)
class Arrival:
    """Something that happens next: a line of a conversation, or a look at the phone."""

    number: int
    conversation: Conversation
    line: Line

    def compose(self, now: datetime) -> Letter:
        """The letter as it is written now; each arrival is composed once, in its turn."""
        folder, flags = ("Sent", "S") if self.line.who == "maya" else ("INBOX", "")
        return self.conversation.write(self.line, now, folder, flags)


async def let_mail_arrive(mailbox: Mailbox, born: datetime, memory: Path) -> None:
    """Let one thing after another happen, from where the last start left off, until all did."""
    random = Random()  # noqa: S311 - when somebody writes is no secret
    for arrival in await asyncio.to_thread(arrivals_to_come, born, memory):
        await asyncio.sleep(random.uniform(SOONEST_SECONDS, LATEST_SECONDS))
        happened = let_happen(arrival, mailbox, datetime.now().astimezone())
        remember(arrival, memory)
        if happened:
            print(happened, flush=True)  # noqa: T201 - the tree passes it on


def arrivals_to_come(born: datetime, memory: Path) -> list[Arrival]:
    """What has not happened yet; the conversations know what has."""
    done = int(memory.read_text()) if memory.exists() else 0
    arrivals = list(compose_arrivals(born))
    for arrival in arrivals[:done]:
        if arrival.line.who != PHONE:
            arrival.compose(born)
    return arrivals[done:]


def compose_arrivals(born: datetime) -> Iterator[Arrival]:
    """Everything that will ever happen, in the order of the script."""
    conversations = compose_world(born).conversations
    number = 0
    for thread in parse_script(read_text("arrivals.txt")):
        conversation = conversations.setdefault(thread.subject, Conversation(thread.subject))
        for line in thread.lines:
            number += 1
            yield Arrival(number, conversation, line)


def let_happen(arrival: Arrival, mailbox: Mailbox, now: datetime) -> str:
    """Let it happen in the mailbox; say what it was, or nothing if nothing changed."""
    who = arrival.line.who
    if who == PHONE:
        return "Maya read a message on her phone" if mailbox.read_oldest_unread() else ""
    mailbox.deliver(arrival.compose(now))
    verb = "answered from her phone" if who == "maya" else "wrote"
    return f"{correspondent_of(who).name} {verb}: {arrival.conversation.subject}"


def remember(arrival: Arrival, memory: Path) -> None:
    """Note that this one has happened."""
    memory.write_text(str(arrival.number))
