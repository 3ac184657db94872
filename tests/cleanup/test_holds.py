"""A legal hold stops every deletion: the policy's, one by hand, and one that has begun."""

import pytest

from cast import NOON, account_of, person
from cleanup.days import DELETED, HIDDEN, activation, at, delete_all, live_through
from cleanup.full_mailboxes import CANARY, bring, letters
from postroom.accounts.holds import UnderHold, lift_hold, place_hold
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.models import Email
from postroom.cleanup import bites
from postroom.cleanup.deleting import delete_next
from postroom.engine.leaving import end_keeping
from postroom.team.models import Act, AuditEntry, User

pytestmark = pytest.mark.django_db

HOLDS = {
    "its own": lambda account, lena: account,
    "the organisation's": lambda account, lena: None,
    "one on a person of its mail": lambda account, lena: lena,
}


@pytest.mark.parametrize("whose", HOLDS)
def test_a_hold_stops_every_deletion(
    whose: str, account: EmailAccount, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bites, "MOST_EMAILS", 10)
    lena = person("Lena Lead", f"{CANARY}.19@customer.example")
    held = HOLDS[whose](account, lena)
    bring(account, letters(40, account.address))
    hold = place_hold(held, "The court asks for it.", ada, NOON)
    for removes_account in (False, True):
        with pytest.raises(UnderHold, match="The court asks for it"):
            end_keeping(account, Decision(NOON, ada), removes_account=removes_account)
    live_through(0, DELETED)
    assert activation(account) == Activation.ACTIVE
    lift_hold(hold, ada, at(DELETED))
    end_keeping(account, Decision(at(DELETED), ada))
    assert delete_next(account.pk, NOON)
    hold = place_hold(held, "The court asks again.", ada, at(DELETED))
    left = Email.objects.count()
    assert 0 < left < 40
    for _ in range(3):
        assert delete_next(account.pk, NOON) is None
    assert Email.objects.count() == left, "not one bite more"
    lift_hold(hold, ada, at(DELETED))
    assert delete_all(account.pk) > 0
    assert not Email.objects.exists()
    assert AuditEntry.objects.filter(act=Act.HOLD_PLACED).count() == 2


def test_a_hold_on_somebody_else_stops_nothing(account: EmailAccount, ada: User) -> None:
    bring(account, letters(4, account.address))
    place_hold(person("Otto Other", "otto@elsewhere.example"), "So.", ada, NOON)
    place_hold(account_of(ada), "So.", ada, NOON)
    end_keeping(account, Decision(NOON, ada))
    delete_all(account.pk)
    assert not Email.objects.exists()


def test_held_in_its_days_of_grace_it_comes_back_and_begins_anew_when_that_is_lifted(
    account: EmailAccount, ada: User
) -> None:
    bring(account, letters(4, account.address))
    live_through(0, HIDDEN + 3)
    assert activation(account) == Activation.DEACTIVATED, "the control"
    hold = place_hold(account, "The court asks for it.", ada, at(HIDDEN + 4))
    live_through(HIDDEN + 4, HIDDEN + 60)
    assert activation(account) == Activation.ACTIVE
    lift_hold(hold, ada, at(HIDDEN + 61))
    live_through(HIDDEN + 61, HIDDEN + 61 + 13)
    assert activation(account) == Activation.PAUSED
    live_through(HIDDEN + 61 + 14, HIDDEN + 61 + 14)
    assert activation(account) == Activation.DEACTIVATED
    assert Email.objects.count() == 4
