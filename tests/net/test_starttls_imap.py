"""STARTTLS as an attacker on the wire plays it (NO STARTTLS, USENIX Security 2021), over IMAP.

Each case is played twice: to our client, which must give nothing away and believe nothing said in
the clear, and to a naive client, which must fall for it; else the case would prove nothing.
"""

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from net.starttls_cases import REFERRAL, Case, read_cases
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.certificates import Certificate
from servers.scripted import Dialogue, ScriptedServer, scripted

SECRET = "correct horse battery"
CASES_EXPECTED = 43
ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "starttls-cases.tar.xz"
CASES = read_cases(ARCHIVE, "imap") if ARCHIVE.exists() else []
HARMLESS_IN_CLEAR = re.compile(rb"\w+ (CAPABILITY|STARTTLS|LOGOUT|NOOP)\r\n|", re.IGNORECASE)

needs_corpus = pytest.mark.skipif(not CASES, reason="../shared/corpus is not here")


@dataclass(frozen=True)
class Attacker:
    """The server of one case."""

    case: Case
    certificate: Certificate

    async def __call__(self, dialogue: Dialogue) -> None:
        """Greet, then answer whatever is asked."""
        case = self.case
        code = ""
        if case.greeting_capabilities is not None:
            code = f"[CAPABILITY {' '.join(case.greeting_capabilities)}] "
        await dialogue.send_raw(f"* {case.greeting} {code}ready\r\n".encode() + case.after_greeting)
        while True:
            tag, word, rest = await dialogue.command()
            if word.decode().lower() in case.hidden:
                await dialogue.send(tag + b" BAD unknown command")
            elif word.decode() in case.referral_on:
                await self._refer(dialogue, tag, word, rest)
            elif word == b"STARTTLS":
                await self._starttls(dialogue, tag)
            else:
                await self._answer(dialogue, tag, word, rest)

    async def _refer(self, dialogue: Dialogue, tag: bytes, word: bytes, rest: bytes) -> None:
        if word == b"AUTHENTICATE" and b" " not in rest:
            await dialogue.send(b"+ ")
            await dialogue.line()
        await dialogue.send(tag + b" NO " + REFERRAL + b" try another server.")

    async def _starttls(self, dialogue: Dialogue, tag: bytes) -> None:
        response = self.case.starttls_response or b"<tag> OK begin TLS now\r\n"
        await dialogue.send_raw(response.replace(b"<tag>", tag))
        if self.case.transition:
            await dialogue.start_tls(self.certificate)

    async def _answer(self, dialogue: Dialogue, tag: bytes, word: bytes, rest: bytes) -> None:
        case = self.case
        match word:
            case b"CAPABILITY":
                names = case.capabilities_tls if dialogue.is_secure else case.capabilities
                await dialogue.send(b"* CAPABILITY " + " ".join(names).encode())
            case b"AUTHENTICATE":
                for _ in range(2 if rest.upper().startswith(b"LOGIN") else b" " not in rest):
                    await dialogue.send(b"+ ")
                    await dialogue.line()
            case b"LIST":
                await dialogue.send(b'* LIST () "/" INBOX')
            case b"SELECT" | b"EXAMINE":
                await dialogue.send(b"* 0 EXISTS", b"* OK [UIDVALIDITY 7] .")
            case b"LOGOUT":
                await dialogue.send(b"* BYE")
        await dialogue.send(tag + b" OK done")


@dataclass
class Attempt:
    """What a client let itself be told, and where it would have gone."""

    believed: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


async def ours(server: ScriptedServer, certificate: Certificate) -> Attempt:
    """Connect, sign in and look around with our client."""
    attempt = Attempt()
    loop = asyncio.get_running_loop()
    resolve = loop.getaddrinfo

    async def watched(host, *words, **more):  # type: ignore[no-untyped-def]
        attempt.hosts.add(str(host))
        return await resolve(host, *words, **more)

    loop.getaddrinfo = watched  # type: ignore[method-assign]
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
    address = Server("localhost", server.port, Security.STARTTLS)
    try:
        client = await ImapClient.connect(address, allowed, authorities=certificate.authority)
        await client.sign_in(Password("alice", SECRET))
        attempt.believed += [box.name for box in await client.list_mailboxes()]
        selected = await client.examine("INBOX")
        attempt.believed += [f"exists {selected.exists}", f"validity {selected.uidvalidity}"]
        attempt.believed += map(repr, client.pending_notices())
        await client.sign_out()
    except NetError as error:
        attempt.believed.append(f"{error.kind}: {error.words}")
    return attempt


