"""What was erased stays erased, whatever database is put in place of this one."""

from pathlib import Path

import pytest
from django.conf import settings

from backup.places import empty_database
from cast import NOON, account_of, message, received, user
from erasure.test_erasing import LENA, WORDS, letter, world
from journeys.databases import database_like, django_using
from journeys.installation import Installation
from postroom.accounts.holds import lift_hold, place_hold
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.crm.erased import digest_of, digest_of_keyword, erased_among
from postroom.crm.models import ErasedAddress, Erasure, Person
from postroom.erasure.again import erase_again
from postroom.erasure.erasing import allow_again, erase
from postroom.erasure.left import left_of
from postroom.erasure.register import keep_register, pending, read_register

SECOND = "second.zugunruhe@old.example"


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A register of this test's own."""
    place = tmp_path / "erasures"
    monkeypatch.setitem(settings.ENVIRONMENT.values, "POSTROOM_ERASURES_FILE", place)
    return place


def write(register: Path, *addresses: str) -> None:
    """As another database wrote it."""
    register.write_text("# of old\n" + "".join(f"{digest_of(a).hex()}\n" for a in addresses))


@pytest.mark.django_db(transaction=True)
def test_an_erasure_is_written_beside_the_database_and_has_no_address(register: Path) -> None:
    lena, _ = world()
    erasure = erase(lena, None, NOON)
    label = digest_of_keyword("zuzu_Nachtigall")
    assert read_register() == {digest_of(LENA), digest_of(SECOND), label}
    assert not any(word in register.read_text() for word in [*WORDS, "@"])
    assert register.stat().st_mode & 0o777 == 0o600
    assert pending() == set()
    written = register.stat().st_mtime_ns
    keep_register()
    assert register.stat().st_mtime_ns == written, "once more changes nothing"
    register.unlink()
    keep_register()
    assert len(read_register()) == 3, "what was lost is there within the hour"
    allow_again(erasure, None, NOON)
    assert read_register() == set()


@pytest.mark.django_db
def test_whom_a_restored_database_has_is_erased_again(register: Path) -> None:
    """Lena as a contact, and somebody who was a contact after the backup was made only."""
    world()
    stranger = "was.added@later.example"
    received(EmailAccount.objects.first(), message("Later", from_=stranger, to=LENA))
    write(register, LENA, SECOND, stranger, "nowhere@here.example")
    assert len(pending()) == 4
    assert erase_again(NOON) == 0
    assert pending() == set()
    assert left_of(WORDS) == []
    assert not Person.objects.exclude(last_name="Other").exists()
    assert not Email.objects.filter(participants__canonical=stranger).exists()
    assert erased_among(["nowhere@here.example", LENA]) == {"nowhere@here.example", LENA}
    before = Erasure.objects.count()
    assert erase_again(NOON) == 0
    assert Erasure.objects.count() == before, "once more changes nothing"


@pytest.mark.django_db
def test_a_hold_of_before_keeps_them_and_the_next_start_goes_on(register: Path) -> None:
    lena, _ = world()
    hold = place_hold(lena, "Court", user("Ada"), NOON)
    write(register, LENA, "other@x.example")
    assert erase_again(NOON) == 1
    assert Person.objects.filter(pk=lena.pk).exists()
    assert pending() == {digest_of(LENA)}
    lift_hold(hold, user("Ada2"), NOON)
    assert erase_again(NOON) == 0
    assert not Person.objects.exclude(last_name="Other").exists()


@pytest.mark.django_db
def test_mail_alone_under_a_hold_stays_and_leaves_nobody_behind(register: Path) -> None:
    account = account_of(user("Alice"))
    received(account, letter())
    place_hold(account, "Court", user("Ada"), NOON)
    write(register, LENA)
    assert erase_again(NOON) == 1
    assert Email.objects.count() == 1
    assert not Person.objects.exclude(last_name="Other").exists()
    assert not ErasedAddress.objects.exists()


def test_a_backup_of_before_is_restored_without_them(
    migrated_template: str, django_db_setup: None, django_db_blocker: object, tmp_path: Path
) -> None:
    """The control: without the register they are back."""
    register, file = tmp_path / "erasures", tmp_path / "backup"
    with django_db_blocker.unblock(), database_like(migrated_template) as url:  # type: ignore[attr-defined]
        with django_using(url):
            world()
        here = Installation(url, {"POSTROOM_ERASURES_FILE": str(register)})
        here.run("backup", str(file))
        here.run("people", "erase", LENA, "--yes")
        assert register.exists()
        with empty_database("without") as there:
            place = Installation(there, {"POSTROOM_ERASURES_FILE": str(tmp_path / "lost")})
            place.run("restore", str(file))
            with django_using(there):
                assert left_of(WORDS) != []
            (tmp_path / "lost").write_text(register.read_text())
            place.run("account", "list")
            with django_using(there):
                assert left_of(WORDS) == [], "whatever restored it, a start erases them"
        with empty_database("with") as there:
            place = Installation(there, {"POSTROOM_ERASURES_FILE": str(tmp_path / "new")})
            told = place.run("restore", str(file), "--erasures", str(register)).stdout
            assert "3 addresses and labels erased since are erased here again" in told
            with django_using(there):
                assert left_of(WORDS) == []
