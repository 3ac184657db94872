"""What happens to a mailbox before the pass that is killed: one function a scenario, in a table.

Each sets the stage, syncs what is known already, and changes something; the run under test follows.
"""

from collections.abc import Callable

from postroom.archive.bodies import ask_for_body
from postroom.team.models import StorageMode
from torture.kill_points import Points
from torture.letters import write_letter
from torture.stage import NOON, Stage
from torture.visiting import POISON

STRANGER = "stranger@elsewhere.example"
BROKEN = POISON.decode() + "\r\n"

SCENARIOS: dict[str, Callable[[Stage], None]] = {}


def scenario(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Put a scenario into the table."""
    SCENARIOS[play.__name__.replace("_", " ")] = play
    return play


def fill(stage: Stage) -> None:
    """Mail of a known person and of a stranger, in three folders."""
    stage.know()
    stage.connect()
    stage.deliver(count=3)
    stage.deliver(count=2, sender=STRANGER, flags="S")
    stage.deliver("Sent", 2, flags="S")
    stage.deliver("Projects/2026", 2, flags="FRS")


def filled_and_synced(stage: Stage) -> None:
    """The same, known here already."""
    fill(stage)
    stage.sync()


@scenario
def first_sync(stage: Stage) -> None:
    fill(stage)


@scenario
def first_sync_of_everything(stage: Stage) -> None:
    stage.storage = StorageMode.EVERYTHING
    fill(stage)


@scenario
def first_sync_strict(stage: Stage) -> None:
    stage.storage = StorageMode.STRICT
    fill(stage)


@scenario
def first_sync_of_strangers_only(stage: Stage) -> None:
    stage.connect()
    stage.deliver(count=4, sender=STRANGER)


@scenario
def first_sync_of_many_windows(stage: Stage) -> None:
    fill(stage)
    stage.deliver(count=14)


@scenario
def first_sync_of_everything_in_many_windows(stage: Stage) -> None:
    stage.storage = StorageMode.EVERYTHING
    fill(stage)
    stage.deliver(count=14)


@scenario
def first_sync_of_large_mail(stage: Stage) -> None:
    fill(stage)
    stage.deliver(count=2, lines=10_000)


@scenario
def empty_mailbox(stage: Stage) -> None:
    stage.connect()


@scenario
def nothing_new(stage: Stage) -> None:
    filled_and_synced(stage)


@scenario
def new_mail(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.deliver(count=3)


@scenario
def new_mail_in_three_folders(stage: Stage) -> None:
    filled_and_synced(stage)
    for folder in ("INBOX", "Sent", "Projects/2026"):
        stage.deliver(folder, 2)


@scenario
def new_mail_of_everything(stage: Stage) -> None:
    stage.storage = StorageMode.EVERYTHING
    filled_and_synced(stage)
    stage.deliver(count=3)


@scenario
def new_mail_seen_in_the_counts(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.is_thorough = False
    stage.deliver(count=3)


@scenario
def flags_changed_elsewhere(stage: Stage) -> None:
    filled_and_synced(stage)
    with stage.phone() as phone:
        phone.store("1:2", "+FLAGS", "\\Seen \\Flagged")
        phone.store("5", "-FLAGS", "\\Seen")


@scenario
def flags_changed_in_two_folders(stage: Stage) -> None:
    filled_and_synced(stage)
    for folder in ("INBOX", "Projects/2026"):
        with stage.phone(folder) as phone:
            phone.store("1:*", "FLAGS", "\\Answered")


@scenario
def moved(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    move(stage, "1:2", "INBOX", "Archive")


@scenario
def moved_to_a_folder_not_synced(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    move(stage, "1", "INBOX", "Trash")


@scenario
def moved_there_and_back(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    move(stage, "1", "INBOX", "Archive")
    stage.sync(30)
    move(stage, "1", "Archive", "INBOX")


def move(stage: Stage, numbers: str, source: str, target: str) -> None:
    """Move messages as another client does."""
    with stage.phone(source) as phone:
        phone.create(target)
        phone.copy(numbers, target)
        phone.store(numbers, "+FLAGS", "\\Deleted")
        phone.expunge()


@scenario
def copied(stage: Stage) -> None:
    filled_and_synced(stage)
    with stage.phone() as phone:
        phone.copy("1:2", "Archive")


@scenario
def removed(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    remove(stage, "2", "INBOX")


@scenario
def all_removed(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    remove(stage, "1:*", "INBOX")


@scenario
def removed_while_new_mail_comes(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    remove(stage, "1:2", "INBOX")
    stage.deliver(count=2)


def remove(stage: Stage, numbers: str, folder: str) -> None:
    """Remove messages as another client does."""
    with stage.phone(folder) as phone:
        phone.store(numbers, "+FLAGS", "\\Deleted")
        phone.expunge()


@scenario
def uidvalidity_changed(stage: Stage) -> None:
    fill(stage)
    letters = stage.deliver("Other", 3)
    stage.sync()
    stage.passes = (60, 120, 180)
    with stage.phone() as phone:
        phone.delete("Other")
        phone.create("Other")
    stage.lay("Other", letters[::-1])


@scenario
def uidvalidity_changed_of_everything(stage: Stage) -> None:
    stage.storage = StorageMode.EVERYTHING
    uidvalidity_changed(stage)


@scenario
def uidvalidity_changed_and_mail_gone(stage: Stage) -> None:
    fill(stage)
    letters = stage.deliver("Other", 3)
    stage.sync()
    stage.passes = (60, 120, 180)
    with stage.phone() as phone:
        phone.delete("Other")
        phone.create("Other")
    stage.lay("Other", letters[:1])


@scenario
def folder_renamed(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    with stage.phone() as phone:
        phone.rename("Projects/2026", "Projects/older")


@scenario
def folder_vanished(stage: Stage) -> None:
    filled_and_synced(stage)
    with stage.phone() as phone:
        phone.delete("Projects/2026")


@scenario
def folder_vanished_and_came_back(stage: Stage) -> None:
    fill(stage)
    letters = stage.deliver("Other", 3)
    stage.sync()
    with stage.phone() as phone:
        phone.delete("Other")
    stage.sync(30)
    stage.lay("Other", letters)


@scenario
def folder_created(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.deliver("New", 3)


@scenario
def folders_with_names_of_the_world(stage: Stage) -> None:
    fill(stage)
    for folder in ("&ANw-bersee", "&ZeVnLIqe-", "A&-B"):
        stage.deliver(folder, 1)


@scenario
def same_message_in_two_folders(stage: Stage) -> None:
    fill(stage)
    letters = stage.deliver("INBOX", 2)
    stage.lay("Archive", letters, flags="S")


@scenario
def same_message_twice_in_one_folder(stage: Stage) -> None:
    fill(stage)
    stage.lay("INBOX", [letter := write_letter(), letter])


@scenario
def messages_without_message_id(stage: Stage) -> None:
    fill(stage)
    letters = stage.deliver(count=2, has_id=False)
    stage.lay("Archive", letters)


@scenario
def person_added_later(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.know(STRANGER)


@scenario
def person_added_later_while_strict(stage: Stage) -> None:
    stage.storage = StorageMode.STRICT
    filled_and_synced(stage)
    stage.know(STRANGER)


@scenario
def body_asked_for(stage: Stage) -> None:
    fill(stage)
    [letter] = stage.deliver("Archive", 1, sender=STRANGER)
    stage.sync()
    ask_for_body(stage.email(letter), NOON)


@scenario
def quarantined(stage: Stage) -> None:
    fill(stage)
    stage.deliver(count=1, extra=BROKEN)


@scenario
def quarantined_of_everything(stage: Stage) -> None:
    stage.storage = StorageMode.EVERYTHING
    fill(stage)
    stage.deliver(count=1, extra=BROKEN)


@scenario
def quarantined_and_removed(stage: Stage) -> None:
    fill(stage)
    stage.deliver("Other", 1, extra=BROKEN)
    stage.sync()
    stage.passes = (60, 120, 180)
    remove(stage, "1", "Other")


@scenario
def interrupted_before(stage: Stage) -> None:
    fill(stage)
    stage.sync(points=Points(fatal=40))


@scenario
def interrupted_twice_before(stage: Stage) -> None:
    stage.storage = StorageMode.EVERYTHING
    fill(stage)
    stage.sync(points=Points(fatal=35))
    stage.sync(points=Points(fatal=30))
