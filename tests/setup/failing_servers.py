"""Scripts of servers that fail, each in one way of its own, up to where they do."""

import asyncio

from servers.scripted import Dialogue, Script

CAPABILITIES = b"IMAP4rev1 AUTH=PLAIN SASL-IR"


def says(*lines: bytes) -> Script:
    """A greeting that is none of ours, and then nothing."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(*lines)
        await asyncio.sleep(60)

    return play


def sends(octets: bytes) -> Script:
    """Octets as they are, and the end."""

    async def play(dialogue: Dialogue) -> None:
        if not dialogue.is_secure:
            await asyncio.sleep(0.05)
        await dialogue.send_raw(octets)

    return play


async def mute(dialogue: Dialogue) -> None:
    """Nothing."""
    await asyncio.sleep(60)


def imap(
    sign_in: bytes = b"OK in", listing: bytes = b"OK listed", offers: bytes = CAPABILITIES
) -> Script:
    """An IMAP server that answers the sign-in and the listing so."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY " + offers + b"] ready")
        while True:
            tag, word, _ = await dialogue.command()
            if word == b"CAPABILITY":
                await dialogue.send(b"* CAPABILITY " + offers)
            answers = {b"AUTHENTICATE": sign_in, b"LOGIN": sign_in, b"LIST": listing}
            if answers.get(word) == b"":
                dialogue.reset()
            await dialogue.send(tag + b" " + answers.get(word, b"OK done"))

    return play


async def nonsense(dialogue: Dialogue) -> None:
    """A greeting as it should be, and then what no protocol knows."""
    await dialogue.send(b"* OK [CAPABILITY " + CAPABILITIES + b"] ready")
    await dialogue.command()
    await dialogue.send(b"* (((( 12 FETCH", b"\x00\x01")
    await asyncio.sleep(60)


def pop(sign_in: bytes = b"+OK in", uidl: bytes = b"+OK") -> Script:
    """A POP3 server that answers the sign-in and UIDL so."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"+OK ready")
        while True:
            word = (await dialogue.line()).split(b" ")[0].upper()
            if word == b"CAPA":
                await dialogue.send(b"+OK", b"USER", b".")
            elif word == b"PASS":
                await dialogue.send(sign_in)
            elif word == b"LIST":
                await dialogue.send(b"+OK", b".")
            elif word == b"UIDL":
                await dialogue.send(uidl)
            else:
                await dialogue.send(b"+OK")

    return play


def smtp(sign_in: bytes = b"235 in", *offers: bytes) -> Script:
    """A submission server that answers AUTH so."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 ready")
        while True:
            word = (await dialogue.line())[:4].upper()
            if word == b"EHLO":
                lines = (b"250-here", *(b"250-" + offer for offer in offers), b"250 8BITMIME")
                await dialogue.send(*lines)
            else:
                await dialogue.send(sign_in if word == b"AUTH" else b"250 fine")

    return play
