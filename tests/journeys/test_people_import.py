"""`postroom people import`: good rows are kept, bad ones are named, twice changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from postroom.cli import main
from postroom.crm.models import Company, Person, PersonAddress

HEAD = "stage,first_name,last_name,company,email,secondary_email\n"
ADA = "lead,Ada,Lovelace,Analytical Engines,ada@engines.example,countess@lovelace.example\n"

# A row after the heading and ADA, and the reason it is refused.
BAD_ROWS = {
    ",,,,nobody@example.com,": "The column last_name is empty.",
    "lead,Bo,Diddley,,,": "The column email is empty.",
    "lead,Bo,Diddley,,bo at example,": "“bo at example” is not an email address.",
    "lead,Bo,Diddley,,bo@example.com,also bad": "“also bad” is not an email address.",
    "boss,Bo,Diddley,,bo@example.com,": "The stage is “boss”. Write lead or contact.",
    "lead,Bo,Diddley,,ADA@engines.example,": "ADA@engines.example is already on line 2.",
    "lead,Bo,Diddley,,bo@example.com,ada@engines.example": "already belongs to Ada Lovelace.",
    f"lead,Bo,{'D' * 81},,bo@example.com,": "longer than 80 characters.",
    f"lead,Bo,{'D' * 200_000},,bo@example.com,": "longer than 80 characters.",
    f"lead,Bo,Diddley,,{'b' * 250}@example.com,": "longer than 254 characters.",
    "lead": "The column last_name is empty.",
}

pytestmark = pytest.mark.django_db


def import_file(tmp_path: Path, content: bytes, *options: str) -> Result:
    """Run the command on a file with this content."""
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    return CliRunner().invoke(main, ["people", "import", str(file), *options])


def counts(tmp_path: Path, content: str) -> tuple[Any, ...]:
    """What became of the rows."""
    result = json.loads(import_file(tmp_path, content.encode(), "--json").stdout)
    return result["created"], result["changed"], result["unchanged"], len(result["bad"])


@pytest.mark.parametrize("row", BAD_ROWS, ids=BAD_ROWS.values())
def test_a_bad_row_is_named_with_its_line_and_the_others_are_kept(row: str, tmp_path: Path) -> None:
    grace = "contact,Grace,Hopper,,grace@navy.example,\n"
    result = import_file(tmp_path, f"{HEAD}{ADA}{row}\n{grace}".encode())
    assert result.exit_code == 1
    assert result.stdout == "2 created, 0 changed, 0 unchanged, 1 not imported\n"
    assert result.stderr.startswith("  line 3: ")
    assert BAD_ROWS[row] in result.stderr
    assert sorted(Person.objects.values_list("last_name", flat=True)) == ["Hopper", "Lovelace"]
    assert PersonAddress.objects.count() == 3


def test_a_bad_row_does_not_write_to_the_terminal(tmp_path: Path) -> None:
    row = "lead,Eve,Evil,,\x1b]0;owned\x07\x9b2J\u202eno address,\n"
    result = import_file(tmp_path, f"{HEAD}{row}".encode())
    assert "no address” is not an email address" in result.stderr
    assert result.stderr.replace("\n", "").isprintable()


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    over_two_lines = 'lead,Bo,"Diddley\nthe Second",,bo@example.com,\n'
    result = import_file(tmp_path, f"{HEAD}{over_two_lines}\n\nlead,Bad,,,x,\n".encode())
    assert "line 6: The column last_name is empty." in result.stderr


def test_twice_changes_nothing(tmp_path: Path) -> None:
    assert counts(tmp_path, HEAD + ADA) == (1, 0, 0, 0)
    before = everything()
    assert counts(tmp_path, HEAD + ADA) == (0, 0, 1, 0)
    assert everything() == before


def everything() -> list[Any]:
    """All people, companies and addresses."""
    return [
        list(table.objects.order_by("pk").values()) for table in (Person, Company, PersonAddress)
    ]


def test_a_second_file_completes_and_never_empties(tmp_path: Path) -> None:
    counts(tmp_path, HEAD + ADA)
    assert counts(tmp_path, HEAD + "contact,,King,,ada@engines.example,\n") == (0, 1, 0, 0)
    ada = Person.objects.get()
    assert (ada.stage, ada.first_name, ada.last_name) == ("contact", "Ada", "King")
    assert str(ada.company) == "Analytical Engines"
    assert ada.addresses.count() == 2
    assert counts(tmp_path, HEAD + "lead,,King,,ada@engines.example,\n") == (0, 0, 1, 0)
    assert Person.objects.get().stage == "contact"


def test_what_spreadsheets_write_is_read(tmp_path: Path) -> None:
    heading = " Stage ,First_Name,LAST_NAME,company,Email,secondary_email,phone"
    row = ' Lead ,"Zoë","van der Ü"," Ü & Söhne ",<zoe@x.example>, ,0123'
    for content in (
        f"\ufeff{heading}\r\n{row}\r\n",
        f"{heading}\n{row}",
        f"{heading}\r{row}\r",
    ):
        Person.objects.all().delete()
        assert counts(tmp_path, content) == (1, 0, 0, 0)
        zoe = Person.objects.get()
        assert (zoe.name, str(zoe.company)) == ("Zoë van der Ü", "Ü & Söhne")
        assert zoe.addresses.get().canonical == "zoe@x.example"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "lacks the column last_name, email"),
        (b"name,email\nAda,ada@x.example\n", "lacks the column last_name"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "cannot be read"),
        (f"{HEAD}lead,,Zoë,,zoe@x.example,\n".encode("latin-1"), "Save it as CSV in UTF-8."),
        (f"{HEAD}{ADA}".encode("utf-16"), "Save it as CSV in UTF-8."),
    ],
    ids=["empty", "no last name", "workbook", "latin-1", "utf-16"],
)
def test_a_file_of_another_kind_is_refused_whole(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    result = import_file(tmp_path, content)
    assert result.exit_code == 1
    assert "people.csv cannot be read." in result.stderr
    assert reason in result.stderr
    assert "Traceback" not in result.output
    assert not isinstance(result.exception, Exception)
    assert Person.objects.count() == 0


def test_a_file_that_is_not_there_is_a_usage_error() -> None:
    result = CliRunner().invoke(main, ["people", "import", "/nowhere/people.csv"])
    assert result.exit_code == 2
    assert "does not exist" in result.stderr
