"""What a note or task is about, and what is written around a person, a company or a deal."""

from django.db.models import Q

from postroom.crm.models import Company, Deal, Note, Person, Task

Record = Person | Company | Deal
WITH_RECORD = ("person", "company", "deal")


def column_of(record: Record) -> str:
    """By which column a note or task names it."""
    return record.__class__.__name__.lower()


def record_of(row: Note | Task) -> Record | None:
    """What it is about; None for a task of nobody."""
    return row.person or row.company or row.deal


def around(record: Record) -> Q:
    """Match what is about it and about what belongs to it.

    To a company belong its people and deals, to a person the deals they are in.
    """
    match record:
        case Person():
            return Q(person=record) | Q(deal__in=record.deals.values("pk"))
        case Company():
            of_people = Q(person__in=record.people.values("pk"))
            return Q(company=record) | of_people | Q(deal__in=record.deals.values("pk"))
        case Deal():
            return Q(deal=record)
