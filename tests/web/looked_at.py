"""Rows for the pages that need one to be looked at."""

from django.utils import timezone

from cast import NOON, message, received, user
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount, Exclusion
from postroom.archive.models import Email
from postroom.archive.presence import appear
from postroom.archive.teamwork import assign, say
from postroom.association.inbox_own import ready_made
from postroom.association.steps import Step
from postroom.cleanup.models import Case
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Note, Person, Task
from postroom.crm.notes import write_note
from postroom.crm.pipeline import first_stage
from postroom.crm.tasks import TaskEntry, add_task
from postroom.outbox.models import EmailTemplate
from postroom.rules.models import Rule, Trigger
from postroom.rules.writing import WrittenRule, write_rule
from postroom.team.inbox_column import keep_column
from postroom.team.invites import Guest, invite
from postroom.team.models import InboxColumn, Invite, Role, SavedSearch, Session, User
from postroom.team.sessions import Browser, note_session
from postroom.webhooks.keeping import make_webhook
from postroom.webhooks.models import Webhook


def template_of(user: User) -> EmailTemplate:
    begun = {"changed_at": NOON}
    return EmailTemplate.objects.get_or_create(owner=user, name="Offer", defaults=begun)[0]


def note_of(user: User, lena: Person) -> Note:
    return Note.objects.first() or write_note(lena, "Prefers the phone.", user, NOON)


def task_of(user: User) -> Task:
    entry = TaskEntry("Water the plants", NOON.date(), assignee=user)
    return Task.objects.first() or add_task(None, entry, user, NOON)


def kept_by(user: User) -> SavedSearch:
    return SavedSearch.objects.get_or_create(user=user, name="Kept", words="x")[0]


def deal_with(lena: Person) -> Deal:
    made = Deal.objects.first() or Deal()
    entry = DealEntry("Offer", first_stage(), people=[str(lena.addresses.get())])
    keep_deal(made, entry, NOON)
    return made


def case_of(account: EmailAccount) -> Case:
    return Case.objects.get_or_create(account=account, defaults={"begun_at": NOON})[0]


def from_a_stranger(account: EmailAccount) -> Email:
    raw = message("Hello", from_="Nora New <nora@new.example>", to=account.address)
    return received(account, raw)


def sent_to_a_lead(account: EmailAccount) -> Email:
    raw = message("Offer", from_=account.address, to="lena@customer.example")
    return received(account, raw, folder="Sent")


def in_a_team(account: EmailAccount) -> Email:
    colleague = User.objects.filter(name="Bob").first() or user("Bob")
    add_member(account, colleague, None, NOON)
    return received(account, message("To the team", from_="lena@customer.example"))


def worked_on_together(email: Email, colleague: User) -> None:
    add_member(email.account, colleague, None, NOON)
    assign(email, colleague, colleague, NOON)
    say(email, "A word between us", colleague, NOON)
    appear(email, colleague, timezone.now(), is_writing=True)


def role() -> Role:
    return Role.objects.get_or_create(name="Sales")[0]


def excluded(owner: User | None) -> Exclusion:
    return Exclusion.objects.get_or_create(owner=owner, pattern="lawyer.example")[0]


def session_of(user: User) -> Session:
    note_session("s" * 32, user, Browser("curl", None), NOON)
    return user.sessions.get(key="s" * 32)


def invited() -> Invite:
    return Invite.objects.first() or invite(Guest(email="g@x.example", name="G"), None, NOON)[0]


def rule_of(user: User) -> Rule:
    written = WrittenRule("Rule", Trigger.RECEIVED, [], [Step(kind="flag", text="")])
    return Rule.objects.filter(owner=user).first() or write_rule(user, written, NOON)


def column_of(user: User) -> InboxColumn:
    column = InboxColumn.objects.filter(owner=user).first() or ready_made("customer", user)
    keep_column(column)
    return column


def webhook_of(user: User) -> Webhook:
    url = "https://example.com/postroom"
    found = Webhook.objects.filter(user=user).first()
    return found or make_webhook(user, url, ["email.received"], NOON).webhook
