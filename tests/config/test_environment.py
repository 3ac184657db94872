"""The settings: what they default to, what they accept, and how they refuse."""

import ipaddress
import os
from pathlib import Path

import pytest

from postroom.config import environment
from postroom.config.database import ONE_PLAN, django_database
from postroom.config.environment import SETTINGS, BadSetting
from postroom.net.server import NameServer

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
PASSWORD = "correct-horse"

GOOD = [
    ("POSTROOM_DATA_DIR", "/srv/mail", "data_dir", Path("/srv/mail")),
    ("POSTROOM_DATA_DIR", "~/mail", "data_dir", Path.home() / "mail"),
    ("POSTROOM_SECRET_KEY_FILE", "/etc/key", "secret_key_file", Path("/etc/key")),
    ("DATABASE_URL", "postgres://a@b/c", "database_url", "postgres://a@b/c"),
    ("POSTROOM_BIND", "0.0.0.0:80", "bind", ("0.0.0.0", 80)),
    ("POSTROOM_BIND", "[::1]:65535", "bind", ("::1", 65535)),
    ("POSTROOM_BIND", "localhost:8025", "bind", ("localhost", 8025)),
    ("POSTROOM_URL", "https://crm.example/", "url", "https://crm.example"),
    ("POSTROOM_URL", "http://[::1]:8025", "url", "http://[::1]:8025"),
    (
        "POSTROOM_HOSTS",
        "a.example, .b.example [::1]",
        "hosts",
        ("a.example", ".b.example", "[::1]"),
    ),
    (
        "POSTROOM_ALLOWED_MAIL_PORTS",
        "1143,2000-2002",
        "allowed_mail_ports",
        {1143, 2000, 2001, 2002},
    ),
    ("POSTROOM_ENGINE_ACCOUNTS", "1", "engine_accounts", 1),
    ("POSTROOM_RAW_STORAGE", " ", "raw_storage", None),
    (
        "POSTROOM_RAW_STORAGE",
        "some.where.Storage?location=/a%20b&is_new=true",
        "raw_storage",
        {"BACKEND": "some.where.Storage", "OPTIONS": {"location": "/a b", "is_new": True}},
    ),
    ("POSTROOM_SMTP_URL", "  ", "smtp_url", None),
    (
        "POSTROOM_SMTP_URL",
        "smtps://crm%40a.example:p%2Fw@mail.example",
        "smtp_url",
        ("mail.example", 465, "tls", "crm@a.example", "p/w"),
    ),
    (
        "POSTROOM_SMTP_URL",
        "smtp://u:p@mail.example:2525",
        "smtp_url",
        ("mail.example", 2525, "starttls", "u", "p"),
    ),
    (
        "POSTROOM_SMTP_URL",
        "smtp+plain://[::1]",
        "smtp_url",
        ("::1", 25, "none", "", ""),
    ),
    ("POSTROOM_SMTP_URL", "smtps://u%40a.example:p@b", "notice_sender", "u@a.example"),
    ("POSTROOM_SMTP_URL", "smtps://u:p@b", "notice_sender", "postroom@127.0.0.1"),
    ("POSTROOM_MAIL_FROM", "crm@a.example", "notice_sender", "crm@a.example"),
    ("POSTROOM_NAME_SERVER", "192.0.2.53", "name_server", NameServer("192.0.2.53")),
    ("POSTROOM_NAME_SERVER", "192.0.2.53:5353", "name_server", NameServer("192.0.2.53", 5353)),
    ("POSTROOM_NAME_SERVER", "2001:db8::53", "name_server", NameServer("2001:db8::53")),
    (
        "POSTROOM_NAME_SERVER",
        "[2001:db8::53]:5353",
        "name_server",
        NameServer("2001:db8::53", 5353),
    ),
    ("POSTROOM_API_REQUESTS", "60", "api_requests", 60),
    ("POSTROOM_PAGE_SECONDS", "60", "page_seconds", 60),
    ("POSTROOM_ERASURES_FILE", "/srv/erasures", "erasures_file", Path("/srv/erasures")),
    ("POSTROOM_ERASURES_FILE", "none", "erasures_file", None),
    ("POSTROOM_METRICS_TOKEN_FILE", "", "metrics_token_file", None),
    ("POSTROOM_METRICS_TOKEN_FILE", "/run/t", "metrics_token_file", Path("/run/t")),
    ("POSTROOM_LOG_LEVEL", "debug", "log_level", "DEBUG"),
    ("POSTROOM_DEBUG", "Yes", "debug", True),
    ("POSTROOM_DEBUG", "0", "debug", False),
    ("POSTROOM_DEBUG", "  ", "debug", False),
]

