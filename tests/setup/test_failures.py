"""Every failure of a connection test has a sentence of its own: its cause and its fix."""

import errno
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from postroom.accounts.models import Security
from postroom.net import name_lookup
from postroom.setup import AccountRequest, Failure, ServerAddress, connection_test, try_connection
from postroom.team.models import User
from servers.certificates import Certificate, make_certificate, make_self_signed
from servers.internet import Internet, trust_in
from servers.scripted import Script, scripted
from setup.failing_servers import imap, mute, nonsense, pop, says, sends, smtp
from setup.published import FIRM

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE
HOST = f"mail.{FIRM}"
SECRET = "canary-of-the-mailbox"
AUTH = b"AUTH PLAIN LOGIN"


@dataclass(frozen=True)
class Case:
    """A server that fails, and what is to be said of it."""

    kind: str
    script: Script | None = None
    port: int = 993
    security: Security = TLS
    protocol: str = "imap"
    provider: str = ""
    shown: str = "trusted"
    field: str = ""


def refused(kind: str, words: str, provider: str = "", field: str = "password") -> Case:
    """An IMAP server that refuses the sign-in with these words."""
    return Case(kind, imap(sign_in=words.encode()), provider=provider, field=field)


ALERT = b"\x15\x03\x01\x00\x02\x02"
UNREACHABLE = "unreachable"
CASES = (
    Case("host_unknown", shown="no name", field="imap_host"),
    Case("name_server_silent", shown="no name server", field="imap_host"),
    Case("address_not_allowed", shown="loopback", field="imap_host"),
    Case("port_not_allowed", port=8080, field="imap_port"),
    Case("plaintext_not_allowed", imap(), 143, NONE, field="imap_security"),
    Case("port_refused", shown="refuses", field="imap_port"),
    Case("host_unreachable", shown=UNREACHABLE, field="imap_host"),
    Case("connect_timed_out", shown="drops", field="imap_host"),
    Case("port_is_for_sending", port=587, security=STARTTLS, field="imap_port"),
    Case("port_is_for_sending", port=465, protocol="pop", field="pop_port"),
    Case("port_is_for_pop", port=995, field="imap_port"),
    Case("port_is_for_imap", port=993, protocol="pop", field="pop_port"),
    Case("port_is_for_reading", port=993, protocol="smtp", field="smtp_port"),
    Case("certificate_mismatch", imap(), shown="another name", field="imap_host"),
    Case("certificate_expired", imap(), shown="expired", field="imap_host"),
    Case("certificate_self_signed", imap(), shown="self-signed", field="imap_host"),
    Case("certificate_untrusted", imap(), shown="untrusted", field="imap_host"),
    Case("tls_failed", sends(ALERT + b"\x50"), shown="plain", field="imap_security"),
    Case("tls_too_old", sends(ALERT + b"\x46"), shown="plain", field="imap_security"),
    Case("plain_text_at_this_port", imap(), shown="plain", field="imap_security"),
    Case("plain_text_at_this_port", smtp(), 465, TLS, "smtp", shown="plain"),
    Case("tls_at_this_port", mute, 993, STARTTLS, shown="plain", field="imap_security"),
    Case("tls_at_this_port", mute, 465, STARTTLS, "smtp", shown="plain", field="smtp_security"),
    Case("tls_not_offered", imap(), 143, STARTTLS, shown="plain", field="imap_security"),
    Case("tls_not_offered", smtp(b"", AUTH), 587, STARTTLS, "smtp", shown="plain"),
    Case("silent", mute, 143, STARTTLS, shown="plain", field="imap_port"),
    Case("closed_at_once", sends(b""), 143, STARTTLS, shown="plain", field="imap_port"),
    Case("greeting_unfinished", sends(b"* OK [CAPABI"), 143, STARTTLS, shown="plain"),
    Case("not_an_imap_server", says(b"welcome to the game"), field="imap_port"),
    Case("not_a_pop3_server", says(b"welcome to the game"), 995, TLS, "pop", field="pop_port"),
    Case("not_an_smtp_server", says(b"welcome to the game"), 465, TLS, "smtp", field="smtp_port"),
    Case("pop3_at_this_port", says(b"+OK POP3 ready"), field="imap_port"),
    Case("smtp_at_this_port", says(b"220 mail ESMTP"), 143, STARTTLS, shown="plain"),
    Case("imap_at_this_port", says(b"* OK IMAP ready"), 995, TLS, "pop", field="pop_port"),
    Case("imap_at_this_port", says(b"* OK IMAP ready"), 465, TLS, "smtp", field="smtp_port"),
    Case("other_server_at_this_port", says(b"HTTP/1.1 400 Bad Request"), field="imap_host"),
    Case("other_server_at_this_port", says(b"SSH-2.0-OpenSSH_9.2"), field="imap_host"),
    Case("server_unavailable", says(b"* BYE shutting down")),
    Case("too_many_connections", says(b"* BYE Too many connections")),
    Case("not_welcome", says(b"554 no SMTP here"), 465, TLS, "smtp"),
    Case("temporary", says(b"421 4.3.2 try again later"), 465, TLS, "smtp"),
    Case("sign_in_not_offered", imap(offers=b"IMAP4rev1 LOGINDISABLED"), field="password"),
    Case("password_not_taken", imap(offers=b"IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2")),
    refused("tls_required", "NO [PRIVACYREQUIRED] not like this", field="imap_security"),
    refused("sign_in_refused", "NO [AUTHENTICATIONFAILED] no"),
    refused("sign_in_refused", "NO nope"),
    refused("app_password_needed", "NO [ALERT] Application-specific password required", "gmail"),
    refused("app_password_likely", "NO [AUTHENTICATIONFAILED] Invalid credentials", "gmail"),
    refused("app_password_if_2fa", "NO [AUTHENTICATIONFAILED] no", "zoho_personal"),
    refused("app_password_wrong", "NO authorized code is incorrect", "qq"),
    refused("oauth_only", "NO LOGIN failed.", "outlook_com"),
    refused("imap_off", "NO [ALERT] You are yet to enable IMAP", "zoho_personal", ""),
    refused("imap_off_by_administrator", "NO IMAP access is disabled for your domain", field=""),
    refused("imap_not_allowed", "NO IMAP access is not allowed", field=""),
    refused("refused_or_imap_off", "NO Invalid credentials or IMAP is disabled", "mail_ru"),
    refused("web_sign_in_needed", "NO [WEBALERT x] web login required", "gmail", ""),
    refused("rate_limited", "NO [LIMIT] LOGIN Rate limit hit.", "yahoo", ""),
    refused("account_locked", "NO this account is locked", field=""),
    refused("password_expired", "NO [EXPIRED] password has expired"),
    refused("too_many_connections", "NO [LIMIT] Maximum number of connections exceeded", field=""),
    refused("throttled", "NO Request is throttled. Suggested Backoff Time: 9000", field=""),
    refused("temporary", "NO [UNAVAILABLE] Temporary authentication failure.", field=""),
    refused("mailbox_full", "NO [OVERQUOTA] the mailbox is full", field=""),
    refused("connection_lost", "", field=""),
    Case("protocol_violation", nonsense),
    Case("mailbox_not_opened", imap(listing=b"BAD User is authenticated but not connected.")),
    Case("client_id_missing", imap(listing=b"NO Unsafe Login."), provider="netease_163"),
    Case("command_refused", imap(listing=b"NO not today")),
    Case("sign_in_refused", pop(b"-ERR no"), 995, TLS, "pop", field="password"),
    Case("pop_off", pop(b"-ERR you are yet to enable POP"), 995, TLS, "pop"),
    Case("no_lasting_ids", pop(uidl=b"-ERR unknown"), 995, TLS, "pop"),
    Case("sign_in_refused", smtp(b"535 5.7.8 no", AUTH), 465, TLS, "smtp", field="smtp_password"),
    Case("temporary", smtp(b"454 4.7.0 Temporary failure", AUTH), 465, TLS, "smtp"),
    Case("smtp_auth_off", smtp(b"535 5.7.139 SmtpClientAuthentication is disabled", AUTH), 465, TLS,
         "smtp", "microsoft365"),
    Case("sending_needs_a_sign_in", smtp(), 465, TLS, "smtp", field="smtp_port"),
    Case("too_little_room", smtp(b"235 in", AUTH, b"SIZE 1000"), 465, TLS, "smtp"),
)  # fmt: skip


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, Certificate]:
    """Every way a certificate can be wrong, and one that is right."""
    return {
        "trusted": make_certificate(tmp_path / "good", (HOST,)),
        "another name": make_certificate(tmp_path / "other", ("www.stranger.example",)),
        "expired": make_certificate(tmp_path / "old", (HOST,), expired=True),
        "self-signed": make_self_signed(tmp_path / "self", HOST),
        "untrusted": make_certificate(tmp_path / "untrusted", (HOST,)),
    }


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(
        connection_test.PATIENCE, connect_seconds=3, greeting_seconds=1.5, tls_seconds=3
    )
    monkeypatch.setattr(connection_test, "PATIENCE", limits)
    monkeypatch.setattr(name_lookup, "SECONDS", 0.3)


