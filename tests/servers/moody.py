"""An SMTP server that fails at the phase it is told to, and knows which messages it took."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from servers.scripted import Dialogue, scripted

# What each mood answers at which phase; a phase that is not named goes well.
REFUSALS = {
    "greeting 554": {"greeting": b"554 no service"},
    "mail 421": {"MAIL": b"421 4.3.2 try later"},
    "mail 550": {"MAIL": b"550 5.7.1 sender refused"},
    "rcpt 450": {"RCPT": b"450 4.2.1 busy"},
    "rcpt 550": {"RCPT": b"550 5.1.1 no such user"},
    "data 451": {"DATA": b"451 4.3.0 try later"},
    "data 554": {"DATA": b"554 5.6.0 no"},
    "dot 451": {"dot": b"451 4.3.0 try later"},
    "dot 554": {"dot": b"554 5.7.1 looks like spam"},
}
DROPS = ("drop at greeting", "drop at rcpt", "drop before the dot")
DOUBTS = ("taken, then dropped", "dropped at the dot", "taken, nonsense said")
FINE = ("fine", "late 250")
MOODS = (*REFUSALS, *DROPS, *DOUBTS, *FINE)


@dataclass
class Moody:
    """Where it listens, its mood for each connection, and what it took."""

    mood: Callable[[], str]
    host: str = "127.0.0.1"
    port: int = 0
    size: int = 50_000_000
    taken: Counter[str] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)
    recipients: list[bytes] = field(default_factory=list)

    async def play(self, dialogue: Dialogue) -> None:
        """One connection."""
        mood = self.mood()
        says = REFUSALS.get(mood, {})
        if mood == "drop at greeting":
            return
        await dialogue.send(says.get("greeting", b"220 ready"))
        while True:
            line = await dialogue.line()
            word = line[:4].upper()
            if word == b"EHLO":
                await dialogue.send(b"250-hello", f"250 SIZE {self.size}".encode())
            elif word == b"DATA" and "DATA" not in says:
                await dialogue.send(b"354 go on")
                if not await self.data(dialogue, mood, says.get("dot", b"250 2.0.0 queued")):
                    return
            elif word == b"RCPT" and mood == "drop at rcpt":
                return
            else:
                self.recipients += [line] if word == b"RCPT" else []
                await dialogue.send(says.get(word.decode(), b"250 OK"))
            if word == b"QUIT":
                return

    async def data(self, dialogue: Dialogue, mood: str, answer: bytes) -> bool:
        """Read a message to its dot; whether the connection goes on."""
        lines: list[bytes] = []
        while (line := await dialogue.line()) != b".":
            if mood == "drop before the dot":
                return False
            lines.append(line)
        takes = answer.startswith(b"250") and mood != "dropped at the dot"
        if takes:
            ids = [one for one in lines if one.lower().startswith(b"message-id:")]
            self.taken[ids[0].split(b"<")[1].rstrip(b">").decode()] += 1
            self.bodies.append(b"\r\n".join(lines))
        if mood in ("taken, then dropped", "dropped at the dot"):
            return False
        if mood == "late 250":
            await asyncio.sleep(0.05)
        await dialogue.send(b"what?" if mood == "taken, nonsense said" else answer)
        return True


@contextlib.asynccontextmanager
async def moody(mood: Callable[[], str]) -> AsyncIterator[Moody]:
    """Run it."""
    server = Moody(mood)
    async with scripted(server.play) as running:
        server.port = running.port
        yield server
