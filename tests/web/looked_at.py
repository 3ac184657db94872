"""Every page that is looked at, and the rows that some of them need."""

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


def own_column() -> InboxColumn:
    return column_of(User.objects.get(name="Alice"))


# Each page by how it is reached, with a lead and letters of theirs.
PAGES = {
    "inbox": lambda lena, letters: "/inbox/",
    "reading in the inbox": lambda lena, letters: f"/inbox/?email={letters[2].pk}",
    "awaiting": lambda lena, letters: "/inbox/awaiting/?side=theirs",
    "team": lambda lena, letters: f"/inbox/team/?whose=nobody&email={letters[2].pk}",
    "inbox in columns": lambda lena, letters: "/inbox/columns/",
    "own column in the inbox": lambda lena, letters: f"/inbox/?column={own_column().value}",
    "labels": lambda lena, letters: "/inbox/labels/",
    "own columns": lambda lena, letters: "/inbox/own/",
    "own column": lambda lena, letters: f"/inbox/own/{own_column().pk}/",
    "leads": lambda lena, letters: "/leads/",
    "nobody": lambda lena, letters: "/contacts/",
    "found": lambda lena, letters: "/people/?q=lena",
    "person": lambda lena, letters: f"/people/{lena.pk}/",
    "reading beside": lambda lena, letters: f"/people/{lena.pk}/?email={letters[2].pk}",
    "without mail": lambda lena, letters: f"/people/{Person.objects.last().pk}/",
    "email": lambda lena, letters: f"/emails/{letters[2].pk}/?person={lena.pk}",
    "html email": lambda lena, letters: f"/emails/{letters[1].pk}/",
    "export": lambda lena, letters: f"/people/{lena.pk}/export/",
    "plain text": lambda lena, letters: f"/emails/{letters[1].pk}/?as=plain",
    "headers": lambda lena, letters: f"/emails/{letters[1].pk}/headers/",
    "search": lambda lena, letters: "/search/",
    "emails found": lambda lena, letters: "/search/?q=lena",
    "no emails found": lambda lena, letters: "/search/?q=zugunruhe",
    "deals": lambda lena, letters: "/deals/",
    "board": lambda lena, letters: "/deals/board/",
    "deal": lambda lena, letters: f"/deals/{Deal.objects.get().pk}/",
    "deal written": lambda lena, letters: f"/deals/{Deal.objects.get().pk}/edit/",
    "tasks": lambda lena, letters: "/tasks/",
    "task written": lambda lena, letters: f"/tasks/{Task.objects.get().pk}/",
    "companies": lambda lena, letters: "/companies/",
    "company": lambda lena, letters: f"/companies/{Deal.objects.get().company_id}/",
    "import": lambda lena, letters: f"/people/{lena.pk}/import/",
    "known": lambda lena, letters: f"/people/{lena.pk}/known/",
    "erasures": lambda lena, letters: "/setup/erasures/",
    "pipeline": lambda lena, letters: "/setup/pipeline/",
    "writing": lambda lena, letters: f"/writing/new/?answers={letters[1].pk}&as=all",
    "writings": lambda lena, letters: "/writing/",
    "templates": lambda lena, letters: "/templates/",
    "new template": lambda lena, letters: "/templates/new/",
    "how you write": lambda lena, letters: "/you/writing/",
    "form": lambda lena, letters: f"/people/{lena.pk}/edit/",
    "accounts": lambda lena, letters: "/setup/channels/email/",
    "account": lambda lena, letters: f"/setup/channels/email/{letters[0].account_id}/",
    "service": lambda lena, letters: "/setup/channels/email/services/zoho_personal/",
    "not offered": lambda lena, letters: "/setup/channels/email/services/tuta/",
    "other mail": lambda lena, letters: "/setup/channels/email/other-mail/",
    "custom server": lambda lena, letters: "/setup/channels/email/other-mail/imap/",
    "reconnection": lambda lena, letters: (
        f"/setup/channels/email/{letters[0].account_id}/reconnection/"
    ),
    "new from address": lambda lena, letters: (
        f"/setup/channels/email/{letters[0].account_id}/from/new/"
    ),
    "preparation": lambda lena, letters: "/setup/channels/email/preparation/",
    "sign-in services": lambda lena, letters: "/setup/channels/email/sign-in-services/",
    "google": lambda lena, letters: "/setup/channels/email/sign-in-services/google/",
    "openid": lambda lena, letters: "/setup/channels/email/sign-in-services/openid/",
    "no sign-in": lambda lena, letters: "/setup/channels/email/sign-in/return/?state=x&code=y",
    "users": lambda lena, letters: "/setup/users/",
    "user": lambda lena, letters: f"/setup/users/{letters[0].account.owner_id}/",
    "new invite": lambda lena, letters: "/setup/users/invitations/new/",
    "roles": lambda lena, letters: "/setup/roles/",
    "role": lambda lena, letters: f"/setup/roles/{Role.objects.get(name='Agent').pk}/",
    "security": lambda lena, letters: "/you/security/",
    "door": lambda lena, letters: "/setup/sign-in/",
    "provider": lambda lena, letters: "/setup/sign-in/provider/",
    "stopped": lambda lena, letters: "/sign-in/elsewhere/return/?state=x&code=y",
    "join": lambda lena, letters: "/join/",
    "join over": lambda lena, letters: "/join/password/",
    "forgotten password": lambda lena, letters: "/password/forgotten/",
    "password link": lambda lena, letters: "/password/link/",
    "password link over": lambda lena, letters: "/password/new/",
    "profiles": lambda lena, letters: "/setup/profiles/",
    "profile": lambda lena, letters: "/setup/profiles/new/",
    "audit log": lambda lena, letters: "/setup/audit-log/",
    "email sharing": lambda lena, letters: "/setup/channels/email/sharing/",
    "sharing of a user": lambda lena, letters: (
        f"/setup/channels/email/sharing/users/{letters[0].account.owner_id}/"
    ),
    "sharing of a role": lambda lena, letters: (
        f"/setup/channels/email/sharing/roles/{Role.objects.get(name='Agent').pk}/"
    ),
    "exclusions": lambda lena, letters: "/setup/channels/email/sharing/exclusions/?entry=a.example",
    "mail rules": lambda lena, letters: "/rules/",
    "new mail rule": lambda lena, letters: "/rules/new/",
    "open notices": lambda lena, letters: "/setup/channels/email/open-notices/",
    "no notice": lambda lena, letters: "/n/x",
    "cleanup policy": lambda lena, letters: "/setup/channels/email/cleanup/",
    "dry run": lambda lena, letters: "/setup/channels/email/cleanup/dry-run/",
    "holds": lambda lena, letters: "/setup/channels/email/cleanup/holds/",
    "handing over": lambda lena, letters: (
        f"/setup/channels/email/{letters[0].account_id}/handing-over/"
    ),
    "own exclusions": lambda lena, letters: "/you/exclusions/",
    "servers": lambda lena, letters: f"/setup/channels/email/{letters[0].account_id}/servers/",
    "password": lambda lena, letters: "/accounts/password/change/",
    "webhooks": lambda lena, letters: "/you/webhooks/",
    "news": lambda lena, letters: "/you/news/",
    "api keys": lambda lena, letters: "/you/api-keys/",
    "requests": lambda lena, letters: "/requests/",
    "sharing of one": lambda lena, letters: f"/emails/{letters[2].pk}/sharing/",
    "view as": lambda lena, letters: f"/setup/users/{letters[0].account.owner_id}/view/",
    "viewed as": lambda lena, letters: (
        f"/setup/users/{letters[0].account.owner_id}/view/{lena.pk}/"
    ),
    "viewed email": lambda lena, letters: (
        f"/setup/users/{letters[0].account.owner_id}/view/{lena.pk}/{letters[2].pk}/"
    ),
    "absent": lambda lena, letters: "/emails/999999/",
}
# Every width and both schemes; `TEST_LONG=1` looks at each width in each scheme.
