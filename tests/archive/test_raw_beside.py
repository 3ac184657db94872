"""Raw messages in a storage beside the database: written, found, deleted, lost, fetched again."""

import stat
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction

from cast import account_of, message, received, user
from postroom.accounts.models import EmailAccount
from postroom.archive import beside
from postroom.archive.arrivals import Body
from postroom.archive.bodies import store_bodies
from postroom.archive.models import BodyState, Email, RawMessage
from postroom.archive.raw import RawLost, bytes_of, keep_raw
from postroom.archive.reading import find_raw
from postroom.cleanup.bites import forget_raw

pytestmark = pytest.mark.django_db

RAW = message("Kept apart", body="A letter. " * 50)


@pytest.fixture
def place(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder for them."""
    configured(settings, {"location": str(tmp_path)})
    return tmp_path


def configured(settings: LazySettings, options: dict[str, str] | None) -> None:
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    others = {name: kind for name, kind in settings.STORAGES.items() if name != "raw"}
    settings.STORAGES = others | ({"raw": files} if options else {})


def files(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def row_of(digest: bytes) -> RawMessage:
    return RawMessage.objects.get(pk=digest)


def test_bytes_lie_beside_once_and_are_found(place: Path) -> None:
    digest, again = keep_raw([RAW, RAW])
    assert [digest] == [again] == keep_raw([RAW])
    [file] = files(place)
    assert file.name == f"{digest.hex()}.zst"
    assert len(file.read_bytes()) < len(RAW)
    assert row_of(digest).compressed is None
    assert bytes_of(row_of(digest)) == RAW


def test_no_other_user_of_the_machine_reads_them(place: Path, settings: LazySettings) -> None:
    keep_raw([RAW])
    assert [stat.filemode(file.stat().st_mode) for file in files(place)] == ["-rw-------"]
    settings.FILE_UPLOAD_PERMISSIONS = 0o644  # The control: as Django has it.
    configured(settings, {"location": str(place)})
    keep_raw([RAW + b"Another."])
    assert "-rw-r--r--" in [stat.filemode(file.stat().st_mode) for file in files(place)]


def test_a_storage_is_configured_and_given_up_at_any_time(
    settings: LazySettings, tmp_path: Path
) -> None:
    account = account_of(user("Alice"))
    inside = received(account, message("Inside"))
    configured(settings, {"location": str(tmp_path)})
    apart = received(account, RAW)
    assert find_raw(apart) == RAW
    assert find_raw(inside) is not None
    configured(settings, None)
    later = received(account, message("Later"))
    assert find_raw(later) is not None
    assert len(files(tmp_path)) == 1


def test_what_is_lost_is_fetched_again(place: Path) -> None:
    account = account_of(user("Alice"))
    email = received(account, RAW)
    [file] = files(place)
    file.write_bytes(b"not what was written")
    with pytest.raises(RawLost):
        bytes_of(row_of(bytes(email.raw_id or b"")))
    assert find_raw(email) is None
    email.refresh_from_db()
    assert (email.body_state, email.body_due) == (BodyState.ENVELOPE, True)

    store_bodies(account.pk, [Body(email.pk, RAW, "", has_attachments=False)])
    assert find_raw(Email.objects.get(pk=email.pk)) == RAW


def test_what_a_crash_left_half_written_is_written_whole(place: Path) -> None:
    [digest] = keep_raw([RAW])
    [file] = files(place)
    RawMessage.objects.all().delete()
    file.write_bytes(file.read_bytes()[:10])
    keep_raw([RAW])
    assert bytes_of(row_of(digest)) == RAW
    assert files(place) == [file]


def test_a_transaction_that_fails_leaves_no_row(place: Path) -> None:
    with transaction.atomic():
        keep_raw([RAW])
        transaction.set_rollback(True)
    assert not RawMessage.objects.exists()
    [digest] = keep_raw([RAW])
    assert bytes_of(row_of(digest)) == RAW


def test_deletion_takes_the_bytes_that_nobody_else_has(place: Path) -> None:
    alice, bob = account_of(user("Alice")), account_of(user("Bob"))
    mine, same = received(alice, RAW), received(bob, RAW)
    digest = bytes(mine.raw_id or b"")
    gone(mine.account, digest)
    assert find_raw(same) == RAW
    gone(same.account, digest)
    assert files(place) == []
    assert not beside.has(digest)


def gone(account: EmailAccount, digest: bytes) -> None:
    """The mail of an account goes, as a deletion takes it."""
    Email.objects.filter(account=account).update(raw=None)
    forget_raw([digest])
