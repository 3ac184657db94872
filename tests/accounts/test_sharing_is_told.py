"""Whatever changes who sees what, whoever changes it: the database tells open pages to look."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from cast import NOON, account_of, person, shared, user
from postroom.accounts.members import add_member, remove_member
from postroom.accounts.models import (
    AccessRequest,
    EmailAccount,
    Exclusion,
    Grant,
    Ruling,
    SharingRule,
)
from postroom.accounts.shares import SHARING_CHANGED, share_person, unshare_person
from postroom.crm.models import Person
from postroom.engine.share_ends import tell_of_ends
from postroom.team.models import Organisation, Role, User

pytestmark = pytest.mark.django_db(transaction=True)

Change = Callable[[EmailAccount, Person, User], object]


def give_role(_: EmailAccount, __: Person, bob: User) -> None:
    bob.role = Role.objects.create(name="Sales")
    bob.save()


CHANGES: dict[str, Change] = {
    "mode": lambda a, _, __: EmailAccount.objects.filter(pk=a.pk).update(sharing="public"),
    "level": lambda a, _, __: EmailAccount.objects.filter(pk=a.pk).update(sight=1),
    "share": lambda a, lena, _: shared(a, lena),
    "share ended": lambda a, lena, _: (shared(a, lena), unshare_person(a, lena, NOON)),
    "rule": lambda _, __, bob: SharingRule.objects.create(user=bob, mode="public", set_at=NOON),
    "ruling": lambda a, _, __: Ruling.objects.create(account=a, identity=b"1", sight=0, at=NOON),
    "grant": lambda a, _, bob: Grant.objects.create(account=a, user=bob, identity=b"1", at=NOON),
    "request": lambda a, _, bob: AccessRequest.objects.create(
        account=a, identity=b"1", asked_by=bob, asked_at=NOON
    ),
    "exclusion": lambda _, __, ___: Exclusion.objects.create(pattern="lawyer.example"),
    "member": lambda a, _, bob: add_member(a, bob, None, NOON),
    "member gone": lambda a, _, bob: (
        add_member(a, bob, None, NOON),
        remove_member(a, bob, None, NOON),
    ),
    "role": give_role,
    "access ended": lambda _, __, bob: User.objects.filter(pk=bob.pk).update(is_active=False),
    "superiors": lambda _, __, ___: Organisation.objects.update(superiors_see=True),
    "own domains": lambda _, __, ___: Organisation.objects.update(own_domains=["x.example"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_open_pages_are_told(change: str) -> None:
    Organisation.get()
    account, lena, bob = account_of(user("Alice")), person("Lena Lead", "l@x.example"), user("Bob")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listener:
        listener.execute(f"LISTEN {SHARING_CHANGED}")
        CHANGES[change](account, lena, bob)
        assert list(listener.notifies(timeout=5, stop_after=1)), change


def test_signing_in_tells_nothing() -> None:
    bob = user("Bob")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listener:
        listener.execute(f"LISTEN {SHARING_CHANGED}")
        bob.save(update_fields=["last_login"])
        assert list(listener.notifies(timeout=0.3)) == []


def test_open_pages_are_told_when_a_share_ends() -> None:
    account, lena = account_of(user("Alice")), person("Lena Lead", "l@x.example")
    end = NOON + timedelta(seconds=7)
    share_person(account, lena, [], NOON, end)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listener:
        listener.execute(f"LISTEN {SHARING_CHANGED}")
        for tick, told in ((0, False), (15, True), (30, False)):
            tell_of_ends(NOON + timedelta(seconds=tick))
            assert bool(list(listener.notifies(timeout=0.5, stop_after=1))) == told, tick