BAD = [
    ("POSTROOM_DATA_DIR", "mail"),
    ("POSTROOM_SECRET_KEY_FILE", "./key"),
    ("DATABASE_URL", "sqlite:///db"),
    ("DATABASE_URL", "postgresql://host"),
    ("POSTROOM_BIND", "8025"),
    ("POSTROOM_BIND", "127.0.0.1:0"),
    ("POSTROOM_BIND", "127.0.0.1:65536"),
    ("POSTROOM_BIND", "127.0.0.1:٣"),
    ("POSTROOM_BIND", "::1:80"),
    ("POSTROOM_BIND", "*:80"),
    ("POSTROOM_URL", "crm.example"),
    ("POSTROOM_URL", "ftp://crm.example"),
    ("POSTROOM_URL", "https://crm.example/postroom"),
    ("POSTROOM_URL", "https://[::1"),
    ("POSTROOM_HOSTS", "http://a.example"),
    ("POSTROOM_HOSTS", "a.example:80"),
    ("POSTROOM_ALLOWED_MAIL_NETWORKS", "10.0.0.1/8"),
    ("POSTROOM_ALLOWED_MAIL_NETWORKS", "10.0.0.0/33"),
    ("POSTROOM_ALLOWED_MAIL_NETWORKS", "home"),
    ("POSTROOM_ALLOWED_MAIL_PORTS", "imap"),
    ("POSTROOM_ALLOWED_MAIL_PORTS", "20-"),
    ("POSTROOM_ALLOWED_MAIL_PORTS", "20-10"),
    ("POSTROOM_ALLOWED_MAIL_PORTS", "-5"),
    ("POSTROOM_NAME_SERVER", "dns.example"),
    ("POSTROOM_NAME_SERVER", "192.0.2.53:0"),
    ("POSTROOM_NAME_SERVER", "[::1"),
    ("POSTROOM_ENGINE_ACCOUNTS", "0"),
    ("POSTROOM_ENGINE_ACCOUNTS", "many"),
    ("POSTROOM_ENGINE_ACCOUNTS", "9" * 5000),
    ("POSTROOM_SMTP_URL", "mail.example"),
    ("POSTROOM_SMTP_URL", "imaps://mail.example"),
    ("POSTROOM_SMTP_URL", "smtps://u@mail.example"),
    ("POSTROOM_SMTP_URL", "smtps://mail.example:99999"),
    ("POSTROOM_SMTP_URL", "smtps://mail.example/inbox"),
    ("POSTROOM_MAIL_FROM", "Postroom"),
    ("POSTROOM_MAIL_FROM", "a@b c"),
    ("POSTROOM_API_REQUESTS", "0"),
    ("POSTROOM_PAGE_SECONDS", "0"),
    ("POSTROOM_ERASURES_FILE", "erasures"),
    ("POSTROOM_METRICS_TOKEN_FILE", "token"),
    ("POSTROOM_LOG_LEVEL", "loud"),
    ("POSTROOM_DEBUG", "maybe"),
]


@pytest.mark.parametrize(("name", "text", "attribute", "value"), GOOD)
def test_it_reads_what_was_set(name: str, text: str, attribute: str, value: object) -> None:
    assert getattr(environment.read({name: text}), attribute) == value


