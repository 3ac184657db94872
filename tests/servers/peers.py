"""Cyrus and Courier, each private to a test, for the interop suite.

Debian's packages of IMAP servers exclude each other, so these are run from a directory into which
they were unpacked: `python tests/servers/unpack_peers.py DIR`, then TEST_MAIL_PEERS=DIR.
Where one is installed in the usual places, that is used.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(os.environ.get("TEST_MAIL_PEERS", "/"))
CYRUS = ROOT / "usr/lib/cyrus/bin"
COURIER = ROOT / "usr/bin/imapd"
_LIBRARIES = ("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/x86_64-linux-gnu",
              "usr/lib", "usr/lib/x86_64-linux-gnu/courier-authlib")  # fmt: skip

_CYRUS_SETTINGS = """
configdirectory: {base}/conf
partition-default: {base}/spool
defaultpartition: default
cyrus_user: nobody
cyrus_group: nogroup
admins: cyrus
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
lmtpsocket: {base}/run/lmtp
idlesocket: {base}/run/idle
notifysocket: {base}/run/notify
proc_path: {base}/run/proc
mboxname_lockpath: {base}/run/lock
imapidlepoll: 1
"""
_CYRUS_SERVICES = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {base}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {base}/imapd.conf" listen="127.0.0.1:{port}" prefork=1
}}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running server."""

    host: str
    port: int


def environment() -> dict[str, str]:
    """Return this environment with the unpacked libraries first."""
    found = ":".join(str(ROOT / directory) for directory in _LIBRARIES)
    return {**os.environ, "LD_LIBRARY_PATH": found} if str(ROOT) != "/" else dict(os.environ)


@contextlib.contextmanager
def cyrus(users: Mapping[str, str]) -> Iterator[Peer]:
    """Run Cyrus for `users`; it takes any password. Only as root: it changes to `nobody`."""
    with _directory() as base, _free_port() as port:
        for name in ("conf", "spool", "run"):
            (base / name).mkdir()
        (base / "imapd.conf").write_text(_CYRUS_SETTINGS.format(base=base))
        (base / "cyrus.conf").write_text(_CYRUS_SERVICES.format(base=base, bin=CYRUS, port=port))
        for path in (base, *base.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
        process = subprocess.Popen(
            [CYRUS / "master", "-C", base / "imapd.conf", "-M", base / "cyrus.conf", "-D",
             "-p", base / "run/pid"],
            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(port)
            for user in users:
                _create_cyrus_mailboxes(port, user)
            yield Peer("127.0.0.1", port)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def courier(users: Mapping[str, str]) -> Iterator[Peer]:
    """Run Courier's imapd behind a sign-in of ours: its own wants a daemon and a database."""
    with _directory() as base, _refused_file_alteration_monitor(base.name):
        for user in users:
            for part in ("cur", "new", "tmp"):
                (base / user / "Maildir" / part).mkdir(parents=True)
        listener = socket.create_server(("127.0.0.1", 0))
        children: list[subprocess.Popen[bytes]] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    serve = _courier_door(connection, base, users, children)
                    threading.Thread(target=serve, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield Peer("127.0.0.1", listener.getsockname()[1])
        finally:
            listener.close()
            for child in children:
                child.kill()
                child.wait()


@contextlib.contextmanager
def _refused_file_alteration_monitor(name: str) -> Iterator[None]:
    """Hang up on Courier where it looks for gamin's daemon.

    It is not installed, and who hears nothing looks for it at every command, for a second each.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        user = pwd.getpwuid(os.geteuid()).pw_name
        listener.bind(f"\0/tmp/fam-{user}-{name}".encode().ljust(108, b"\0"))
        listener.listen()

        def hang_up() -> None:
            with contextlib.suppress(OSError):
                while True:
                    listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)


def _courier_door(
    connection: socket.socket,
    base: Path,
    users: Mapping[str, str],
    children: "list[subprocess.Popen[bytes]]",
) -> Callable[[], None]:
    def serve() -> None:
        with connection:
            connection.sendall(b"* OK Courier-IMAP ready\r\n")
            reader = connection.makefile("rb", buffering=0)
            for line in reader:
                tag, _, rest = line.strip().partition(b" ")
                words = rest.decode().replace('"', "").split()
                if words[0].upper() == "LOGIN" and users.get(words[1]) == words[2]:
                    connection.sendall(tag + b" OK LOGIN Ok.\r\n")
                    children.append(_courier_imapd(connection, base / words[1], words[1]))
                    return
                known = words[0].upper() == "CAPABILITY"
                text = b"* CAPABILITY IMAP4rev1\r\n" if known else b""
                verdict = b" OK done\r\n" if known else b" NO Login failed.\r\n"
                connection.sendall(text + tag + verdict)

    return serve


def _courier_imapd(connection: socket.socket, home: Path, user: str) -> "subprocess.Popen[bytes]":
    settings = {
        "AUTHENTICATED": user,
        "HOME": str(home),
        "PROTOCOL": "IMAP",
        "TCPREMOTEIP": "127.0.0.1",
        "GAM_CLIENT_ID": home.parent.name,
        "IMAP_CAPABILITY": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=REFERENCES SORT QUOTA",
    }
    return subprocess.Popen(
        [COURIER, "./Maildir"], cwd=home, env={**environment(), **settings},
        stdin=connection, stdout=connection, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _create_cyrus_mailboxes(port: int, user: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        reader = connection.makefile("rb")
        for command in ("LOGIN cyrus x", f'CREATE "user/{user}"'):
            connection.sendall(f"a {command}\r\n".encode())
            while not (line := reader.readline()).startswith(b"a "):
                assert line


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="postroom-peer-"))
    base.chmod(0o755)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextlib.contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
        ):
            if connection.recv(4).startswith(b"* OK"):
                return
        time.sleep(0.02)
    raise RuntimeError("the server did not answer")