@dataclass
class NaiveClient:
    """What many clients of the study did: keep everything, go on whatever happens."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    attempt: Attempt

    async def say(self, text: str) -> str:
        """Send a command; believe every line until something looks like its answer."""
        self.writer.write(f"n1 {text}\r\n".encode())
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 2)).decode("latin-1").strip()
            self.attempt.hosts |= set(re.findall(r"REFERRAL imaps?://[^@\]]*@?([\w.]+)", line))
            if not line or line.startswith(("n1 ", "+ ")):
                return line
            self.attempt.believed.append(line)

    async def start_tls(self, certificate: Certificate) -> None:
        """Put TLS on, and keep what asyncio's reader holds already: that is the mistake."""
        context = ssl.create_default_context(cafile=certificate.authority)
        try:
            await self.writer.start_tls(context, server_hostname="localhost")
        except (ssl.SSLError, ConnectionError):
            self.attempt.believed.append("broken by injected octets")


async def naive(server: ScriptedServer, certificate: Certificate) -> Attempt:
    """Do the same with the naive client."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    client = NaiveClient(reader, writer, Attempt(hosts={"localhost"}))
    greeting = (await reader.readline()).decode()
    try:
        offered = "STARTTLS" in greeting or "CAPABILITY" not in greeting
        if "PREAUTH" not in greeting:
            if offered and (await client.say("STARTTLS")).startswith("n1 OK"):
                await client.start_tls(certificate)
            await client.say(f'LOGIN alice "{SECRET}"')
        await client.say('LIST "" "*"')
        await client.say("SELECT INBOX")
    except (OSError, TimeoutError):
        pass
    writer.transport.abort()
    return client.attempt


def leaks(server: ScriptedServer) -> list[str]:
    """Return what was said in the clear that must not be."""
    clear = server.heard.clear
    plain = base64.b64encode(f"\0alice\0{SECRET}".encode())
    found = [secret for secret in (SECRET.encode(), plain, plain[:20]) if secret in clear]
    found += [line for line in clear.splitlines(True) if not HARMLESS_IN_CLEAR.fullmatch(line)]
    return [repr(one) for one in found]


GENUINE_LINES = re.compile(r'\* (LIST \(\) "/" INBOX$|0 EXISTS|OK \[UIDVALIDITY 7)')
GENUINE = {"INBOX", "exists 0", "validity 7"}


@needs_corpus
def test_the_corpus_is_whole() -> None:
    print(f"{len(CASES)} IMAP cases of the NO STARTTLS study")
    assert len({case.name.split(" ")[0] for case in CASES}) == CASES_EXPECTED
    assert len(CASES) >= CASES_EXPECTED


@needs_corpus
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_we_give_nothing_away_and_believe_nothing(
    case: Case, certificate: Certificate
) -> None:
    async with scripted(Attacker(case, certificate)) as server:
        attempt = await asyncio.wait_for(ours(server, certificate), 20)
    assert leaks(server) == []
    assert attempt.hosts == {"localhost"}
    assert server.heard.connections == 1
    failures = [one for one in attempt.believed if one not in GENUINE]
    assert all(": " in one and "prefix" not in one and "suffix" not in one for one in failures)
    assert len(failures) <= 1


@needs_corpus
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_naive_client_falls_for_it(case: Case, certificate: Certificate) -> None:
    async with scripted(Attacker(case, certificate)) as server:
        attempt = await asyncio.wait_for(naive(server, certificate), 20)
    believed = [one for one in attempt.believed if not GENUINE_LINES.match(one)]
    assert leaks(server) or believed or attempt.hosts != {"localhost"}
