"""A mail server that wants to hear passwords: it greets, offers every way to sign in, refuses all.

What it was told is in `heard.clear`.
"""

import base64
import contextlib

from servers.scripted import Dialogue


async def eavesdropper(dialogue: Dialogue) -> None:
    """Play it for one connection."""
    await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN] come in")
    while True:
        tag, word, _rest = await dialogue.command()
        if word == b"CAPABILITY":
            await dialogue.send(b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN")
            await dialogue.send(tag + b" OK done")
        else:
            await dialogue.send(tag + b" NO [AUTHENTICATIONFAILED] no")


def was_told(heard: bytes, secret: str) -> bool:
    """Whether the secret was among it, plain or in any base64 word."""
    words = [secret.encode() in heard]
    for word in heard.split():
        with contextlib.suppress(ValueError):
            words.append(secret.encode() in base64.b64decode(word, validate=True))
    return any(words)
