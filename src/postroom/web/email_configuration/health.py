"""How an account is doing, in words and numbers."""

from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.models import SyncRun


@dataclass(frozen=True, slots=True)
class State:
    """One word for the state, a mark for its kind, and a sentence if there is more to say."""

    word: str
    mark: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running sync is."""

    done: int
    found: int
    rate: float
    seconds_left: float | None

    @property
    def percent(self) -> int:
        """Whole percents; 100 only at the end."""
        return self.done * 100 // self.found if self.found else 0


def state_of(account: EmailAccount) -> State:
    """The account's state, most pressing first."""
    if account.activation == Activation.DEACTIVATED:
        return State("Deactivated", "off", "Nothing is synced and its emails are not shown.")
    if account.activation == Activation.PAUSED:
        return State("Paused", "off", "No new mail is fetched. What is here stays.")
    if account.trouble:
        return State("Needs attention", "trouble", account.trouble_sentence)
    if account.first_complete_at is None:
        return State("Fetching mail", "busy", "The newest emails are on people’s pages first.")
    return State("In sync", "well")


def progress_of(account: EmailAccount, now: datetime) -> Progress | None:
    """How far the sync is that runs at this moment; None when none does."""
    run = SyncRun.objects.filter(account=account).order_by("-started_at").first()
    if run is None or run.finished_at is not None or account.activation != Activation.ACTIVE:
        return None
    return Progress(
        run.messages_here,
        run.messages_in_all,
        run.messages_rate,
        run.seconds_left,
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """An account in a list."""

    account: EmailAccount
    state: State
    progress: Progress | None


def glance_of(account: EmailAccount, now: datetime) -> Glance:
    """The account's state without counting its folders."""
    return Glance(account, state_of(account), progress_of(account, now))


@dataclass(frozen=True, slots=True)
class Health:
    """All that the account's page shows of its state."""

    account: EmailAccount
    state: State
    progress: Progress | None


def health_of(account: EmailAccount, now: datetime) -> Health:
    """The account's health at this moment."""
    return Health(account, state_of(account), progress_of(account, now))
