"""The demo's mail server: `python -m postroom.cli.demo.mailserver FOLDER IMAP SMTP [--live]`.

pymap with its Maildir back end, on loopback, for Maya and Tom. A program of its own, because
it plays the outside world: Postroom meets it only over IMAP.

Seen: pymap 0.36 sends message lines as they lie on disk, after taking them apart and together
again; here they leave as RFC 5322 wants them, with CRLF and unchanged. It makes temporary files
in /tmp and renames them into the mailbox, which fails across file systems.
"""

import argparse
import asyncio
import os
import re
import signal
import tempfile
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from mailbox import MaildirMessage
from pathlib import Path
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.sock import SocketInfo
from pymap.backend.maildir import Config, Identity, Login
from pymap.backend.maildir.layout import MaildirLayout
from pymap.backend.maildir.mailbox import Maildir
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface
from pysasl.hashing import BuiltinHash

from postroom.cli.demo.arrivals import let_mail_arrive
from postroom.cli.demo.folder import DemoFolder
from postroom.cli.demo.mailbox import ADDRESS, PASSWORD, TOMS_ADDRESS, Mailbox
from postroom.cli.demo.outgoing_mail import LARGEST, OutgoingServer
from postroom.cli.demo.world import FOLDERS, compose_world, year_folder
from postroom.cli.demo.world.letters import Letter

HOME = "maya"
TOMS_HOME = "tom"

_LONGEST_FAREWELL = 5.0
# Each connection that idles holds a thread of pymap's.
_THREADS = 32
_LINE_END = re.compile(rb"\r?\n")


def main() -> None:
    """Write the mailbox if there is none, then serve it until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("imap_port", type=int)
    parser.add_argument("smtp_port", type=int)
    parser.add_argument("--live", action="store_true")
    arguments = parser.parse_args()
    folder = DemoFolder(arguments.folder)
    ensure_mailbox(folder)
    ports = Ports(arguments.imap_port, arguments.smtp_port)
    asyncio.run(serve(folder, ports, is_live=arguments.live))


def ensure_mailbox(folder: DemoFolder) -> None:
    """Write the mailbox and the server's files, whole or not at all."""
    _forget_locks(folder.mail)
    state = folder.find_state()
    if folder.mail.exists() or state is None:
        return
    draft = folder.path / "mail.draft"
    world = compose_world(state.born_at)
    Mailbox(draft / HOME).write((*FOLDERS, year_folder(state.born_at)), world.letters)
    Mailbox(draft / TOMS_HOME).write(("Sent", "Trash"), letters_to_tom(world.letters))
    (draft / "tmp").mkdir(exist_ok=True)
    hashed = BuiltinHash(rounds=1000).hash(PASSWORD)
    homes = {ADDRESS: HOME, TOMS_ADDRESS: TOMS_HOME}
    passwd = "".join(f"{address}:x::::{home}:\n" for address, home in homes.items())
    shadow = "".join(f"{address}:{hashed}:::::::\n" for address in homes)
    (draft / "pymap-etc-passwd").write_text(passwd)
    (draft / "pymap-etc-shadow").write_text(shadow)
    draft.rename(folder.mail)


def letters_to_tom(letters: Iterable[Letter]) -> list[Letter]:
    """What Tom was told in Maya's correspondence, as it lies in his own inbox."""
    heads = ((letter, letter.raw.partition(b"\r\n\r\n")[0]) for letter in letters)
    told = (letter for letter, head in heads if TOMS_ADDRESS.encode() in head)
    return [replace(letter, folder="INBOX", flags="S") for letter in told]


@dataclass(frozen=True)
class Ports:
    """Where it listens, both without TLS."""

    imap: int
    smtp: int


