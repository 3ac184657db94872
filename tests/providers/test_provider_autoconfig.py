"""Files and records that a domain publishes of itself, kind and hostile."""

import time
from typing import Final
from xml.etree import ElementTree

import pytest

from postroom.providers import (
    SRV_NAMES,
    AutoconfigUnreadable,
    FoundServers,
    Method,
    ServerChoice,
    SrvRecord,
    autoconfig_urls,
    parse_autoconfig,
    servers_from_srv,
)
from postroom.providers.autoconfig import SIZE_MAX
from postroom.providers.found_servers import CHOICES_MAX

ALICE: Final = "alice@firm.example"


def server(
    kind: str = "imap",
    host: str = "mail.firm.example",
    port: str = "993",
    security: str = "SSL",
    user: str = "%EMAILADDRESS%",
    authentication: str = "<authentication>password-cleartext</authentication>",
) -> str:
    """One server of a file."""
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{security}</socketType><username>{user}</username>{authentication}</{tag}>"
    )


def document(*servers: str, before: str = "") -> bytes:
    """A whole file."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<clientConfig version="1.1">'
        '<emailProvider id="firm.example"><domain>firm.example</domain>'
        f"<displayName>Firm Mail</displayName>{''.join(servers)}</emailProvider></clientConfig>"
    ).encode()


def test_it_reads_a_whole_file() -> None:
    found = parse_autoconfig(
        document(
            server("imap", "imap.firm.example", "143", "STARTTLS"),
            server("imap", "imap.%EMAILDOMAIN%"),
            server("pop3", "pop.firm.example", "995", user="%EMAILLOCALPART%"),
            server("smtp", "smtp.firm.example", "587", "STARTTLS", user="%EMAILLOCALPART%"),
            server("smtp", "smtp.firm.example", "465"),
            server("exchange", "ews.firm.example", "443"),
            "<documentation url='https://firm.example'><descr>Help</descr></documentation>",
        ),
        ALICE,
    )
    assert found == FoundServers(
        imap=(
            ServerChoice("imap.firm.example", 993, "tls"),
            ServerChoice("imap.firm.example", 143, "starttls"),
        ),
        pop=(ServerChoice("pop.firm.example", 995, "tls"),),
        smtp=(
            ServerChoice("smtp.firm.example", 465, "tls"),
            ServerChoice("smtp.firm.example", 587, "starttls"),
        ),
        incoming_user_name=ALICE,
        outgoing_user_name="alice",
        methods=(Method.PASSWORD,),
        name="Firm Mail",
    )
    assert found.is_usable


@pytest.mark.parametrize(
    "dropped",
    [
        server(security="plain"),
        server(security="none"),
        server(security=""),
        server(host=""),
        server(host="localhost"),
        server(host="127.0.0.1"),
        server(host="2130706433"),
        server(host="0x7f.1"),
        server(host="[::1]"),
        server(host="::1"),
        server(host="mail.firm.example:993"),
        server(host="mail.firm.example/x"),
        server(host="alice@mail.firm.example"),
        server(host="mail.firm.example\n.evil.example"),
        server(host="mail .firm.example"),
        server(host="-mail.firm.example"),
        server(host="mail..firm.example"),
        server(host="m" * 64 + ".firm.example"),
        server(host="m." * 150 + "example"),
        server(host="mail.%DOMAIN%"),
        server(host="mail.%EMAILDOMAIN%.%X%"),
        server(host="%EMAILADDRESS%"),
        server(port="0"),
        server(port="65536"),
        server(port="-993"),
        server(port="9 93"),
        server(port="९९३"),
        server(port="9" * 5000),
        server(port=""),
        server(authentication="<authentication>NTLM</authentication>"),
        server(authentication="<authentication>client-IP-address</authentication>"),
        server(authentication=""),
        server(kind="jmap"),
        "<incomingServer/>",
    ],
)
def test_a_server_that_cannot_be_used_is_dropped_and_the_rest_kept(dropped: str) -> None:
    assert not parse_autoconfig(document(dropped), ALICE).is_usable
    found = parse_autoconfig(document(dropped, server(host="good.firm.example")), ALICE)
    assert found.imap == (ServerChoice("good.firm.example", 993, "tls"),)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("%EMAILADDRESS%", ALICE),
        ("%EMAILADDRESS", ALICE),
        ("%EMAILLOCALPART%", "alice"),
        ("%EMAILLOCALPART%@mail.example", "alice@mail.example"),
        ("firm+%EMAILLOCALPART%", "firm+alice"),
        ("mailbox-17", "mailbox-17"),
        ("", ""),
        ("%USERNAME%", ""),
        ("%EMAILLOCALPART%%REALNAME%", ""),
        ("alice&#10;bob", ""),
        ("alice\u202ebob", ""),
    ],
)
def test_it_fills_in_the_user_name_or_says_none(user: str, name: str) -> None:
    assert parse_autoconfig(document(server(user=user)), ALICE).incoming_user_name == name


@pytest.mark.parametrize(
    ("named", "methods"),
    [
        (["OAuth2", "password-cleartext"], (Method.OAUTH2, Method.PASSWORD)),
        (["plain", "password-cleartext"], (Method.PASSWORD,)),
        (["GSSAPI", "NTLM", "password-encrypted"], (Method.PASSWORD,)),
        (["OAuth2"], (Method.OAUTH2,)),
    ],
)
def test_it_keeps_the_ways_to_sign_in_that_we_know(
    named: list[str], methods: tuple[Method, ...]
) -> None:
    listed = "".join(f"<authentication>{name}</authentication>" for name in named)
    assert parse_autoconfig(document(server(authentication=listed)), ALICE).methods == methods


def test_imap_gives_the_user_name_also_where_pop_comes_first() -> None:
    pop_first = document(server("pop3", port="995", user="pop"), server(user="imap"))
    assert parse_autoconfig(pop_first, ALICE).incoming_user_name == "imap"


def test_a_thousand_servers_are_not_a_thousand_choices() -> None:
    many = [server(host=f"mail{number}.firm.example") for number in range(500)]
    assert len(parse_autoconfig(document(*many), ALICE).imap) == CHOICES_MAX


LAUGHS: Final = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(9)
)
HOSTILE: Final = {
    "billion laughs": document(server(host="&l8;"), before=f"<!DOCTYPE x [{LAUGHS}]>"),
    "billion laughs in UTF-16": document(server(host="&l8;"), before=f"<!DOCTYPE x [{LAUGHS}]>")
    .decode()
    .replace('encoding="UTF-8"', 'encoding="UTF-16"')
    .encode("utf-16"),
    "one long entity, often": document(
        server(host="&a;" * 10_000), before=f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
    ),
    "external entity": document(
        server(host="&x;"), before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    ),
    "parameter entity": document(
        server(), before='<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'
    ),
    "external DTD": document(server(), before='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "empty DOCTYPE": document(server(), before="<!DOCTYPE clientConfig>"),
    "undeclared entity": document(server(host="&x;")),
    "5 MB": document(server(host="m" * 5_000_000)),
    "one byte too many": document(server()).ljust(SIZE_MAX + 1),
    "80,000 levels": b"<clientConfig>" + b"<a>" * 80_000,
    "not closed": document(server())[:-20],
    "two roots": document(server()) + b"<x/>",
    "empty": b"",
    "NULs": b"\0" * 1000,
    "HTML": b"<!doctype html><html><body>Not found</body></html>",
    "JSON": b"{}",
    "another file": b"<configuration/>",
    "no provider": b"<clientConfig/>",
    "encoding of many bytes": b'<?xml version="1.0" encoding="shift_jis"?><clientConfig/>',
    "encoding that is no text": b'<?xml version="1.0" encoding="hex"?><clientConfig/>',
    "unknown encoding": b'<?xml version="1.0" encoding="x-evil"?><clientConfig/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once(name: str) -> None:
    started = time.process_time()
    with pytest.raises(AutoconfigUnreadable):
        parse_autoconfig(HOSTILE[name], ALICE)
    assert time.process_time() - started < 0.5


def test_the_entities_would_be_expanded_by_a_parser_that_lets_doctypes_in() -> None:
    small = document(server(host="&l1;"), before=f"<!DOCTYPE x [{LAUGHS}]>")
    assert ElementTree.fromstring(small).findtext(".//hostname") == "ha" * 500
    with pytest.raises(AutoconfigUnreadable, match="DOCTYPE"):
        parse_autoconfig(small, ALICE)


def test_deep_nesting_beside_the_servers_does_no_harm() -> None:
    deep = "<x>" * 20_000 + "</x>" * 20_000
    assert parse_autoconfig(document(deep, server()), ALICE).is_usable


def test_a_file_is_looked_for_over_https_alone_and_without_the_address() -> None:
    assert autoconfig_urls("Firm.Example") == (
        "https://autoconfig.firm.example/mail/config-v1.1.xml",
        "https://firm.example/.well-known/autoconfig/mail/config-v1.1.xml",
    )


@pytest.mark.parametrize("domain", ["", "localhost", "127.0.0.1", "firm.example/x", "a b.example"])
def test_no_file_is_looked_for_at_what_is_no_domain(domain: str) -> None:
    assert autoconfig_urls(domain) == ()


# SRV records


def record(name: str, port: int, target: str, priority: int = 0, weight: int = 0) -> SrvRecord:
    """One answer of DNS."""
    return SrvRecord(name, priority, weight, port, target)


def test_it_reads_srv_records() -> None:
    found = servers_from_srv(
        [
            record("_imap._tcp.firm.example.", 143, "imap.firm.example."),
            record("_imaps._tcp.firm.example", 993, "second.firm.example", priority=10),
            record("_IMAPS._TCP.firm.example", 993, "third.firm.example", priority=10, weight=5),
            record("_imaps._tcp", 993, "FIRST.firm.example."),
            record("_pop3s._tcp", 995, "pop.firm.example"),
            record("_pop3._tcp", 110, "pop.firm.example"),
            record("_submission._tcp", 587, "smtp.firm.example"),
            record("_submissions._tcp", 465, "smtp.firm.example"),
        ]
    )
    assert found.imap == (
        ServerChoice("first.firm.example", 993, "tls"),
        ServerChoice("third.firm.example", 993, "tls"),
        ServerChoice("second.firm.example", 993, "tls"),
        ServerChoice("imap.firm.example", 143, "starttls"),
    )
    assert found.pop[0] == ServerChoice("pop.firm.example", 995, "tls")
    assert found.smtp == (
        ServerChoice("smtp.firm.example", 465, "tls"),
        ServerChoice("smtp.firm.example", 587, "starttls"),
    )


def test_port_465_under_submission_is_tls() -> None:
    found = servers_from_srv([record("_submission._tcp", 465, "smtp.firm.example")])
    assert found.smtp == (ServerChoice("smtp.firm.example", 465, "tls"),)


@pytest.mark.parametrize(
    "useless",
    [
        record("_imaps._tcp", 0, "."),
        record("_imaps._tcp", 993, "."),
        record("_imaps._tcp", 993, ""),
        record("_imaps._tcp", 993, "127.0.0.1"),
        record("_imaps._tcp", 993, "localhost"),
        record("_imaps._tcp", 993, "imap.firm.example/x"),
        record("_imaps._tcp", 0, "imap.firm.example"),
        record("_imaps._tcp", 65536, "imap.firm.example"),
        record("_imaps._udp", 993, "imap.firm.example"),
        record("_autodiscover._tcp", 443, "firm.example"),
        record("", 993, "imap.firm.example"),
    ],
)
def test_a_record_that_offers_nothing_is_passed_over(useless: SrvRecord) -> None:
    assert servers_from_srv([useless]) == FoundServers()


def test_the_names_to_ask_for_are_those_it_reads() -> None:
    found = [servers_from_srv([record(name, 1000, "x.firm.example")]) for name in SRV_NAMES]
    assert len(found) == 6
    assert all(one.imap or one.pop or one.smtp for one in found)


def test_a_thousand_records_are_not_a_thousand_choices() -> None:
    many = [record("_imaps._tcp", 993, f"i{number}.firm.example") for number in range(1000)]
    assert len(servers_from_srv(many).imap) == CHOICES_MAX
