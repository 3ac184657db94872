"""How an account is doing, in words and numbers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from postroom.accounts.lifecycle import WITHOUT_PASSWORD
from postroom.accounts.models import Activation, Deletion, EmailAccount, Protocol
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.accounts.window import first_day_of
from postroom.archive.models import SyncRun
from postroom.sync.inquiring import asked_for_now
from postroom.sync.planning import Plan, find_plan
from postroom.web.mailbox.traffic import Traffic, traffic_of

A_MOMENT = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class State:
    """One word for the state, a mark for its kind, and a sentence if there is more to say."""

    word: str
    mark: str
    sentence: str = ""


DEACTIVATED = State(
    "Deactivated",
    "off",
    "Nothing is synced, and nothing of its mail is kept here. On the mail server everything is as"
    " it was; reactivated, it comes again.",
)
HIDDEN = State(
    "Deactivated",
    "off",
    "Nothing is synced, and nobody sees its emails any more. They are still here: it can be brought"
    " back just as it was.",
)
DELETING = State(
    "Being deleted here",
    "busy",
    "Nobody sees its emails any more, and what was kept of them is being deleted. On the mail"
    " server everything stays as it is.",
)
IMPORTED = State(
    "Imported from files",
    "well",
    "Old mail that was read from files. It is on no server, so nothing is synced, and no policy"
    " deletes it.",
)
BY_ACTIVATION = {
    Activation.IMPORTED: IMPORTED,
    Activation.PAUSED: State("Paused", "off", "No new mail is fetched. What is here stays."),
}
FETCHING = State(
    "Fetching mail",
    "busy",
    "The mailbox is connected. Its newest emails are on people’s pages first.",
)
TOMORROW = State(
    "Goes on tomorrow",
    "busy",
    "What may be fetched of the existing mail in a day is used up; the rest comes from midnight"
    " (UTC) on. New mail comes as always.",
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running sync is: its emails, and beside them its whole emails.

    `is_of_new`: all others are here, and these came since.
    """

    done: int
    found: int
    bodies_done: int
    bodies_found: int
    rate: float
    seconds_left: float | None
    is_of_new: bool

    @property
    def percent(self) -> int:
        """Whole percents; 100 only at the end."""
        return self.done * 100 // self.found if self.found else 0


def state_of(account: EmailAccount, traffic: Traffic) -> State:
    """The account's state, most pressing first."""
    if account.activation == Activation.DEACTIVATED:
        return state_without_mail(account)
    if account.activation == Activation.WAITING:
        return State(
            "Waiting for its password",
            "off",
            f"It begins when {account.owner} enters the password, which nobody else sees.",
        )
    if account.activation in BY_ACTIVATION:
        return BY_ACTIVATION[Activation(account.activation)]
    if account.trouble:
        return State("Needs attention", "trouble", account.trouble_sentence)
    if account.first_complete_at is None:
        return TOMORROW if traffic.is_used_up else FETCHING
    return State("In sync", "well")


def state_without_mail(account: EmailAccount) -> State:
    """Of a deactivated account: hidden, on its way out, or gone."""
    deletion: Deletion | None = getattr(account, "deletion", None)
    if deletion and deletion.begins_on:
        return HIDDEN
    return DELETING if deletion else DEACTIVATED


def deletion_of(account: EmailAccount) -> Deletion | None:
    """The account's deletion, if it is under way."""
    deletion: Deletion | None = getattr(account, "deletion", None)
    return None if deletion and deletion.begins_on else deletion


def progress_of(account: EmailAccount, traffic: Traffic, now: datetime) -> Progress | None:
    """How far the sync is that runs at this moment; None when none does.

    A mailbox that is complete fetches what comes in a moment: of that nothing is shown.
    """
    run = SyncRun.objects.filter(account=account).order_by("-started_at").first()
    if run is None or run.finished_at is not None or account.activation != Activation.ACTIVE:
        return None
    if account.trouble or traffic.is_used_up:
        return None
    is_of_new = account.first_complete_at is not None
    if is_of_new and now - run.started_at < A_MOMENT:
        return None
    return Progress(
        run.messages_here,
        run.messages_in_all,
        run.bodies_done,
        run.bodies_found,
        run.messages_rate,
        run.seconds_left,
        is_of_new,
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """An account in a list."""

    account: EmailAccount
    state: State
    progress: Progress | None


def glance_of(account: EmailAccount, now: datetime) -> Glance:
    """The account's state without counting its folders."""
    traffic = traffic_of(account, now)
    return Glance(account, state_of(account, traffic), progress_of(account, traffic, now))


@dataclass(frozen=True, slots=True)
class Health:
    """All that the account's page shows of its state; a plan on the way to existing mail."""

    account: EmailAccount
    state: State
    progress: Progress | None
    plan: Plan | None
    traffic: Traffic
    first_day: date | None
    asked_for: int

    @property
    def deletion(self) -> Deletion | None:
        """How far the deletion of its mail here is, while it runs."""
        return deletion_of(self.account)

    @property
    def is_hidden(self) -> bool:
        """Whether its mail is deactivated and still here."""
        return self.state == HIDDEN

    @property
    def needs_password(self) -> bool:
        """Whether only its owner can mend the trouble."""
        return self.account.trouble in NEEDS_A_PERSON


def health_of(account: EmailAccount, now: datetime) -> Health:
    """The account's health at this moment."""
    traffic = traffic_of(account, now)
    is_stopped = account.trouble or account.activation in WITHOUT_PASSWORD
    is_on_the_way = account.first_complete_at is None and not is_stopped
    return Health(
        account,
        state_of(account, traffic),
        progress_of(account, traffic, now),
        find_plan(account) if is_on_the_way else None,
        traffic,
        first_day_of(account) if account.protocol == Protocol.IMAP else None,
        asked_for_now(account),
    )
