"""When nobody knows: the names that most servers have, tried, under TLS only.

A server counts if it greets with a certificate for its name; nobody signs in.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from django.conf import settings

from postroom.imap.limits import Limits
from postroom.net import server as net
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import Server
from postroom.net.smtp_client import SmtpClient
from postroom.providers import FoundServers, ServerChoice
from postroom.setup.sources import Found, Source, Teller

SECONDS: Final = 3.0
_LIMITS: Final = Limits(goodbye_seconds=0.5)


async def guess(domain: str, teller: Teller) -> Found | None:
    """Try the usual names side by side; the first of the list that answers is proposed."""
    incoming = [
        ServerChoice(host, 993, "tls") for host in (f"imap.{domain}", f"mail.{domain}", domain)
    ]
    outgoing = [
        choice
        for host in (f"smtp.{domain}", f"mail.{domain}")
        for choice in (ServerChoice(host, 465, "tls"), ServerChoice(host, 587, "starttls"))
    ]
    imap, smtp = await asyncio.gather(
        answering(incoming, ImapClient, teller), answering(outgoing, SmtpClient, teller)
    )
    if not imap:
        return None
    return Found(Source.GUESS, imap[0].host, FoundServers(imap=imap, smtp=smtp))


async def answering(
    choices: Sequence[ServerChoice], client: type[ImapClient | SmtpClient], teller: Teller
) -> tuple[ServerChoice, ...]:
    """Return those of `choices` that greet as they should."""
    outcomes = await asyncio.gather(*(greet(choice, client) for choice in choices))
    for choice, error in zip(choices, outcomes, strict=True):
        where = f"{choice.host}:{choice.port}"
        if error:
            teller.note_failure(Source.GUESS, where, error)
        else:
            teller.note(Source.GUESS, where, "answers")
    return tuple(choice for choice, error in zip(choices, outcomes, strict=True) if not error)


async def greet(choice: ServerChoice, client: type[ImapClient | SmtpClient]) -> Exception | None:
    """Connect and leave again; returns what went wrong."""
    server = Server(choice.host, choice.port, net.Security(choice.security))
    try:
        async with asyncio.timeout(SECONDS):
            connected = await client.connect(server, settings.MAIL_NETWORKS, limits=_LIMITS)
            await connected.sign_out()
    except (NetError, TimeoutError) as error:
        return error
    return None
