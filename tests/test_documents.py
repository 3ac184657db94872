"""The documents, held to the code: what they name exists, and what exists is named."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
import pytest

from postroom.cli import main
from sources import PACKAGES, ROOT, modules, name_of, table_rows, tree_of

REFERENCE: Final = ROOT.parent / "shared" / "reference" / "zoho-configuring-imap-account.txt"
SPEC: Final = ROOT / "docs" / "spec.md"
DECISIONS: Final = ROOT / "docs" / "adr"
SHOWN: Final = ("done", "replaced")
STATES: Final = {*SHOWN, "to do"}


def documents() -> list[Path]:
    """Every page of prose."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_what_is_drawn_from_the_code_is_current() -> None:
    drawing = subprocess.run(
        [sys.executable, ROOT / "bin" / "docs", "--check"], capture_output=True, text=True
    )
    assert drawing.returncode == 0, drawing.stdout


@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_every_make_command_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"`make ([a-z-]+)", document.read_text())
    assert set(named) <= targets


@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_every_postroom_command_exists_with_its_options(document: Path) -> None:
    said = re.findall(r"(?:`|^ *)postroom ([a-z][^`\n]*)", document.read_text(), re.MULTILINE)
    assert [line for line in said if not is_command(line)] == []


@pytest.mark.parametrize(
    "line", ["accounts", "account lists", "account list --jason", "notes list|ad", "sync x --one"]
)
def test_the_reading_would_find_a_command_that_is_none(line: str) -> None:
    assert not is_command(line)


def is_command(line: str) -> bool:
    """Whether `account list|show --json` names commands, and options that each of them takes."""
    options = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line))
    found = commands_named(line.split(), main)
    return all(command and options <= options_of(command) for command in found)


def commands_named(words: list[str], within: click.Command) -> list[click.Command | None]:
    """What the first words name; None for what is not there."""
    if not words or not isinstance(within, click.Group):
        return [within]
    found: list[click.Command | None] = []
    for name in words[0].split("|"):
        command = within.get_command(click.Context(within), name)
        found += commands_named(words[1:], command) if command else [None]
    return found


def options_of(command: click.Command) -> set[str]:
    """What may be said to it."""
    return {"--help", *(word for each in command.params for word in each.opts)}


def test_ci_runs_what_a_developer_runs() -> None:
    commands = (ROOT / ".ci" / "run").read_text().splitlines()
    assert commands[-1] == "exec make check test"


