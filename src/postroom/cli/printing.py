"""Print results: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON value on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table with a header; text from mail cannot carry terminal controls."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(plain(str(cell))) for cell in row))
    Console(file=sys.stdout).print(table)


def plain(text: str) -> str:
    """Text without control characters: mail may try to write to the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
