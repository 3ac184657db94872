"""Secrets at rest: unreadable in the database, useless in another row."""

import pytest
from cryptography.fernet import Fernet
from django.test import override_settings

from cast import account_of, user
from postroom.accounts.models import Credential, Direction
from postroom.accounts.seals import SecretDoesNotOpen, get_secret, keep_secret

pytestmark = pytest.mark.django_db


def test_a_sealed_secret_opens_for_its_account() -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "hunter2 ünïcode")
    keep_secret(account, Direction.INCOMING, "hunter3 ünïcode")
    assert get_secret(account, Direction.INCOMING) == "hunter3 ünïcode"
    assert b"hunter" not in bytes(Credential.objects.get().sealed)


def test_a_secret_moved_to_another_account_does_not_open() -> None:
    alice, bob = account_of(user("Alice")), account_of(user("Bob"))
    for account in (alice, bob):
        keep_secret(account, Direction.INCOMING, f"of {account}")
    Credential.objects.filter(account=bob).update(
        sealed=Credential.objects.get(account=alice).sealed
    )
    with pytest.raises(SecretDoesNotOpen):
        get_secret(bob, Direction.INCOMING)
    assert get_secret(alice, Direction.INCOMING) == "of alice@example.com"


def test_a_secret_moved_to_the_other_direction_does_not_open() -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "in")
    Credential.objects.update(direction=Direction.OUTGOING)
    with pytest.raises(SecretDoesNotOpen):
        get_secret(account, Direction.OUTGOING)


def test_another_key_file_is_a_clear_refusal_and_overwrites_nothing() -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "in")
    with (
        override_settings(SEALING_KEYS=(Fernet.generate_key(),)),
        pytest.raises(SecretDoesNotOpen, match="Restore the key file"),
    ):
        get_secret(account, Direction.INCOMING)
    assert get_secret(account, Direction.INCOMING) == "in"


def test_a_rotated_key_still_opens_what_the_older_one_sealed() -> None:
    from django.conf import settings

    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "in")
    with override_settings(SEALING_KEYS=(Fernet.generate_key(), *settings.SEALING_KEYS)):
        assert get_secret(account, Direction.INCOMING) == "in"
