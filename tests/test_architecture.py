"""The layers, the names and the promises that are statements about source code."""

import ast
import re
import tomllib
from typing import Final

import pytest

from sources import PACKAGES, ROOT, literals, modules, name_of, tree_of, written_files

CONTRACTS: Final = {
    "one-way",
    "pure",
    "net-without-django",
    "sockets-live-in-net",
    "one-door",
    "no-cycles",
}
BANNED_WORDS: Final = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "misc",
    "manager",
    "managers",
    "service",
    "services",
    "handler",
    "handlers",
    "processor",
    "data",
    "info",
}
# Django's own word for what makes querysets.
ALLOWED_NAMES: Final = {"UserManager"}
LONGEST_FILE: Final = 400
FRONT_DOORS: Final = {"web", "api", "cli"}

# Whole words that would remove mail: IMAP's, and POP3's DELE. CLOSE expunges on its way out.
REMOVES_MAIL: Final = re.compile(r"\b(EXPUNGE|DELETE|DELE|CLOSE)\b", re.IGNORECASE)
UNGUARDED: Final = re.compile(
    r"\b(Email|RawMessage|ServerCopy)\.(objects|_default_manager|_base_manager)\b"
    r"|\.emails\.(a?(all|get|count|first|last|exists|aggregate)|filter|exclude|order_by|values)\b"
)
PACKAGE_INDEX: Final = re.compile(
    r"pypi\.(org|python)|pythonhosted\.org|npmjs\.(org|com)|(--|PIP_|^)(extra-)?index-url[ =]\S"
    r"|--(find-links|trusted-host)[ =]| @ file:///|_authToken",
    re.MULTILINE,
)
UNFINISHED: Final = re.compile(r"\b(TODO|FIXME|XXX)\b")


def test_every_import_contract_is_there_and_none_has_an_exception() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contracts = {contract["id"]: contract for contract in settings["contracts"]}
    assert set(contracts) == CONTRACTS
    assert not [name for name, contract in contracts.items() if "ignore_imports" in contract]
    assert contracts["one-way"]["exhaustive"] is True
    assert contracts["one-way"]["exhaustive_ignores"] == ["config"]


def test_every_package_and_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in modules() if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_every_folder_of_tests_says_what_it_proves() -> None:
    folders = {path.parent for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert len(folders) > 10
    packages = [folder / "__init__.py" for folder in folders]
    silent = [
        path for path in packages if not path.is_file() or not ast.get_docstring(tree_of(path))
    ]
    assert sorted(map(name_of, silent)) == []


def test_no_file_is_longer_than_anybody_reads() -> None:
    files = (path for path in written_files() if "migrations" not in path.parts)
    written = [path for path in files if path.suffix in {".py", ".html", ".css", ".js"}]
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in written}
    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_names_say_what_a_thing_is() -> None:
    named = [(name_of(path), path.stem) for path in modules()]
    for path in modules():
        classes = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
        named += [(name_of(path), node.name) for node in classes if node.name not in ALLOWED_NAMES]
    assert [(where, name) for where, name in named if BANNED_WORDS & words_of(name)] == []


def words_of(name: str) -> set[str]:
    """The words of a name in either case style."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_nothing_we_say_to_a_server_removes_mail() -> None:
    said = [
        (name_of(path), text)
        for path in modules("imap/commands", "net", "sync")
        for text in literals(tree_of(path))
        if path.is_relative_to(PACKAGES / "imap") or text.isupper()
    ]
    assert len(said) > 50
    assert [(where, text) for where, text in said if REMOVES_MAIL.search(text)] == []


def test_no_client_library_is_asked_to_remove_mail() -> None:
    for path in modules("imap", "net", "sync"):
        called = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
        assert not called & {"expunge", "uid_expunge", "dele"}, name_of(path)


@pytest.mark.parametrize(
    "source",
    [
        'word = b"EXPUNGE"',
        'word = b"UID EXPUNGE"',
        'line = f"uid expunge {uids}"',
        'send(b"DELETE " + name)',
        'send("CLOSE")',
        'send("DELE 1")',
    ],
)
def test_the_reading_would_find_a_command_that_removes(source: str) -> None:
    assert any(REMOVES_MAIL.search(text) for text in literals(ast.parse(source)))


def test_the_front_doors_reach_emails_only_through_visible_to() -> None:
    doors = [path for path in modules() if path.relative_to(PACKAGES).parts[0] in FRONT_DOORS]
    assert len(doors) > 10
    assert [name_of(path) for path in doors if UNGUARDED.search(path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "Email.objects.filter(id=1)",
        "x = Email.objects",
        "account.emails.all()",
        "RawMessage.objects",
    ],
)
def test_the_reading_would_find_an_unguarded_query(source: str) -> None:
    assert UNGUARDED.search(source)
    assert not UNGUARDED.search("visible_to(alice).filter(id=1)")


def test_no_file_names_a_package_index() -> None:
    here = ROOT / "tests" / "test_architecture.py"
    read = [path for path in written_files() if path != here]
    assert len(read) > 100
    assert [name_of(path) for path in read if PACKAGE_INDEX.search(path.read_text())] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "--extra-index-url" + "=https://mirror.example/simple",
        "index-url" + " = https://mirror.example/simple",
        "--find-links /srv/wheels",
        "postroom @ file:///home/alice/postroom",
        '"resolved"' + ': "https://registry.npm' + 'js.org/htmx.org"',
    ],
)
def test_the_reading_would_find_a_package_index(line: str) -> None:
    assert PACKAGE_INDEX.search(line)


def test_nothing_is_left_for_later_in_a_comment() -> None:
    here = ROOT / "tests" / "test_architecture.py"
    assert [
        name_of(path)
        for path in written_files()
        if path != here and UNFINISHED.search(path.read_text())
    ] == []


def test_only_config_and_the_command_line_know_the_environment() -> None:
    assert rooms_that_say(r"\bos\.(environ|getenv)\b") <= {"config", "cli"}


def test_only_the_front_doors_and_the_engine_read_the_clock() -> None:
    clock = r"\b(timezone\.now|datetime\.(utc)?now|date\.today|time\.time)\b"
    assert rooms_that_say(clock) <= FRONT_DOORS | {"engine"}


def rooms_that_say(pattern: str) -> set[str]:
    """The packages with a module in which the pattern is found."""
    saying = [path for path in modules() if re.search(pattern, path.read_text())]
    return {path.relative_to(PACKAGES).parts[0] for path in saying}
