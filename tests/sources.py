"""The repository as text: what the architecture tests read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ROOT / "src" / "postroom"
WRITTEN_HERE: Final = ("src", "tests", "bin", "bench", "docs", "requirements", ".ci")
TEXT: Final = {
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".toml",
    ".sh",
    ".svg",
    ".sql",
    ".json",
    "",
}


def modules(*packages: str) -> list[Path]:
    """The Python files below the packages named, or below all, but for migrations."""
    roots = [PACKAGES / package for package in packages] or [PACKAGES]
    found = [path for root in roots for path in sorted(root.rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def written_files() -> list[Path]:
    """Every text file of the repository that somebody wrote."""
    inside = [path for folder in WRITTEN_HERE for path in (ROOT / folder).rglob("*")]
    return [
        path
        for path in sorted([*inside, *ROOT.glob("*"), ROOT / ".gitignore"])
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts
    ]


def name_of(path: Path) -> str:
    """The path as the repository's reader says it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(), filename=str(path))


def literals(tree: ast.AST) -> Iterator[str]:
    """Every string and bytes literal that is not a docstring, as text."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, described) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            if isinstance(node.value, str):
                yield node.value
            elif isinstance(node.value, bytes):
                yield node.value.decode("latin-1")


def table_rows(text: str) -> list[list[str]]:
    """The cells of every row of every table of a document, headings and rules left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = {
        number for number, row in enumerate(rows) if all(re.fullmatch(":?-+:?", c) for c in row)
    }
    return [
        row for number, row in enumerate(rows) if number not in rules and number + 1 not in rules
    ]
