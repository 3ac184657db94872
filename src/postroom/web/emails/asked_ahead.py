"""What the pages of mail are about to ask: a person's, a company's, an email's. ADR 74."""

from postroom.accounts.members import holds, is_team, owner_and_members_on
from postroom.archive.deal_links import links_of
from postroom.archive.labels import borne_by
from postroom.archive.models import Direction, Email, thread_of_link
from postroom.archive.teamwork import newest_about, standing_in
from postroom.archive.whereabouts import copies_with_folders, every_action
from postroom.association import Sight
from postroom.association.deals import deals_among
from postroom.association.people import addresses_of_one, asking_who_is_known_on
from postroom.crm.models import Company, Deal, Person
from postroom.crm.records import Record
from postroom.crm.shown import (
    addresses_by_person,
    deals_shown,
    named_company,
    people_at,
    with_company,
)
from postroom.sync.inquiring import folders_due
from postroom.team.models import User
from postroom.team.written_once import Asked, ahead, asking
from postroom.web.asked_ahead import before_mail, is_whole
from postroom.web.diary.section import first_notes, first_tasks
from postroom.web.emails.outgoing import unsettled_about, unsettled_at, unsettled_to
from postroom.web.emails.rows import on_emails
from postroom.web.emails.standing import folders_in, labels_in
from postroom.web.emails.watching import watches_on
from postroom.web.people.share_state import sharing_by_person
from postroom.web.sign_in import SignedInRequest


def before_a_person(request: SignedInRequest, pk: int) -> None:
    """Before it is known whether there is such a person."""
    of_list = [asking(with_company, pk), asking(addresses_by_person, [pk])]
    of_rest = [asking(sharing_by_person, request.user.pk), asking(deals_among, [pk])]
    before_mail(request, of_list, [*of_diary(Person, pk, request.user), *of_rest])


def about_a_person(request: SignedInRequest, person: Person) -> None:
    """Once it is known who they are, and what the organisation says."""
    viewer, canonicals = request.user, [each.canonical for each in person.addresses.all()]
    of_rest = [
        asking(folders_due, viewer.pk, person.pk),
        asking(unsettled_to, viewer.pk, canonicals),
    ]
    ahead(asking(addresses_of_one, person.pk), *of_rest if is_whole(request) else ())


def before_a_company(request: SignedInRequest, pk: int) -> None:
    """Before it is known whether there is such a company."""
    of_rest = [
        *of_diary(Company, pk, request.user),
        asking(people_at, pk),
        asking(unsettled_at, request.user.pk, pk),
        asking(deals_shown, pk),
    ]
    before_mail(request, [asking(named_company, pk)], of_rest)


def before_a_deal(request: SignedInRequest, pk: int) -> None:
    """Before a deal's page is made."""
    of_rest = [asking(unsettled_about, request.user.pk, pk)]
    before_mail(request, of_rest=[*of_diary(Deal, pk, request.user), *of_rest])


def before_reading(viewer: User, email: Email) -> None:
    """Before an email is laid out; of the viewer's own, where it lies and what is done with it.

    Once it is noted that it was opened: what is asked ahead is not asked again.
    """
    of_each = [*asking_who_is_known_on(email), asking(on_emails, [email.pk])]
    ahead(*of_each, *of_own(viewer, email) if holds(viewer, email.account) else ())


def of_own(viewer: User, email: Email) -> list[Asked]:
    """What is asked of an email in one's own mailbox, or in one's team's."""
    account, root = email.account, email.thread_root or None
    asked = [
        asking(links_of, thread_of_link(email)),
        asking(every_action, email.pk),
        asking(copies_with_folders, email.pk),
        asking(labels_in, account.pk),
        asking(folders_in, account.pk),
    ]
    if email.sight >= Sight.EVERYTHING:
        asked.append(asking(borne_by, [email.pk]))
    if email.direction == Direction.SENT:
        asked.append(asking(watches_on, email.pk, viewer.pk))
    if is_team(account):
        asked.append(asking(owner_and_members_on, account.pk, account.owner_id))
        asked.append(asking(standing_in, account.pk, thread_of_link(email)))
        asked.append(asking(newest_about, email.pk, account.pk, root))
    return asked


def of_diary(kind: type[Record], pk: int, viewer: User) -> list[Asked]:
    """What is written down about a record."""
    return [asking(first_tasks, kind, pk, viewer.pk), asking(first_notes, kind, pk)]
