"""A mailbox that cannot be connected: one clear sentence, and nothing is kept, least the password.

Commands run in this process, which is much quicker; what only a process of its own can show is
shown with one, against a database that is then searched to the last byte.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from journeys.installation import ALICE, SECRET, Installation, account_words
from journeys.peers import mail_transfer_server, nobody, playing, talkative_server, web_server
from postroom.accounts.models import Credential, EmailAccount
from postroom.cli import main
from postroom.config.postgres import binaries
from postroom.net.tls import client_context
from postroom.team.models import User
from servers.certificates import make_certificate
from servers.dovecot import Dovecot, dovecot

CANARY = "canary-1f9c2e-nobody-types-this"
ADD = (
    f"account add {ALICE} --owner {ALICE} --imap-host 127.0.0.1 --imap-security none"
    " --password-stdin"
)

# What is typed after ADD, and what the sentence says.
MISTAKES = {
    "an unknown host": (
        "--imap-host nowhere.invalid --imap-security tls",
        "No server is called nowhere.invalid. Check the name",
    ),
    "a refused port": ("--imap-port {refused}", "does not answer on port {refused}"),
    "a wrong password": ("--imap-port {imap}", "refused the user name or password"),
    "a web server": ("--imap-port {web}", "What answers at this port is not a mail server"),
    "an SMTP server": ("--imap-port {smtp}", "A server for sending answers at this port. Use 993"),
    "a certificate nobody signed": (
        "--imap-port {imaps} --imap-security tls",
        "not signed by anyone we trust",
    ),
    "TLS where there is none": (
        "--imap-port {imap} --imap-security tls",
        "127.0.0.1 does not begin with TLS on port {imap}. Choose STARTTLS",
    ),
    "a private network": (
        "--imap-host 10.1.2.3 --imap-security tls",
        "10.1.2.3 is not a public mail server, so it was not contacted",
    ),
    "where a cloud keeps its secrets": (
        "--imap-host 169.254.169.254 --imap-security tls",
        "169.254.169.254 is not a public mail server",
    ),
    "a port that is not mail's": ("--imap-port 80", "Port 80 is not a mail port"),
    "a password in the clear": (
        "--imap-host 1.1.1.1",
        "A password is not sent to 1.1.1.1 without encryption",
    ),
    "an unknown owner": (
        "--owner mallory@example.com",
        "There is no user mallory@example.com",
    ),
    "an unknown provider": ("--provider nosuchmail", "There is no provider “nosuchmail”"),
}
USAGE = {
    "an impossible port": "--imap-port many",
    "an unknown protection": "--imap-security maybe",
    "an unknown sharing": "--sharing everybody",
    "an unknown option": "--password secret",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """The mail server that Alice's mailbox is on."""
    with dovecot({ALICE: SECRET}) as running:
        yield running


@pytest.fixture(scope="module")
def ports(server: Dovecot) -> Iterator[dict[str, int]]:
    """Where else one may connect to by mistake."""
    with playing(nobody) as gone:
        refused = gone.port
    with playing(web_server) as web, playing(mail_transfer_server) as smtp:
        yield {
            "imap": server.port,
            "imaps": server.tls_port,
            "refused": refused,
            "web": web.port,
            "smtp": smtp.port,
        }


