"""The key file: made once, private, never written over."""

import multiprocessing
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet

from postroom.config.secrets import (
    KeyFileRefused,
    django_secret_key,
    ensure_key_file,
    read_keys,
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def test_it_is_made_private_and_holds_one_key(key_file: Path) -> None:
    old = os.umask(0)
    try:
        ensure_key_file(key_file)
    finally:
        os.umask(old)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert len(read_keys(key_file)) == 1
    assert list(key_file.parent.iterdir()) == [key_file]


def test_it_is_never_written_over(key_file: Path) -> None:
    key_file.write_text("what somebody put here")
    ensure_key_file(key_file)
    assert key_file.read_text() == "what somebody put here"


def test_processes_that_start_at_once_agree_on_one_key(key_file: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        keys = pool.map(_make_and_read, [key_file] * 16)
    assert len(set(keys)) == 1
    assert list(key_file.parent.iterdir()) == [key_file]


def _make_and_read(path: Path) -> tuple[bytes, ...]:
    ensure_key_file(path)
    return read_keys(path)


def test_keys_rotate_newest_first(key_file: Path) -> None:
    ensure_key_file(key_file)
    sealed = MultiFernet([Fernet(key) for key in read_keys(key_file)]).encrypt(b"password")
    newest = Fernet.generate_key()
    key_file.write_bytes(b"# made in May\n" + newest + b"\n\n" + key_file.read_bytes())
    keys = read_keys(key_file)
    assert keys[0] == newest
    assert MultiFernet([Fernet(key) for key in keys]).decrypt(sealed) == b"password"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601])
def test_it_is_refused_when_others_can_get_at_it(key_file: Path, mode: int) -> None:
    ensure_key_file(key_file)
    read_keys(key_file)
    key_file.chmod(mode)
    with pytest.raises(KeyFileRefused, match=f"chmod 600 {key_file}"):
        read_keys(key_file)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_it_is_refused_when_it_belongs_to_somebody_else(key_file: Path) -> None:
    ensure_key_file(key_file)
    os.chown(key_file, 65534, -1)
    with pytest.raises(KeyFileRefused, match="belongs to another user"):
        read_keys(key_file)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no key"),
        (b"# only a comment\n", "holds no key"),
        (b"short\n", "Key 1 .* is damaged"),
        (Fernet.generate_key() + b"\n" + Fernet.generate_key()[:-2] + b"\n", "Key 2 .* is damaged"),
        (os.urandom(44), "is damaged"),
    ],
    ids=["empty", "only a comment", "too short", "the second cut off", "not a key"],
)
def test_a_damaged_file_is_refused_without_its_content(
    key_file: Path, content: bytes, reason: str
) -> None:
    key_file.write_bytes(content)
    key_file.chmod(0o600)
    with pytest.raises(KeyFileRefused, match=reason) as refusal:
        read_keys(key_file)
    assert "short" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_missing_file_or_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyFileRefused, match="is missing"):
        read_keys(tmp_path / "secret.key")
    with pytest.raises(KeyFileRefused, match="cannot be created"):
        ensure_key_file(tmp_path / "no folder" / "secret.key")
    with pytest.raises(KeyFileRefused):
        read_keys(tmp_path)


def test_djangos_key_follows_the_newest_and_tells_nothing_of_it() -> None:
    newest, older = Fernet.generate_key(), Fernet.generate_key()
    derived = django_secret_key((newest, older))
    assert derived == django_secret_key((newest,))
    assert derived != django_secret_key((older, newest))
    assert len(derived) >= 50
    assert newest.decode().strip("=") not in derived