async def failure_of(
    case: Case, net: Internet, certificates: dict[str, Certificate], patch: pytest.MonkeyPatch
) -> Failure:
    """Play the server, try it, and return the one failure."""
    if case.script is None:
        prepare(case, net)
        return await tried(case, patch)
    shown = certificates.get(case.shown)
    if shown and case.shown not in ("self-signed", "untrusted"):
        trust_in(shown, patch)
    async with scripted(case.script, shown) as server:
        net.host(HOST, case.port, (server.host, server.port))
        return await tried(case, patch)


def prepare(case: Case, net: Internet) -> None:
    """A place where nothing listens, for one reason or another."""
    net.names.is_mute = case.shown == "no name server"
    match case.shown:
        case "loopback":
            net.record(HOST, "A", "127.0.0.1")
        case "unreachable":
            net.host(HOST, case.port, OSError(errno.EHOSTUNREACH, "no route"))
        case "drops":
            net.silent(HOST, case.port)
        case "refuses":
            net.host(HOST)


async def tried(case: Case, patch: pytest.MonkeyPatch) -> Failure:
    """Try the server of one case; an outgoing one alone."""
    side = "outgoing" if case.protocol == "smtp" else "incoming"
    patch.setattr(connection_test, "sides_of", lambda request: (side,))
    server = ServerAddress(HOST, case.port, case.security)
    request = AccountRequest(
        owner=User(email="alice@example.com"),
        address=f"alice@{FIRM}",
        imap=server if case.protocol == "imap" else None,
        pop=server if case.protocol == "pop" else None,
        smtp=server if case.protocol == "smtp" else None,
        password=SECRET,
        provider=case.provider,
    )
    failures = [each.failure async for each in try_connection(request) if each.failure]
    assert len(failures) == 1, case
    return failures[0]


async def test_every_failure_has_its_own_cause_and_fix(
    net: Internet, certificates: dict[str, Certificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Failure] = {}
    wrong: list[tuple[str, str, str]] = []
    for case in CASES:
        net.names.records.clear()
        net.routes.clear()
        failure = await failure_of(case, net, certificates, monkeypatch)
        if failure.kind != case.kind or (case.field and failure.field != case.field):
            wrong.append((case.kind, case.field, repr(failure)))
        assert failure.cause.endswith("."), failure
        assert failure.fix.endswith("."), failure
        assert failure.sentence.startswith(f"{failure.cause} {failure.fix}")
        assert "unknown error" not in failure.sentence.lower()
        assert SECRET not in repr(failure)
        told.setdefault(failure.kind, failure)
    print(f"{len(CASES)} failing servers, {len(told)} distinct failures:")
    for kind, failure in sorted(told.items()):
        print(f"  {kind}: {failure.sentence}")
    assert wrong == []
    assert "unknown" not in told
    assert len(told) >= 40
    assert len({failure.cause for failure in told.values()}) == len(told)
    assert len({failure.sentence for failure in told.values()}) == len(told)