async def serve(folder: DemoFolder, ports: Ports, *, is_live: bool) -> None:
    """Serve IMAP and SMTP on loopback; with `is_live`, mail keeps arriving for a while."""
    tempfile.tempdir = str(folder.mail / "tmp")
    os.environ["FQDN"] = "mail.petrel.example"
    config = Config.from_args(_arguments(folder, ports.imap))
    config.apply_context()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    imap = CountingServer(OneLogin(config), config)
    maya, tom = Mailbox(folder.mail / HOME), Mailbox(folder.mail / TOMS_HOME)
    meet = ProxyProtocolReader(config.proxy_protocol).get_callback(imap)
    outgoing = OutgoingServer({ADDRESS: maya, TOMS_ADDRESS: tom}, say)
    async with (
        await asyncio.start_server(meet, "127.0.0.1", ports.imap) as listening,
        await asyncio.start_server(outgoing.meet, "127.0.0.1", ports.smtp, limit=LARGEST),
    ):
        say(f"{ADDRESS} at 127.0.0.1:{ports.imap}, outgoing {ports.smtp}")
        arriving = asyncio.create_task(_arrive(folder, is_live=is_live))
        await stopped.wait()
        arriving.cancel()
        listening.close()
        await imap.until_left()


def say(words: str) -> None:
    """A line for whoever watches the terminal."""
    print(words, flush=True)  # noqa: T201 - the tree passes it on


class CountingServer(IMAPServer):
    """pymap's server, which at the end lets its clients leave first: they would call it trouble."""

    def __init__(self, login: Login, config: Config) -> None:
        super().__init__(login, config)
        self._connections = 0
        self._all_left = asyncio.Event()
        self._all_left.set()

    async def __call__(
        self, reader: StreamReader, writer: StreamWriter, sock_info: SocketInfo
    ) -> None:
        self._connections += 1
        self._all_left.clear()
        try:
            await super().__call__(reader, writer, sock_info)
        finally:
            self._connections -= 1
            if not self._connections:
                self._all_left.set()

    async def until_left(self) -> None:
        """Return when nobody is connected, or when waiting longer would be impolite."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_left.wait(), _LONGEST_FAREWELL)


class WholeMessage(MaildirMessage):
    """A message as it lies on disk, with the line ends of the wire."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw

    def __bytes__(self) -> bytes:
        return _LINE_END.sub(b"\r\n", self.raw)


class WholeMaildir(Maildir):
    """A Maildir that hands out messages unchanged."""

    def get_message(self, key: str) -> MaildirMessage:
        """The message under that key."""
        return WholeMessage(self.get_bytes(key))


class OneIdentity(Identity):
    """The signed-in user, whose folders are whole Maildirs."""

    def _load_maildir(self, mailbox_path: str) -> tuple[Maildir, MaildirLayout[Any]]:
        path = str(Path(self.config.base_dir) / mailbox_path)
        layout = MaildirLayout.get(path, self.config.layout, WholeMaildir)
        return WholeMaildir(path, create=False), layout


class OneLogin(Login):
    """The door of the server."""

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> OneIdentity:
        """The identity that a connection works with from now on."""
        allowed = await super().authorize(authenticated, authzid)
        roles: Set[str] = allowed.roles
        return OneIdentity(self.config, self.tokens, allowed.name, None, roles)


async def _arrive(folder: DemoFolder, *, is_live: bool) -> None:
    state = folder.find_state()
    if is_live and state is not None:
        mailbox = Mailbox(folder.mail / HOME)
        await let_mail_arrive(mailbox, state.born_at, folder.mail / "arrived")


def _arguments(folder: DemoFolder, port: int) -> Namespace:
    return Namespace(
        base_dir=str(folder.mail), layout="++", colon=None, concurrency=_THREADS,
        host="127.0.0.1", port=port, tls=False, cert=None, key=None, debug=False,
        proxy_protocol=None, inherited_sockets=None, passlib_cfg=None,
    )  # fmt: skip


def _forget_locks(root: Path) -> None:
    """A killed server leaves its lock files behind, and there is never a second one."""
    for lock in root.glob("**/*.lock"):
        with suppress(FileNotFoundError):
            lock.unlink()


if __name__ == "__main__":
    main()
