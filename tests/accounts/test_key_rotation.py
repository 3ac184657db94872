"""A new key for every stored secret: killed anywhere, nothing is lost; running processes follow."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import LazySettings

from cast import account_of, user
from postroom.accounts.factor_seals import unseal_factor
from postroom.accounts.models import Credential, Direction, EmailAccount
from postroom.accounts.resealing import counted, reseal_all, sealed_columns
from postroom.accounts.sealing import seal
from postroom.accounts.seals import SecretDoesNotOpen, get_secret, keep_secret
from postroom.config.secrets import (
    KeyFile,
    add_key,
    drop_older_keys,
    ensure_key_file,
    read_keys,
)
from web.factors import SECRET, with_codes

LONG = os.environ.get("TEST_LONG") == "1"
SECRETS = 10_000 if LONG else 500
KILLS = 50 if LONG else 5

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key_file(tmp_path: Path, settings: LazySettings) -> Path:
    path = tmp_path / "secret.key"
    ensure_key_file(path)
    settings.SEALING_KEYS = KeyFile(path)
    return path


def run(database_url: str, key_file: Path, *words: str) -> "subprocess.Popen[str]":
    """Start `postroom keys …`."""
    settings = {"DATABASE_URL": database_url, "POSTROOM_SECRET_KEY_FILE": str(key_file)}
    return subprocess.Popen(
        [sys.executable, "-m", "postroom.cli", "keys", *words],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def seal_many() -> None:
    """Accounts with a password each, all different."""
    owner = user("Alice")
    accounts = EmailAccount.objects.bulk_create(
        EmailAccount(owner=owner, address=f"m{n}@example.com") for n in range(SECRETS)
    )
    Credential.objects.bulk_create(
        Credential(
            account=account,
            direction=Direction.INCOMING,
            sealed=seal(f"{account.pk}:incoming", f"secret of {account.address}"),
        )
        for account in accounts
    )


def undecryptable() -> int:
    """How many secrets do not open, or are not what they were."""
    lost = 0
    for account in EmailAccount.objects.all():
        try:
            lost += get_secret(account, Direction.INCOMING) != f"secret of {account.address}"
        except SecretDoesNotOpen:
            lost += 1
    return lost


@pytest.mark.timeout(3600)
def test_a_rotation_killed_anywhere_leaves_nothing_that_does_not_open(
    database_url: str, key_file: Path
) -> None:
    seal_many()
    first = read_keys(key_file)
    whole = run(database_url, key_file, "rotate")
    wait_for_another(key_file, first)
    begun = time.monotonic()
    assert f"{SECRETS} secrets" in whole.communicate()[0]
    seconds = time.monotonic() - begun
    dice, half_done = random.Random(2026), 0
    for _ in range(KILLS):
        before = read_keys(key_file)
        process = run(database_url, key_file, "rotate")
        wait_for_another(key_file, before)
        time.sleep(seconds * dice.uniform(0, 0.8))
        process.kill()
        process.wait()
        column = next(c for c in counted() if c.model is Credential)
        assert (column.newest + column.older, column.closed) == (SECRETS, 0)
        half_done += 0 < column.older < SECRETS
    print(f"{SECRETS} secrets, {KILLS} kills, {half_done} of them half-way")
    assert half_done
    assert undecryptable() == 0
    assert set(first) < set(read_keys(key_file))

    assert run(database_url, key_file, "reseal").wait() == 0
    assert run(database_url, key_file, "prune").wait() == 0
    assert len(read_keys(key_file)) == 1
    assert undecryptable() == 0


def wait_for_another(key_file: Path, before: tuple[bytes, ...]) -> None:
    """Wait until the new key is in the file: from then on secrets are sealed anew."""
    deadline = time.monotonic() + 60
    while read_keys(key_file) == before and time.monotonic() < deadline:
        time.sleep(0.002)


def test_control_a_key_file_that_was_written_over_loses_them(key_file: Path) -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "secret")
    key_file.write_bytes(Fernet.generate_key() + b"\n")
    with pytest.raises(SecretDoesNotOpen):
        get_secret(account, Direction.INCOMING)


def test_a_running_process_opens_and_seals_with_a_key_that_came_meanwhile(
    database_url: str, key_file: Path
) -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "before")
    assert run(database_url, key_file, "rotate").wait() == 0
    assert get_secret(account, Direction.INCOMING) == "before"
    keep_secret(account, Direction.INCOMING, "after")
    assert [c.newest for c in counted() if c.model is Credential] == [1]


def test_older_keys_stay_while_a_secret_needs_them(database_url: str, key_file: Path) -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "secret")
    key_file.write_bytes(Fernet.generate_key() + b"\n" + key_file.read_bytes())
    refused = run(database_url, key_file, "prune")
    assert "not sealed with the newest key" in refused.communicate()[0]
    assert len(read_keys(key_file)) == 2
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_every_kind_of_secret_takes_part() -> None:
    names = {column.as_row()["secret"] for column in sealed_columns()}
    assert names == {
        "accounts.credential.sealed",
        "mfa.authenticator.data",
        "oauth.colleagueprovider.secret",
        "oauth.grant.access_token",
        "oauth.grant.refresh_token",
        "oauth.signinclient.secret",
        "webhooks.webhook.secret",
    }


def test_codes_of_an_app_go_on_with_the_new_key_alone(key_file: Path) -> None:
    with_codes(alice := user("Alice"))
    add_key(key_file)
    columns = {each.as_row()["secret"]: each for each in reseal_all()}
    assert columns["mfa.authenticator.data"].newest == 2
    assert drop_older_keys(key_file) == 1
    app = Authenticator.objects.get(user=alice, type=Authenticator.Type.TOTP)
    assert unseal_factor(app.data["secret"]) == SECRET
    recovery = Authenticator.objects.get(user=alice, type=Authenticator.Type.RECOVERY_CODES)
    assert len(recovery.wrap().get_unused_codes()) == 10
