"""A backup is made while the mailbox is full, and everything comes back somewhere else."""

import io
import os
import shutil
import signal
import subprocess
import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import zstandard
from cryptography.fernet import Fernet
from psycopg.conninfo import conninfo_to_dict

from backup.places import contents_of, empty_database, has_tables, move_beside, seen_as
from backup.servers import VERSION, debian_server, older_wheel
from cast import account_of, person, shared, user
from cleanup.full_mailboxes import CANARY, fill
from journeys.databases import database_like, django_using
from journeys.installation import POSTROOM, Installation
from postroom.accounts.models import Direction, Ruling, Sharing
from postroom.accounts.seals import keep_secret
from postroom.archive.models import Email
from postroom.backup.parcel import Packing, parts_of
from postroom.backup.refusals import BackupRefused
from postroom.backup.sealed_file import CHUNK, MAGIC, SALT, TAG
from postroom.config import postgres
from postroom.team.models import Organisation, Role

LONG = os.environ.get("TEST_LONG") == "1"
EMAILS = 10_000 if LONG else 1_000
PASSPHRASE = "a horse, correct, on a battery"
LEAD = f"{CANARY}.1@customer.example"


@dataclass(frozen=True, slots=True)
class World:
    """A full place, its backups, and who looks at it."""

    url: str
    key_file: Path
    plain: Path
    sealed: Path
    alice: int
    charlie: int

    def at(self, url: str, **settings: str) -> Installation:
        """Another place with the same key."""
        key_file = str(self.key_file)
        return Installation(url, {"POSTROOM_SECRET_KEY_FILE": key_file, **settings})

    def at_home(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> Installation:
        """A place with a database of its own, and with a copy of the key."""
        if not data_dir.exists():
            data_dir.mkdir(mode=0o711)
            shutil.copy(self.key_file, data_dir / "secret.key")
        return Installation("", {"POSTROOM_DATA_DIR": str(data_dir), **(settings or {})})

    @property
    def here(self) -> Installation:
        """The full place."""
        return self.at(self.url)


@pytest.fixture(scope="module")
def world(
    migrated_template: str,
    django_db_setup: None,
    django_db_blocker: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """A mailbox with all that hangs on it, shares, rulings, roles, and both kinds of backup."""
    folder = tmp_path_factory.mktemp("backup")
    key_file = Path(os.environ["POSTROOM_DATA_DIR"]) / "secret.key"
    with database_like(migrated_template) as url, django_db_blocker.unblock():  # type: ignore[attr-defined]
        with django_using(url):
            alice, charlie = user("Alice"), user("Charlie")
            user("Bob")
            account = account_of(alice, Sharing.CUSTOM)
            keep_secret(account, Direction.INCOMING, "alice's own")
            emails = fill(account, EMAILS)
            Email.objects.filter(pk__in=[e.pk for e in emails[::3]]).update(is_read=True)
            shared(account, person("Lena Lead", LEAD))
            Ruling.objects.create(
                account=account, identity=emails[1].identity, sight=0, at=emails[1].sent_at
            )
            Organisation.get()  # Made on first use, which would be after the backup.
            Role.objects.create(name="Chief, tab\there \\ line\nthere", superior=None)
        world = World(url, key_file, folder / "plain", folder / "sealed", alice.pk, charlie.pk)
        world.here.run("backup", str(world.plain))
        told = world.here.run(
            "backup", str(world.sealed), "--passphrase-stdin", stdin=f"{PASSPHRASE}\n"
        )
        assert str(key_file) in told.stdout, "it does not say where the key lies"
        yield world


def test_everything_comes_back_byte_for_byte_with_links_shares_and_read_state(
    world: World,
) -> None:
    with empty_database("restored") as url:
        there = world.at(url)
        told = there.run("restore", str(world.sealed), "--passphrase-stdin", stdin=PASSPHRASE)
        assert f"{EMAILS:,} emails" in told.stdout
        before, after = contents_of(world.url), contents_of(url)
        assert before == after
        assert before["archive_rawmessage"][0] > EMAILS
        assert before["accounts_share"][0] == before["accounts_ruling"][0] == 1
        of_bob = ("emails", LEAD, "--as", "bob@example.com")
        assert there.ask(*of_bob) == world.here.ask(*of_bob)
        assert there.ask(*of_bob)
        # Rights and the wall came along, and nobody stands on its wrong side.
        assert seen_as(url, world.alice) == EMAILS
        assert seen_as(url, world.charlie) == seen_as(world.url, world.charlie) > 0
        assert seen_as(url, "") == 0
        # New rows get new numbers, and a password opens.
        there.run("user", "add", "dora@example.com", "--password-stdin", stdin="correct horse b")
        assert "ok          secrets" in there.run("doctor", status=1).stdout
        # Where something is, nothing is restored.
        refused = there.run("restore", str(world.plain), status=1).stderr
        assert "not empty" in refused


def test_a_sealed_file_says_nothing_without_its_passphrase(world: World) -> None:
    sealed, plain = world.sealed.read_bytes(), world.plain.read_bytes()
    assert sealed.startswith(MAGIC)
    assert plain.count(b"archive_email") > 0, "the control says nothing either"
    assert sealed.count(b"archive_email") == 0
    with empty_database("guessed") as url:
        place = world.at(url)
        told = place.run("restore", str(world.sealed), "--passphrase-stdin", stdin="x", status=1)
        assert "passphrase is not the one" in told.stderr
        assert not has_tables(url)


def damaged(content: bytes, tmp_path: Path) -> Path:
    """A file with this content."""
    file = tmp_path / "damaged"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("kept", [10, len(MAGIC) + SALT + CHUNK + TAG, 0.5, -1])
def test_a_file_that_was_cut_off_is_refused_whole(
    world: World, tmp_path: Path, kept: float
) -> None:
    for whole, passphrase in ((world.sealed, PASSPHRASE), (world.plain, "")):
        content = whole.read_bytes().rstrip(b"\0")  # A tar is filled up, which nobody misses.
        size = int(len(content) * kept) if isinstance(kept, float) else kept
        file = damaged(content[:size], tmp_path)
        with pytest.raises(BackupRefused), file.open("rb") as cut:
            for _ in parts_of(cut, passphrase):
                pass


def test_a_changed_octet_anywhere_is_found(world: World, tmp_path: Path) -> None:
    content = bytearray(world.sealed.read_bytes())
    places = [len(MAGIC), len(MAGIC) + SALT + 5, len(content) // 2, len(content) - 1]
    for place in places:
        content[place] ^= 1
        with pytest.raises(BackupRefused), damaged(bytes(content), tmp_path).open("rb") as file:
            for _ in parts_of(file, PASSPHRASE):
                pass
        content[place] ^= 1
    with damaged(bytes(content), tmp_path).open("rb") as file:
        assert [name for name, _ in parts_of(file, PASSPHRASE)][-1] == "manifest.json"


def test_chunks_cannot_change_their_places(world: World, tmp_path: Path) -> None:
    content = world.sealed.read_bytes()
    start, size = len(MAGIC) + SALT, CHUNK + TAG
    first, second = content[start : start + size], content[start + size : start + 2 * size]
    swapped = content[:start] + second + first + content[start + 2 * size :]
    with pytest.raises(BackupRefused), damaged(swapped, tmp_path).open("rb") as file:
        list(parts_of(file, PASSPHRASE))


def test_what_was_changed_inside_an_open_file_is_found_and_nothing_kept(
    world: World, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    with (
        world.plain.open("rb") as file,
        changed.open("wb") as target,
        Packing(target, "") as packing,
    ):
        for name, content in parts_of(file, ""):
            is_it = name.startswith("tables/team_role/")
            packing.put(name, content.replace(b"Chief", b"Thief") if is_it else content)
    with empty_database("changed") as url:
        told = world.at(url).run("restore", str(changed), status=1).stderr
        assert "the table team_role" in told
        assert not has_tables(url)
    told = world.here.run("restore", "--check", str(changed), status=1).stderr
    assert "the table team_role" in told
    assert "as it was" in world.here.run("restore", "--check", str(world.plain)).stdout


def test_the_wrong_key_file_is_refused_unless_one_goes_on_without(
    world: World, tmp_path: Path
) -> None:
    other = tmp_path / "other.key"
    with empty_database("keyless") as url:
        place = world.at(url, POSTROOM_SECRET_KEY_FILE=str(other))
        assert "not in" in place.run("restore", str(world.plain), status=1).stderr
        assert not other.exists(), "a new key was made in the way of the right one"
        other.write_bytes(Fernet.generate_key())
        other.chmod(0o600)
        assert "Put the copy" in place.run("restore", str(world.plain), status=1).stderr
        assert not has_tables(url)
        place.run("restore", str(world.plain), "--without-key")
        assert "needs you   secrets" in place.run("doctor", status=1).stdout


def test_a_killed_restore_leaves_nothing_and_is_repeated(world: World, tmp_path: Path) -> None:
    content = world.plain.read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with empty_database("killed") as url:
        place = world.at(url)
        process = subprocess.Popen(
            [*POSTROOM, "restore", str(pipe)], env=place.environment, stderr=subprocess.DEVNULL
        )
        with pipe.open("wb", buffering=0) as target:
            for start in range(0, int(len(content) * 0.8), 64 * 1024):
                target.write(content[start : start + 64 * 1024])
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert not has_tables(url)
        place.run("restore", str(world.plain))
        assert contents_of(url) == contents_of(world.url)


def test_a_killed_backup_is_no_file_and_is_repeated(world: World, tmp_path: Path) -> None:
    file = tmp_path / "killed"
    part = tmp_path / "killed.part"
    words = [*POSTROOM, "backup", str(file)]
    with subprocess.Popen(words, env=world.here.environment) as process:
        while not (part.exists() and part.stat().st_size) and process.poll() is None:
            pass
        process.kill()
    assert part.exists()
    assert not file.exists()
    told = world.here.ask("backup", str(file))
    assert told["rows"]["archive_email"] == EMAILS
    assert not part.exists()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "not written over" in world.here.run("backup", str(file), status=1).stderr


def test_messages_beside_the_database_come_along(world: World, tmp_path: Path) -> None:
    with database_like(conninfo_to_dict(world.url)["dbname"]) as url:
        storage = f"django.core.files.storage.FileSystemStorage?location={tmp_path}"
        here = world.at(url, POSTROOM_RAW_STORAGE=f"{storage}/here")
        move_beside(url, tmp_path / "here")
        file = tmp_path / "beside.backup"
        told = here.ask("backup", str(file))
        assert (told["messages_beside"], len(told["lost"])) == (9, 1)
        with empty_database("beside") as there:
            assert (
                "POSTROOM_RAW_STORAGE" in world.at(there).run("restore", str(file), status=1).stderr
            )
            place = world.at(there, POSTROOM_RAW_STORAGE=f"{storage}/there")
            place.run("restore", str(file))
            assert contents_of(there) == contents_of(url)
        files = {p.name: p.read_bytes() for p in (tmp_path / "here").rglob("*.zst")}
        assert files == {p.name: p.read_bytes() for p in (tmp_path / "there").rglob("*.zst")}
        assert len(files) == 9


def test_from_the_embedded_server_to_one_of_ones_own_and_to_a_newer_major_version(
    world: World, data_dir: Path, tmp_path: Path
) -> None:
    with debian_server() as own:
        place = world.at(own.url)
        told = place.run("restore", str(world.sealed), "--passphrase-stdin", stdin=PASSPHRASE)
        assert "as it was" in told.stdout
        assert contents_of(own.url) == contents_of(world.url)
        assert seen_as(own.url, world.alice) == EMAILS
        back = tmp_path / "back"
        assert place.ask("backup", str(back))["postgresql"].startswith(f"{VERSION}.")
        if LONG:
            own.upgrade()
            assert contents_of(own.url) == contents_of(world.url)
            assert seen_as(own.url, world.alice) == EMAILS
            assert seen_as(own.url, "") == 0
    world.at_home(data_dir).run("restore", str(back))
    assert contents_of(postgres.ensure_running(data_dir)) == contents_of(world.url)


def test_from_a_major_version_of_the_embedded_server_to_the_next(
    world: World, data_dir: Path, tmp_path: Path
) -> None:
    old, new = data_dir.parent / "old", data_dir
    older = world.at_home(old, older_wheel(data_dir.parent))
    older.run("restore", str(world.plain))
    # As docs/backup.md has it, from the refusal on.
    refused = world.at_home(old).run("doctor", status=1).stderr
    assert "written by PostgreSQL 17, and this Postroom carries PostgreSQL 18" in refused
    file = tmp_path / "of-17"
    assert older.ask("backup", str(file))["postgresql"].startswith("17.")
    newer = world.at_home(new)
    newer.run("restore", str(file))
    of_bob = ("emails", LEAD, "--as", "bob@example.com")
    with postgres.running(new) as url:
        assert newer.ask(*of_bob) == world.here.ask(*of_bob) != []
        assert contents_of(url) == contents_of(world.url)
        assert seen_as(url, world.alice) == EMAILS
        assert seen_as(url, "") == 0


def test_a_sealed_file_may_have_any_length() -> None:
    from postroom.backup.sealed_file import SealedReader, SealedWriter

    for size in (0, CHUNK, CHUNK + 1):
        content = os.urandom(size)
        file = io.BytesIO()
        writer = SealedWriter(file, "x")
        writer.write(content)
        writer.finish()
        file.seek(0)
        assert SealedReader(file, "x").read(size + 9) == content


def test_what_unpacks_to_more_than_it_may_is_not_unpacked() -> None:
    from postroom.archive.raw import unpacked

    zeros = b"\0" * 2**26
    for says_its_size in (True, False):
        packed = zstandard.ZstdCompressor(write_content_size=says_its_size).compress(zeros)
        tracemalloc.start()
        with pytest.raises(zstandard.ZstdError):
            unpacked(packed, 2**20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2**22
