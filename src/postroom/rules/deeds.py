"""What a rule may do with an email it met. Nothing here removes or sends anything.

Each deed returns in words what came of it: what a mailbox cannot do is said in the rule's log, and
the other deeds are done all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from postroom.archive.actions import ask_for, change_label
from postroom.archive.deal_links import link_conversation
from postroom.archive.labels import LabelUnusable
from postroom.archive.models import ActionKind, Email, Folder
from postroom.archive.moves import ARCHIVES, MoveNotPossible, ask_to_move, find_folder
from postroom.archive.teamwork import NotInTheTeam, assign, assigned_to
from postroom.association import people_on
from postroom.association.steps import Takes
from postroom.crm.models import Deal
from postroom.crm.task import LONGEST_TASK
from postroom.crm.tasks import TaskEntry, add_task
from postroom.rules.models import Rule
from postroom.team.days import local_day
from postroom.team.models import User
from postroom.webhooks.gathering import lay_for_rule

NO_FOLDER = "not moved: there is no folder “{}”"
NO_ARCHIVE = "not archived: the mailbox has no archive folder"
NO_WEBHOOK = "no program was told: you have no webhook that hears of rules"
NO_COLLEAGUE = "not assigned: there is no colleague “{}”"
NO_DEAL = "not linked: the deal “{}” is not there any more"


@dataclass(frozen=True, slots=True)
class Deed:
    """Its words, what they take, and what is done."""

    words: str
    takes: Takes
    do: Callable[[Email, str, Rule, datetime], str]


def marked(kind: ActionKind, words: str) -> Callable[[Email, str, Rule, datetime], str]:
    """A mark on the email, here and on the server."""

    def do(email: Email, text: str, rule: Rule, now: datetime) -> str:
        ask_for(kind, email, now)
        return words

    return do


def archived(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """Into the archive folder."""
    target = find_folder(email.account, ARCHIVES)
    return moved(email, target, now, "archived") if target else NO_ARCHIVE


def moved_to(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """Into the folder of this name."""
    folders = Folder.objects.filter(account=email.account_id, name__iexact=text, gone_at=None)
    target = folders.first()
    return moved(email, target, now, f"moved to {target}") if target else NO_FOLDER.format(text)


def labelled(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """The label of this name, made in its mailbox if there is none."""
    try:
        change_label(email, text, now, is_on=True)
    except LabelUnusable as reason:
        return f"not labelled: {reason.sentence}"
    return f"labelled “{text}”"


def assigned(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """Its conversation is this member's of the team mailbox to answer; whoever has it keeps it."""
    to = find_colleague(text)
    if to is None:
        return NO_COLLEAGUE.format(text)
    if keeper := assigned_to(email):
        return f"not assigned: it is {keeper}’s already"
    try:
        assign(email, to, rule.owner, now)
    except NotInTheTeam as reason:
        return f"not assigned: {reason.sentence}"
    return f"assigned to {to}"


def find_colleague(text: str) -> User | None:
    """The user with this email address, or the only one with this name."""
    named = User.objects.filter(Q(email__iexact=text) | Q(name__iexact=text), is_active=True)
    found = list(named[:2])
    return found[0] if len(found) == 1 else None


def told(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """The owner's webhooks that hear of rules."""
    number = lay_for_rule(rule.owner, email, rule.pk, now)
    return f"told {number} webhook{'s' if number > 1 else ''}" if number else NO_WEBHOOK


def moved(email: Email, target: Folder, now: datetime, words: str) -> str:
    """Ask for the move; why it was not possible, otherwise."""
    try:
        ask_to_move(email, target, now)
    except MoveNotPossible as reason:
        return f"not moved: {reason.sentence}"
    return words


def linked(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """Its conversation is the deal's from now on, as if the owner had said so."""
    deal = Deal.objects.filter(name__iexact=text).first()
    if deal is None:
        return NO_DEAL.format(text)
    link_conversation(email, deal, rule.owner, now)
    return f"linked with {deal}"


ASSIGN, LABEL, TELL, WEBHOOK = "assign", "label", "tell", "webhook"


def to_be_done(email: Email, text: str, rule: Rule, now: datetime) -> str:
    """A task for the rule's owner, today, about the first lead or contact on the email."""
    entry = TaskEntry(text[:LONGEST_TASK], local_day(now), assignee=rule.owner)
    add_task(people_on(email).first(), entry, rule.owner, now, bytes(email.identity))
    return f"task added: {entry.words}"


DEEDS: dict[str, Deed] = {
    "read": Deed("Mark it as read", Takes.NOTHING, marked(ActionKind.MARK_READ, "marked as read")),
    "flag": Deed("Flag it", Takes.NOTHING, marked(ActionKind.FLAG, "flagged")),
    LABEL: Deed("Put the label on it", Takes.WORDS, labelled),
    "archive": Deed("Archive it", Takes.NOTHING, archived),
    "move": Deed("Move it to the folder", Takes.WORDS, moved_to),
    "deal": Deed("Link its conversation with the deal", Takes.WORDS, linked),
    "task": Deed("Add a task for me, today", Takes.WORDS, to_be_done),
    ASSIGN: Deed("Assign it to (name or email)", Takes.WORDS, assigned),
    TELL: Deed("Write me an email", Takes.NOTHING, lambda email, text, rule, now: "told by email"),
    WEBHOOK: Deed("Tell my webhooks", Takes.NOTHING, told),
}
