"""Leads and contacts from a file: good rows kept, bad rows explained, twice is once."""

import pytest
from django.db import connection

from postroom.crm.imports import NotAPeopleFile, import_people
from postroom.crm.models import Company, Person, PersonAddress
from postroom.crm.people import convert, find_people, find_person

pytestmark = pytest.mark.django_db

HEADER = "stage,first_name,last_name,company,email,secondary_email"
JANE = "lead,Jane,Doe,Acme,jane@acme.example,jane.doe@home.example"
JOHN = "contact,John,Roe,ACME,john@acme.example,"


def csv(*rows: str) -> list[str]:
    return [f"{row}\n" for row in (HEADER, *rows)]


def test_rows_become_leads_and_contacts() -> None:
    assert import_people(csv(JANE, JOHN)).created == 2
    jane = find_person("JANE.DOE@home.example")
    assert jane is not None
    assert (jane.stage, jane.name, str(jane.company)) == ("lead", "Jane Doe", "Acme")
    assert [str(a) for a in jane.addresses.all()] == ["jane@acme.example", "jane.doe@home.example"]
    assert Company.objects.count() == 1


def test_importing_twice_changes_nothing() -> None:
    import_people(csv(JANE, JOHN))
    before = list(PersonAddress.objects.order_by("pk").values())
    again = import_people(csv(JANE, JOHN))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert list(PersonAddress.objects.order_by("pk").values()) == before


def test_a_converted_lead_stays_a_contact() -> None:
    import_people(csv(JANE))
    convert(Person.objects.get())
    assert import_people(csv(JANE)).unchanged == 1
    assert Person.objects.get().stage == "contact"


def test_the_lead_source_comes_with_a_row_and_an_empty_one_takes_none_away() -> None:
    header, row = "last_name,email,lead_source\n", "Doe,jane@acme.example,{}\n"
    for source in ("Trade Show", ""):
        import_people([header, row.format(source)])
        assert Person.objects.get().lead_source == "Trade Show"
    assert import_people([header, row.format("Website")]).changed == 1
    assert "longer than 60" in import_people([header, row.format("x" * 61)]).bad[0].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("lead,No,Address,,,", "The column email is empty."),
        ("lead,,,Acme,x@y.example,", "The column last_name is empty."),
        ("boss,A,B,,x@y.example,", "The stage is “boss”. Write lead or contact."),
        ("lead,A,B,,not an address,", "“not an address” is not an email address."),
        ("lead,A,B,,x@y.example,nonsense", "“nonsense” is not an email address."),
        (f"lead,{'A' * 81},B,,x@y.example,", "The column first_name is longer than 80"),
        ("lead,A,B,,jane.doe@home.example,", "already belongs to Jane Doe"),
        ("lead,A,B,,x@y.example,jane@acme.example", "already belongs to Jane Doe"),
        ("lead,A,B,,Jane@ACME.example,", "is already on line 2."),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(row: str, reason: str) -> None:
    result = import_people(csv(JANE, row, JOHN))
    assert result.created == 2
    (bad,) = result.bad
    assert bad.line == 3
    assert reason in bad.reason
    assert Person.objects.count() == 2


@pytest.mark.parametrize("lines", [[], ["name,mail\n"], ["email\n"]])
def test_a_file_without_the_columns_is_refused_whole(lines: list[str]) -> None:
    with pytest.raises(NotAPeopleFile, match="last_name"):
        import_people(lines)


def test_columns_may_come_in_any_order_with_spaces_and_a_byte_order_mark() -> None:
    rows = ["\ufeffEmail , Last_Name\n", " ann@x.example , Ann \n", "\n", ",\n"]
    assert import_people(rows).created == 1
    assert Person.objects.get().name == "Ann"


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_what_other_crms_export_is_read(between: str) -> None:
    heading = ("Lead Owner", "First Name", "Last Name", "Email", "Lead Source")
    row = ("Bob", "Ann", "Ames", "ann@x.example", '"Fair; Leeds, UK"')
    assert import_people([between.join(cells) + "\n" for cells in (heading, row)]).created == 1
    ann = Person.objects.get()
    assert (ann.name, ann.lead_source) == ("Ann Ames", "Fair; Leeds, UK")


@pytest.mark.parametrize("words", ["jane", "DOE", "acme jane", "home.example", "oe ja"])
def test_people_are_found_by_every_word_of_name_company_or_address(words: str) -> None:
    import_people(csv(JANE, JOHN))
    assert [p.name for p in find_people(words)] == ["Jane Doe"]


def test_people_are_found_along_indexes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = find_people("jane").order_by().explain()
    assert "person_words" in plan
    assert "person_address_words" in plan
    assert "Filter: (lower(((first_name" not in plan