@pytest.mark.parametrize(
    ("lock", "extras"), [("postroom", ()), ("demo", ("demo",)), ("dev", ("demo", "dev"))]
)
def test_every_dependency_is_pinned_by_hash(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = [line for extra in extras for line in project["optional-dependencies"][extra]]
    asked = {re.split(r"[\[<>=~]", line)[0].lower() for line in project["dependencies"] + optional}
    pins = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert len(asked) > 10
    assert asked <= set(re.findall(r"^([a-z0-9-]+)==\S+ \\\n +--hash=sha256:", pins, re.MULTILINE))


# The specification


def statements() -> list[list[str]]:
    """The rows of docs/spec.md."""
    return [row for row in table_rows(SPEC.read_text()) if row[0].startswith("R-")]


def lines_of(cell: str) -> range:
    """`39-41` or `43` as the lines of the reference page."""
    first, _, last = cell.partition("-")
    return range(int(first), int(last or first) + 1)


def test_every_statement_is_numbered_in_order_and_well_formed() -> None:
    rows = statements()
    print(f"{len(rows)} statements, {sum(row[5] == 'done' for row in rows)} of them done")
    assert [row[0] for row in rows] == [f"R-{number:03}" for number in range(1, len(rows) + 1)]
    assert len(rows) >= 90
    for row in rows:
        assert len(row) == 6, row
        assert all(row), row
        assert row[5] in STATES, row
        assert lines_of(row[1]), row


def test_every_statement_has_a_home() -> None:
    rooms = {path.name for path in PACKAGES.iterdir() if path.is_dir()}
    for row in statements():
        assert row[3].split(".")[0] in rooms, row
        if row[5] in SHOWN:
            home = PACKAGES.joinpath(*row[3].split("."))
            assert home.is_dir() or home.with_suffix(".py").is_file(), row


def test_every_statement_that_is_done_names_a_test_that_exists() -> None:
    for row in statements():
        if row[5] in SHOWN:
            file, _, name = row[4].strip("`").partition("::")
            assert (ROOT / file).is_file(), row
            assert name in functions_in(ROOT / file), row
        else:
            assert row[4] == "—", row


def functions_in(path: Path) -> set[str]:
    """The names of the test functions of a file."""
    nodes = ast.walk(tree_of(path))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_no_line_of_the_reference_page_is_without_a_statement() -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference page, like the corpus, lies outside the repository")
    page = REFERENCE.read_text().splitlines()
    written = {number for number, line in enumerate(page, start=1) if line.strip()}
    covered = {number for row in statements() for number in lines_of(row[1])}
    assert len(written) > 100
    assert sorted(written - covered) == []
    assert max(covered) <= len(page)


# The words


def test_every_word_of_the_glossary_has_the_home_it_names() -> None:
    rows = [row for row in table_rows((ROOT / "docs" / "glossary.md").read_text()) if len(row) == 3]
    assert len(rows) >= 20
    for word, meaning, home in rows:
        assert meaning, word
        assert is_home(home.strip("`").split(".")), (word, home)
    words = [word for word, _, _ in rows]
    assert len(words) == len(set(words))


def is_home(parts: list[str]) -> bool:
    """Whether a dotted name below `postroom` is a package, a module, or a class of one."""
    place = PACKAGES.joinpath(*parts)
    if place.is_dir() or place.with_suffix(".py").is_file():
        return True
    inside = PACKAGES.joinpath(*parts[:-1])
    files = inside.rglob("*.py") if inside.is_dir() else [inside.with_suffix(".py")]
    return any(parts[-1] in classes_in(file) for file in files if file.is_file())


def classes_in(path: Path) -> set[str]:
    """The names of the classes of a file."""
    return {node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)}


# The decisions and the standards


def test_every_decision_says_why_and_what_it_costs() -> None:
    decisions = sorted(DECISIONS.glob("[0-9]*.md"))
    assert len(decisions) >= 12
    for path in decisions:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.search(r"^Status: (accepted|superseded by \d+)$", text, re.MULTILINE), path.name
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings[:3] == ["Context", "Decision", "Consequences"], path.name
        assert re.search(r"^- \\\+ ", text, re.MULTILINE), path.name
        assert re.search("^- \N{MINUS SIGN} ", text, re.MULTILINE), path.name


def test_every_decision_that_is_cited_exists() -> None:
    exist = {int(path.name[:4]) for path in DECISIONS.glob("[0-9]*.md")}
    cited = numbers_cited(r"\bADR (\d+)", [*modules(), *documents(), ROOT / "pyproject.toml"])
    assert cited
    assert cited - exist == set()


def test_every_standard_that_is_cited_is_in_the_table() -> None:
    table = (ROOT / "docs" / "rfcs.md").read_text()
    numbers = [int(n) for row in table_rows(table) for n in re.findall(r"\d{3,4}", row[0])]
    listed = set(numbers)
    assert len(numbers) == len(listed)
    cited = numbers_cited(r"\bRFC (\d{3,4})", modules())
    assert len(cited) > 10
    assert sorted(cited - listed) == []


def numbers_cited(pattern: str, paths: Iterable[Path]) -> set[int]:
    """Every number that the pattern finds in the files."""
    return {int(number) for path in paths for number in re.findall(pattern, path.read_text())}


def test_every_setting_is_documented() -> None:
    table = (PACKAGES / "config" / "environment.py").read_text()
    settings = set(re.findall(r'"(POSTROOM_[A-Z_]+|DATABASE_URL)"', table))
    documented = (ROOT / "docs" / "configuration.md").read_text()
    assert len(settings) > 5
    assert sorted(name for name in settings if f"`{name}`" not in documented) == []
