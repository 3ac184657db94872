"""Legal holds: placed and lifted by administrators; what is held, nobody deletes.

Over a mailbox stands a hold of its own, the organisation's, and one on any person of its mail:
`cleanup.holding` asks for all three.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from postroom.accounts.models import EmailAccount, Hold
from postroom.crm.models import Person
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal

Held = EmailAccount | Person | None


class UnderHold(Refusal):
    """What was to be deleted is under a legal hold; the sentence says which and what to do."""

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        super().__init__(
            f"Nothing of it can be deleted: there is a legal hold on {hold}, because:"
            f" {as_sentence(hold.reason)} An administrator lifts it under Cleanup Policy."
        )


def as_sentence(reason: str) -> str:
    """It ends where the next one begins, however it was typed."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


@transaction.atomic
def place_hold(what: Held, reason: str, by: User | None, now: datetime) -> Hold:
    """Have nothing of it deleted, from this moment on; twice is once."""
    hold, is_new = Hold.objects.get_or_create(
        **place_of(what), defaults={"reason": reason[:400], "by": by, "at": now}
    )
    if is_new:
        note(Act.HOLD_PLACED, by, hold, now, hold.reason)
    return hold


@transaction.atomic
def lift_hold(hold: Hold, by: User | None, now: datetime) -> None:
    """Let it be deleted again, after all the warnings that are due."""
    deleted, _ = Hold.objects.filter(pk=hold.pk).delete()
    if deleted:
        note(Act.HOLD_LIFTED, by, hold, now, f"placed because: {hold.reason}")


def place_of(what: Held) -> dict[str, EmailAccount | Person | None]:
    """What is held, as columns."""
    return {
        "account": what if isinstance(what, EmailAccount) else None,
        "person": what if isinstance(what, Person) else None,
    }


def all_holds() -> QuerySet[Hold]:
    """Every hold with what it is on."""
    return Hold.objects.select_related("account", "person", "by")


def hold_on_person(person: Person) -> Hold | None:
    """The hold that keeps what is known of a person: theirs, or the organisation's."""
    return all_holds().filter(account=None, person=None).first() or (
        all_holds().filter(person=person).first()
    )


def refuse_held_person(person: Person) -> None:
    """Raises UnderHold. Within the transaction that deletes."""
    let_no_hold_begin()
    if hold := hold_on_person(person):
        raise UnderHold(hold)


def let_no_hold_begin() -> None:
    """Until this transaction ends, so that nothing is deleted that was just held."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_hold IN SHARE MODE")
