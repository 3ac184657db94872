"""The customer beside the mail: who they are, deals, last contact, tasks, notes; or to add them.

Somebody unknown becomes a lead or contact in one step. Their name, company and telephone are read
from the signature where that is sure; which address is theirs the email says, and no form.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from postroom.archive.models import Direction, Email, Participant, ParticipantRole
from postroom.association import Sight
from postroom.association.correspondence import Correspondence, correspondence_for
from postroom.association.people import known_addresses, of_colleagues, own_domains
from postroom.crm.companies import company_at
from postroom.crm.deals import open_deals
from postroom.crm.models import Deal, Note, Person, Stage, Task
from postroom.crm.notes import notes_around
from postroom.crm.people import AddressTaken, AddressUnusable, Entry, keep_person
from postroom.crm.tasks import still_open, tasks_around
from postroom.mime.signature import Signature, read_signature
from postroom.rendering.readers import find_laid_out
from postroom.team.models import User
from postroom.team.written_once import written_once
from postroom.web.diary.forms import BesideDealForm, NewTaskForm, NoteForm
from postroom.web.diary.rows import NoteRow, TaskRow, emails_behind, note_rows, task_rows
from postroom.web.emails.access import get_email
from postroom.web.sign_in import SignedInRequest, signed_in

MOST_SHOWN = 3
MOST_DEALS = 5
MOST_TASKS = 2
MOST_NOTES = 2
OFF = {"autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class BesideForms:
    """What may be added beside the email."""

    note: NoteForm
    task: NewTaskForm
    deal: BesideDealForm


@dataclass(frozen=True, slots=True)
class Card:
    """A person beside their mail."""

    person: Person
    deals: list[Deal]
    mail: Correspondence
    tasks: list[TaskRow]
    notes: list[NoteRow]
    forms: BesideForms

    @property
    def last_at(self) -> datetime | None:
        """When the last email with them was sent, as far as the viewer sees."""
        return self.mail.last_at


class NewcomerForm(forms.Form):
    """Who somebody is; their address is the email's."""

    first_name = forms.CharField(max_length=80, required=False, widget=forms.TextInput(attrs=OFF))
    last_name = forms.CharField(max_length=80, widget=forms.TextInput(attrs=OFF))
    company = forms.CharField(max_length=160, required=False, widget=forms.TextInput(attrs=OFF))
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs=OFF))

    def __init__(self, *sent: Any, **begun: Any) -> None:
        super().__init__(*sent, **begun)
        if not self.has_name:
            self.fields["last_name"].widget.attrs["autofocus"] = True

    @property
    def has_name(self) -> bool:
        """Whether they can be added as it is."""
        return bool(self["last_name"].value())

    def keep(self, address: str, stage: Stage, by: User) -> Person | None:
        """Add them; None, with the reason, where the address is somebody's meanwhile."""
        said, person = self.cleaned_data, Person(stage=stage)
        names = said["first_name"], said["last_name"], said["company"]
        entry = Entry(*names, [address], said["phone"])
        try:
            keep_person(person, entry, by)
        except (AddressTaken, AddressUnusable) as reason:
            self.add_error(None, str(reason))
            return None
        return person


def beside(
    email: Email, people: list[Person], told_below: Deal | None, viewer: User
) -> dict[str, object]:
    """What stands beside an email; one deal is told below it, with why."""
    cards, newcomer = cards_for(viewer, people, email), find_newcomer(email)
    return {"email": email, "cards": cards, "newcomer": newcomer, "told_below": told_below}


def cards_for(viewer: User, people: list[Person], email: Email) -> list[Card]:
    """The people on an email, each with deals, last contact, next tasks and last notes."""
    shown = people[:MOST_SHOWN]
    mail = correspondence_for(viewer, shown)
    tasks = {p.pk: next_tasks(p.pk, viewer.pk) for p in shown}
    notes = {p.pk: last_notes(p.pk) for p in shown}
    emails = emails_behind([*chain(*tasks.values()), *chain(*notes.values())], viewer)
    return [
        Card(
            person,
            deals_of(person.pk),
            mail.get(person.pk, Correspondence()),
            task_rows(tasks[person.pk], viewer, emails),
            note_rows(notes[person.pk], viewer, emails),
            forms_for(viewer, f"beside-{email.pk}-{person.pk}-%s"),
        )
        for person in shown
    ]


def forms_for(viewer: User, ids: str) -> BesideForms:
    """Empty forms; a task is the viewer's, and today's."""
    task = NewTaskForm(viewer, auto_id=ids)
    return BesideForms(NoteForm(auto_id=ids), task, BesideDealForm(auto_id=ids))


@written_once()
def next_tasks(person: int, viewer: int) -> QuerySet[Task]:
    """What is to be done about a person first."""
    return still_open(tasks_around(Person(pk=person), User(pk=viewer)))[:MOST_TASKS]


@written_once()
def last_notes(person: int) -> QuerySet[Note]:
    """What was written of a person last."""
    return notes_around(Person(pk=person))[:MOST_NOTES]


@written_once()
def deals_of(person: int) -> QuerySet[Deal]:
    """A person's open deals, changed last first."""
    return open_deals().filter(people=person).select_related("stage")[:MOST_DEALS]


def find_newcomer(email: Email) -> Participant | None:
    """Who wrote, or to whom was written, if they are neither known nor a colleague."""
    if email.sight < Sight.EVERYTHING:
        return None
    is_sent = email.direction == Direction.SENT
    role = ParticipantRole.TO if is_sent else ParticipantRole.FROM
    party = next(iter(first_party(email.pk, role)), None)
    return None if party is None or party.is_somebody else party


@written_once(own_domains)
def first_party(email: int, role: ParticipantRole) -> QuerySet[Any, Any]:
    """Who is named first in a role, and whether they are a colleague or known."""
    known = known_addresses().filter(canonical=OuterRef("canonical"))
    is_somebody = Case(When(of_colleagues() | Q(Exists(known)), Value(True)), default=Value(False))
    parties = Participant.objects.filter(email=email, role=role).exclude(canonical="")
    return parties.annotate(is_somebody=is_somebody).order_by("position")[:1]


def begun_with(email: Email, party: Participant) -> dict[str, str]:
    """What the form shows of them to begin with: what is sure, and nothing else."""
    laid_out = find_laid_out(email) if email.direction == Direction.RECEIVED else None
    said = read_signature((laid_out and laid_out.text) or "", party.name, party.address)
    company = said.company or str(company_at(party.address) or "")
    return Signature(said.first_name, said.last_name, company, said.phone)._asdict()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sender(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add whom an email is with as a lead or contact, in one step."""
    email = get_email(request.user, pk)
    party = find_newcomer(email)
    if party is None:
        raise Http404
    form = NewcomerForm(request.POST or None, initial=begun_with(email, party))
    stage = Stage.CONTACT if request.POST.get("stage") == Stage.CONTACT else Stage.LEAD
    is_sent = request.method == "POST" and form.is_valid()
    if person := is_sent and form.keep(party.address, stage, request.user):
        messages.success(request, f"{person} was added. Earlier emails with them are here.")
        return redirect("person", person.pk)
    context = {"email": email, "party": party, "form": form, "room": "leads"}
    return render(request, "emails/sender.html", context, status=422 if form.errors else 200)
