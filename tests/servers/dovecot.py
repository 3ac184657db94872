"""A private Dovecot on loopback: IMAP, POP3, with and without TLS, up in 50 ms, gone after a test.

It runs as root (mail then belongs to `nobody`) and as an ordinary user alike. Penalties for wrong
passwords are off, hostile limits are high: what a test meets is the protocol, not the throttle.
"""

import contextlib
import functools
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from servers.certificates import Certificate, make_certificate
from servers.maildir import add_messages
from servers.remains import clear_remains, kill_group_of, own_folder

DOVECOT = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

_CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
instance_name = postroom-test
default_internal_user = {internal_user}
default_login_user = {login_user}
default_internal_group = {internal_group}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {mail_user}
mail_gid = {mail_group}
mail_location = maildir:{base}/mail/%u
mail_fsync = never
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
disable_plaintext_auth = {plaintext_refused}
mail_max_userip_connections = 1000
login_trusted_networks =
ssl = {ssl}
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =
imap_capability = {capability}
imap_id_send = name *
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={base}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = subscribe
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  client_limit = 2000
  process_limit = 4
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 3000
}}
{extra}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server; every port is on `host`. `certificate.authority` is what to trust."""

    host: str
    port: int
    tls_port: int
    pop3_port: int
    pop3_tls_port: int
    directory: Path
    certificate: Certificate
    process: "subprocess.Popen[bytes]"

    def maildir(self, user: str) -> Path:
        """Return the user's Maildir, made if it is not there yet."""
        path = self.directory / "mail" / user
        if not path.is_dir():
            path.mkdir(parents=True)
            owner = (self.directory / "mail").stat()
            os.chown(path, owner.st_uid, owner.st_gid)
        return path

    def add(
        self,
        user: str,
        folder: str,
        messages: Iterable[bytes],
        *,
        flags: str = "",
        received: float | None = None,
    ) -> None:
        """Drop messages into a folder behind the server's back; it sees them at its next look."""
        add_messages(self.maildir(user), folder, messages, flags=flags, received=received)

    def change_password(self, user: str, password: str) -> None:
        """Give a user another password, and wait until the server goes by it.

        Dovecot looks at its list of users at most once in a second, and knows a newer one by the
        second it was written in and its size; so the list is dated ahead.
        """
        users = self.directory / "users"
        lines = [line.split(":", 2) for line in users.read_text().splitlines()]
        text = "".join(
            f"{name}:{{PLAIN}}{password}:{rest}\n" if name == user else f"{name}:{old}:{rest}\n"
            for name, old, rest in lines
        )
        users.write_text(text)
        ahead = time.time() + 60
        os.utime(users, (ahead, ahead))
        deadline = time.monotonic() + 20
        while not self._lets_in(user, password):
            assert time.monotonic() < deadline, "the server still wants the old password"
            time.sleep(0.2)

    def _lets_in(self, user: str, password: str) -> bool:
        with imaplib.IMAP4(self.host, self.port) as client:
            try:
                client.login(user, password)
            except imaplib.IMAP4.error:
                return False
            return True

    def log(self) -> str:
        """Return what the server wrote down so far."""
        path = self.directory / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def kill(self) -> None:
        """End the server and its children at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def dovecot(
    users: Mapping[str, str],
    *,
    tls: bool = False,
    mechanisms: str = "plain login",
    capability: str = "",
    extra: str = "",
    certificate: Certificate | None = None,
) -> Iterator[Dovecot]:
    """Run a private Dovecot for `users` (address → password).

    `tls=True` refuses plain-text sign-in before STARTTLS; both TLS ports answer either way.
    `capability` replaces what the server says it can, `extra` is appended to its configuration.
    `certificate` is one of its own unless given.
    """
    if DOVECOT is None:
        raise FileNotFoundError("Dovecot is not installed: apt-get install dovecot-imapd")
    _clear_once()
    directory = own_folder("dovecot")
    directory.chmod(0o755)
    try:
        shown = certificate or make_certificate(directory / "certificate")
        server = _start(directory, users, shown, tls=tls, settings=(mechanisms, capability, extra))
        try:
            _wait_until_ready(server)
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@functools.cache
def _clear_once() -> None:
    clear_remains("dovecot", lambda left: kill_group_of(left / "run" / "master.pid", left))


def _start(
    directory: Path,
    users: Mapping[str, str],
    certificate: Certificate,
    *,
    tls: bool,
    settings: tuple[str, str, str],
) -> Dovecot:
    mail_user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    account = pwd.getpwnam(mail_user)
    (directory / "users").write_text(
        "".join(f"{user}:{{PLAIN}}{password}::::::\n" for user, password in users.items())
    )
    for name in ("mail", "home"):
        (directory / name).mkdir()
        os.chown(directory / name, account.pw_uid, account.pw_gid)
    ports = _free_ports(4)
    configuration = directory / "dovecot.conf"
    configuration.write_text(
        _configuration(directory, mail_user, certificate, ports, tls=tls, settings=settings)
    )
    assert DOVECOT is not None
    # Its children keep inherited pipes open after it is gone, so it gets none.
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    imap, imaps, pop3, pop3s = ports
    return Dovecot("127.0.0.1", imap, imaps, pop3, pop3s, directory, certificate, process)


def _configuration(
    directory: Path,
    mail_user: str,
    certificate: Certificate,
    ports: list[int],
    *,
    tls: bool,
    settings: tuple[str, str, str],
) -> str:
    root = os.geteuid() == 0
    group = "nogroup" if root else _group_of(mail_user)
    mechanisms, capability, extra = settings
    return _CONFIGURATION.format(
        base=directory,
        internal_user="dovecot" if root else mail_user,
        login_user="dovenull" if root else mail_user,
        internal_group="dovecot" if root else group,
        mail_user=mail_user,
        mail_group=group,
        mechanisms=mechanisms,
        plaintext_refused="yes" if tls else "no",
        ssl="required" if tls else "yes",
        certificate=certificate.certificate,
        key=certificate.key,
        capability=capability,
        extra=extra,
        imap=ports[0],
        imaps=ports[1],
        pop3=ports[2],
        pop3s=ports[3],
    )


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now, all different because all are held at once."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            listener = held.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            ports.append(listener.getsockname()[1])
        return ports


def _wait_until_ready(server: Dovecot) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"Dovecot ended at once: {server.log()}")
        with (
            contextlib.suppress(OSError),
            socket.create_connection((server.host, server.port), timeout=5) as connection,
        ):
            if connection.recv(4).startswith(b"* OK"):
                return
        time.sleep(0.005)
    raise RuntimeError(f"Dovecot did not answer: {server.log()}")