@pytest.fixture
def alice(db: None) -> User:
    """The owner."""
    return User.objects.create_user(ALICE)


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Have this authority trusted by the whole process and no other, for one test."""

    def trust_only(authority: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        client_context.cache_clear()

    yield trust_only
    client_context.cache_clear()


def type_in(words: str, password: str = CANARY) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, words.split(), input=f"{password}\n")


def assert_nothing_is_kept(result: Result, log: str = "") -> None:
    """Neither an account nor the password anywhere."""
    assert (EmailAccount.objects.count(), Credential.objects.count()) == (0, 0)
    assert CANARY not in result.output + result.stderr + log
    assert "Traceback" not in result.output + result.stderr


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_and_nothing_is_kept(
    mistake: str, alice: User, ports: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    typed, sentence = (text.format(**ports) for text in MISTAKES[mistake])
    result = type_in(f"{ADD} {typed}")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert_nothing_is_kept(result, caplog.text)


def test_every_mistake_has_a_sentence_of_its_own() -> None:
    same = {"a private network", "where a cloud keeps its secrets"}
    sentences = [said for mistake, (_, said) in MISTAKES.items() if mistake not in same]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("mistake", USAGE)
def test_what_is_not_understood_is_status_two(mistake: str, alice: User) -> None:
    result = type_in(f"{ADD} {USAGE[mistake]}")
    assert result.exit_code == 2
    assert_nothing_is_kept(result)


@pytest.mark.parametrize("password", ["", "\r"])
def test_an_empty_password_is_not_tried(password: str, alice: User, server: Dovecot) -> None:
    result = type_in(f"{ADD} --imap-port {server.port}", password)
    assert (result.exit_code, result.stderr) == (1, "Error: The password is empty.\n")
    assert_nothing_is_kept(result)


def test_what_is_no_address_is_refused_before_any_server_is_asked(alice: User) -> None:
    result = type_in(f"{ADD} --imap-host nowhere.invalid".replace(ALICE, "alice", 1))
    assert result.exit_code == 1
    assert "“alice” is not an email address" in result.stderr
    assert_nothing_is_kept(result)


def test_an_address_whose_server_nobody_knows_is_asked_for(alice: User) -> None:
    result = type_in(f"account add alice@firm.example --owner {ALICE} --password-stdin")
    assert result.exit_code == 1
    assert "is not known. Name it with --imap-host" in result.stderr
    assert_nothing_is_kept(result)


def test_a_mailbox_is_connected_once(alice: User, server: Dovecot) -> None:
    typed = f"{ADD} --imap-port {server.port}"
    assert type_in(typed, SECRET).exit_code == 0
    again = type_in(typed.replace(ALICE, ALICE.upper(), 1))
    assert again.exit_code == 1
    assert f"{ALICE} is already connected" in again.stderr
    assert EmailAccount.objects.get().owner == alice


def test_a_certificate_for_another_name_is_told_from_one_that_nobody_signed(
    alice: User, server: Dovecot, tmp_path: Path, trust: Callable[[Path], None]
) -> None:
    elsewhere = make_certificate(tmp_path, ("mail.elsewhere.example",))
    trust(elsewhere.authority)
    with playing(nobody, elsewhere) as stranger:
        result = type_in(f"{ADD} --imap-port {stranger.port} --imap-security tls")
    assert result.exit_code == 1
    assert "The certificate shown at 127.0.0.1 belongs to another name" in result.stderr
    assert_nothing_is_kept(result)
    # The control: with its authority trusted, a certificate of the right name is accepted.
    trust(server.certificate.authority)
    accepted = type_in(f"{ADD} --imap-port {server.tls_port} --imap-security tls", SECRET)
    assert accepted.exit_code == 0


def test_a_server_that_repeats_the_password_does_not_get_it_shown(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with playing(talkative_server) as server:
        result = type_in(f"{ADD} --imap-port {server.port}")
    # The control: it was said in the clear, and the server did repeat it.
    assert CANARY.encode() in server.heard.clear
    assert "refused the user name or password" in result.stderr
    assert_nothing_is_kept(result, caplog.text)


def test_no_process_leaves_the_password_in_the_database(
    own_database: str, ports: dict[str, int]
) -> None:
    postroom = Installation(own_database, {"POSTROOM_LOG_LEVEL": "DEBUG"})
    postroom.add_users(ALICE)
    said = ""
    for mistake in ("a wrong password", "a refused port", "an SMTP server"):
        words = f"{ADD} {MISTAKES[mistake][0].format(**ports)}".split()
        done = postroom.run(*words, stdin=CANARY, status=1)
        said += done.stdout + done.stderr
    assert CANARY not in said
    everything = dump(own_database)
    assert CANARY not in everything
    # The control: what is in a table would be found.
    assert ALICE in everything


def test_a_connected_mailbox_keeps_its_password_sealed(own_database: str, server: Dovecot) -> None:
    postroom = Installation(own_database, {"POSTROOM_LOG_LEVEL": "DEBUG"})
    postroom.add_users(ALICE)
    words = account_words(server, ALICE)
    done = postroom.run("account", "add", ALICE, *words, stdin=SECRET)
    synced = postroom.run("sync", ALICE, "--once")
    shown = postroom.run("account", "show", ALICE)
    assert all(SECRET not in run.stdout + run.stderr for run in (done, synced, shown))
    everything = dump(own_database)
    assert f"'{ALICE}'" in everything
    assert SECRET not in everything


def dump(database_url: str) -> str:
    """Everything in a database, as text."""
    command = [str(binaries() / "pg_dump"), "--inserts", database_url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_setting_that_cannot_be_used_is_named(own_database: str) -> None:
    for name, text in (
        ("POSTROOM_ALLOWED_MAIL_PORTS", "ninety"),
        ("POSTROOM_ALLOWED_MAIL_NETWORKS", "10.0.0.0/99"),
    ):
        refused = Installation(own_database, {name: text}).run("user", "list", status=2)
        assert name in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_database_that_is_not_there_is_named_at_once(own_database: str) -> None:
    address = own_database.replace("/own_", "/no_such_")
    begun = time.monotonic()
    refused = Installation(address).run("user", "list", status=1)
    assert time.monotonic() - begun < 15
    assert refused.stderr == (
        "Error: The database cannot be reached. Check DATABASE_URL and that PostgreSQL is"
        " running.\n"
    )
