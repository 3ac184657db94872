"""Scenarios in which several things happen at once, and the table with all of them."""

from postroom.team.models import StorageMode
from torture.action_scenarios import SCENARIOS
from torture.scenarios import fill, filled_and_synced, move, scenario
from torture.stage import Stage

__all__ = ["SCENARIOS"]


@scenario
def two_accounts_share_mail(stage: Stage) -> None:
    fill(stage)
    other = "second-" + stage.user
    stage.connect(other)
    letters = stage.deliver(count=3)
    stage.lay("INBOX", letters, user=other)


@scenario
def everything_from_now_on(stage: Stage) -> None:
    filled_and_synced(stage)
    for account in stage.accounts:
        account.storage = StorageMode.EVERYTHING
        account.save()


@scenario
def much_at_once(stage: Stage) -> None:
    filled_and_synced(stage)
    stage.passes = (60, 120, 180)
    stage.deliver("New", 2)
    stage.deliver(count=2, flags="S")
    move(stage, "1", "INBOX", "Archive")
    with stage.phone("Sent") as phone:
        phone.store("1", "+FLAGS", "\\Flagged")