@pytest.mark.parametrize(("name", "text"), BAD)
def test_it_refuses_a_bad_value_in_a_sentence_that_names_the_variable(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        environment.read({name: text})
    assert str(refusal.value).startswith(f"{name}: ")
    assert str(refusal.value).endswith((".", ".)"))
    assert len(str(refusal.value)) < 300


def test_every_setting_has_a_default_and_every_variable_a_bad_or_good_case() -> None:
    assert vars(environment.read({}))["values"].keys() == {setting.name for setting in SETTINGS}
    tried = {case[0] for case in GOOD} | {case[0] for case in BAD}
    assert tried == {setting.name for setting in SETTINGS}


def test_networks_are_networks() -> None:
    networks = environment.read({"POSTROOM_ALLOWED_MAIL_NETWORKS": "127.0.0.0/8 fd00::/8"})
    assert ipaddress.ip_address("127.9.9.9") in networks.allowed_mail_networks[0]
    assert ipaddress.ip_address("fd00::1") in networks.allowed_mail_networks[1]


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://alice:{PASSWORD}@db/postroom",
        f"postgresql://alice:{PASSWORD}@db:port/postroom",
        f"postgresql://alice:{PASSWORD}@[db/postroom",
        f"postgresql://alice:{PASSWORD}@db/postroom?nonsense=1",
        f"postgresql://alice:{PASSWORD}%zz@db/postroom",
        f"postgresql://alice:{PASSWORD}@db",
        f"postgresql://alice:{PASSWORD}/7@db/postroom",
    ],
)
def test_a_refused_database_url_does_not_tell_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        environment.read({"DATABASE_URL": url})
    assert PASSWORD not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        f"ftp://alice:{PASSWORD}@mail",
        f"smtps://alice:{PASSWORD}@mail:port",
        f"smtps://alice:{PASSWORD}@[mail",
        f"smtps://alice:{PASSWORD}@mail\u2100.example",
        f"smtps://:{PASSWORD}@mail",
    ],
)
def test_a_refused_relay_does_not_tell_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        environment.read({"POSTROOM_SMTP_URL": url})
    assert PASSWORD not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_relay_does_not_show_its_password() -> None:
    relay = environment.read({"POSTROOM_SMTP_URL": f"smtps://alice:{PASSWORD}@mail"}).smtp_url
    assert relay is not None
    assert PASSWORD not in f"{relay!r} {relay}"


def test_an_environment_does_not_show_its_values() -> None:
    read = environment.read({"DATABASE_URL": f"postgresql://alice:{PASSWORD}@db/postroom"})
    assert PASSWORD not in f"{read!r} {read}"


def test_the_host_of_the_url_is_always_answered() -> None:
    read = environment.read({"POSTROOM_URL": "https://crm.example", "POSTROOM_HOSTS": "localhost"})
    assert read.allowed_hosts == ("localhost", "crm.example")
    assert environment.read({"POSTROOM_URL": "http://[fe80::1]"}).allowed_hosts[-1] == "[fe80::1]"


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("0.0.0.0:9000", "http://localhost:9000"),
        ("[::]:9000", "http://localhost:9000"),
    ],
)
def test_the_url_follows_the_address_that_is_listened_on(bind: str, url: str) -> None:
    assert environment.read({"POSTROOM_BIND": bind}).url == url


def test_the_data_directory_is_the_systems_for_root_and_the_persons_own_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert environment.read({}).data_dir == Path("/var/lib/postroom")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    home = {"HOME": "/home/alice"}
    assert environment.read(home).data_dir == Path("/home/alice/.local/share/postroom")
    assert environment.read(home | {"XDG_DATA_HOME": "/x"}).data_dir == Path("/x/postroom")
    relative = environment.read(home | {"XDG_DATA_HOME": "x"})
    assert relative.secret_key_file == Path("/home/alice/.local/share/postroom/secret.key")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://alice:p%40ss@db.example:6432/crm?sslmode=verify-full",
            {
                "NAME": "crm",
                "USER": "alice",
                "PASSWORD": "p@ss",
                "HOST": "db.example",
                "PORT": "6432",
                "OPTIONS": {"sslmode": "verify-full", "options": ONE_PLAN},
            },
        ),
        (
            "postgresql://postroom@/postroom?host=%2Fvar%2Flib%2Frun&port=5432",
            {"NAME": "postroom", "USER": "postroom", "HOST": "/var/lib/run", "PORT": "5432"},
        ),
        (
            "postgresql:///crm?options=-c%20work_mem%3D9MB",
            {"OPTIONS": {"options": f"{ONE_PLAN} -c work_mem=9MB"}},
        ),
        ("postgres://%2Frun%2Fpg/crm", {"NAME": "crm", "HOST": "/run/pg", "USER": ""}),
    ],
)
def test_a_database_url_becomes_django_settings(url: str, expected: dict[str, object]) -> None:
    database = django_database(url)
    assert {name: database[name] for name in expected} == expected


def test_the_document_lists_every_setting_as_the_code_has_it() -> None:
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| `") and line.count("|") == 4
    ]
    assert rows == [(f"`{one.name}`", one.shown, one.meaning) for one in SETTINGS]
    print(f"{len(rows)} settings are documented")
