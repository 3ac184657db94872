"""Servers that want our memory or our time; a process of their own, one port for each scenario.

python bombs.py      prints {"scenario": port, …} and serves until its input ends
"""

import itertools
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

PHASES = ("before sign-in", "listed", "selected", "fetch")
SCATTERED = b"".join(b",%d" % uid for uid in range(3, 150_000, 2))


def forever(chunk: bytes) -> Iterator[bytes]:
    """Yield about 64 KiB of `chunk` again and again."""
    block = chunk * max(1, 65536 // len(chunk))
    return itertools.repeat(block)


def then(*parts: bytes, flood: bytes = b"x") -> Iterator[bytes]:
    """Yield `parts`, then `flood` for ever."""
    yield from parts
    yield from forever(flood)


def drip(octets: bytes) -> Iterator[bytes]:
    """Yield one octet at a time, slowly, for ever."""
    for position in itertools.count():
        time.sleep(0.05)
        yield octets[position % len(octets) :][:1]


def silence(*parts: bytes) -> Iterator[bytes]:
    """Yield `parts` and then nothing at all."""
    yield from parts
    time.sleep(60)


def counted(line: bytes) -> Iterator[bytes]:
    """Yield lines that are all different, for ever."""
    for start in itertools.count(1, 1000):
        yield b"".join(line % number for number in range(start, start + 1000))


BOMBS: dict[str, Callable[[], Iterator[bytes]]] = {
    "endless text": lambda: then(b"* OK "),
    "endless name": lambda: then(b'* LIST () "/" "'),
    "endless nothing": lambda: forever(b"\0"),
    "endless blank lines": lambda: forever(b"\r\n"),
    "endless alerts": lambda: forever(b"* OK [ALERT] look\r\n"),
    "endless goodbye": lambda: then(b"* BYE "),
    "endless invitations": lambda: forever(b"+ go on\r\n"),
    "endless late answers": lambda: forever(b"Z9 OK late\r\n"),
    "endless capabilities": lambda: then(b"* CAPABILITY", flood=b" X"),
    "endless key words": lambda: then(b"* FLAGS (", flood=b"\\x "),
    "endless structure": lambda: then(b"* 1 FETCH (UID 1 BODYSTRUCTURE (", flood=b'("a" "b")'),
    "endless status": lambda: counted(b'* STATUS "%d" (MESSAGES 1)\r\n'),
    "endless list": lambda: counted(b'* LIST () "/" "%d"\r\n'),
    "endless long names": lambda: counted(b'* LIST (\\x) "/" "%d' + b"n" * 50_000 + b'"\r\n'),
    "endless odd names": lambda: counted(b'* LIST () "/" "%d\xff"\r\n'),
    "endless extensions": lambda: counted(b"* ENABLED X%d\r\n"),
    "endless searches": lambda: forever(b"* SEARCH" + b" 1 3 5 7 9" * 5_000 + b"\r\n"),
    "endless ranges": lambda: forever(b"* ESEARCH UID ALL 1" + SCATTERED + b"\r\n"),
    "endless removals": lambda: forever(b"* VANISHED (EARLIER) 1" + SCATTERED + b"\r\n"),
    "endless labels": lambda: forever(b"* 1 FETCH (UID 1 X-GM-LABELS (" + b"ab " * 900 + b"))\r\n"),
    "bodies nobody asked for": lambda: forever(
        b"* 7 FETCH (UID 7 BODY[] {900000}\r\n" + b"x" * 900_000 + b")\r\n"
    ),
    "endless expunges": lambda: forever(b"* 1 EXPUNGE\r\n"),
    "endless vanishings": lambda: forever(b"* VANISHED 1:4294967295\r\n"),
    "endless answers": lambda: forever(b"* 1 FETCH (UID 1 FLAGS () BODY[] {3}\r\nabc)\r\n"),
    "endless strangers": lambda: counted(b"* 1 FETCH (UID 9%d FLAGS (\\Seen))\r\n"),
    "a million EXISTS": lambda: counted(b"* %d EXISTS\r\n"),
    "ten million found": lambda: then(b"* SEARCH", flood=b" 1"),
    "a literal of 4 GiB": lambda: then(b"* 1 FETCH (UID 1 BODY[] {4294967295}\r\n"),
    "a literal of 2^70": lambda: then(b"* 1 FETCH (UID 1 BODY[] {1180591620717411303424}\r\n"),
    "a name of 60 MiB": lambda: then(b'* LIST () "/" {62914560}\r\n'),
    "100,000 literals": lambda: then(b"* 1 FETCH (", flood=b"X {1}\r\nx "),
    "10,000 parentheses": lambda: iter([b"* 1 FETCH (UID 1 X " + b"(" * 10_000 + b"\r\n"] * 9),
    "a million fields": lambda: then(b"* ID (", flood=b'"a" "b" '),
    "one octet at a time": lambda: drip(b"* OK slow "),
    "half open": lambda: silence(),
    "half a literal": lambda: silence(b"* 1 FETCH (UID 1 BODY[] {100}\r\nabc"),
}


def serve(listener: socket.socket, bomb: str, phase: str) -> None:
    """Answer honestly up to `phase`, then drop the bomb."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=play, args=(connection, bomb, phase), daemon=True).start()


def play(connection: socket.socket, bomb: str, phase: str) -> None:
    """Serve one client."""
    with connection:
        try:
            connection.sendall(b"* OK ready\r\n")
            for line in connection.makefile("rb"):
                tag, _, rest = line.strip().partition(b" ")
                word = rest.upper()
                if trigger(word) == phase:
                    for chunk in BOMBS[bomb]():
                        connection.sendall(chunk)
                    return
                connection.sendall(answer(word) + tag + b" OK done\r\n")
        except OSError:
            return


def trigger(word: bytes) -> str:
    """Return the phase a command begins."""
    if word.startswith(b"CAPABILITY"):
        return "before sign-in"
    if word.startswith(b"LIST"):
        return "listed"
    if word.startswith(b"EXAMINE"):
        return "selected"
    return "fetch" if word.startswith(b"UID FETCH") else ""


def answer(word: bytes) -> bytes:
    """Return the honest untagged answer."""
    if word.startswith(b"CAPABILITY"):
        return b"* CAPABILITY IMAP4rev1\r\n"
    if word.startswith(b"EXAMINE"):
        return b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] .\r\n* OK [UIDNEXT 2] .\r\n"
    return b""


def main() -> None:
    """Open every port, print them, serve until the test closes our input."""
    ports = {}
    for bomb in BOMBS:
        for phase in PHASES:
            listener = socket.create_server(("127.0.0.1", 0))
            ports[f"{bomb} / {phase}"] = listener.getsockname()[1]
            threading.Thread(target=serve, args=(listener, bomb, phase), daemon=True).start()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
