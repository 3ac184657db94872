"""Emails as they are answered, and no more of each than its viewer may see."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from postroom.archive.labels import labels_of
from postroom.archive.models import Email, Label, Participant, ParticipantRole
from postroom.association import RelatedEmail, Sight

ROLES: Final = {role.value: role.name.lower() for role in ParticipantRole}


def emails_out(emails: Sequence[Email]) -> list[dict[str, object]]:
    """Some emails, in their order."""
    parties: dict[int, list[dict[str, str]]] = defaultdict(list)
    found = Participant.objects.filter(email__in=[email.pk for email in emails])
    for one in found.order_by("role", "position", "pk"):
        parties[one.email_id].append(party_out(one))
    labels = labels_of(emails)
    return [
        email_out(email, parties[email.pk]) | {"labels": labels_out(email, labels)}
        for email in emails
    ]


def labels_out(email: Email, labels: Mapping[int, Sequence[Label]]) -> list[str] | None:
    """Their names; null where the viewer is not told whether there are any."""
    if email.sight < Sight.EVERYTHING:
        return None
    return [label.name for label in labels.get(email.pk, ())]


def related_out(related: Sequence[RelatedEmail]) -> list[dict[str, object]]:
    """Rows of a person's list, in their order."""
    emails = emails_out([row.email for row in related])
    return [
        out
        | {
            "also_shared_by": [user.email for user in row.shared_by[1:]],
            "emails": row.count,
            "unread": row.unread if row.count > 1 else int(not row.email.is_read),
        }
        for row, out in zip(related, emails, strict=True)
    ]


def email_out(email: Email, participants: list[dict[str, str]]) -> dict[str, object]:
    """One email; the names are those of `postroom emails --json`.

    What is above its sight left the database empty already; null says that there may be more.
    """
    sight = Sight(email.sight)
    return {
        "id": email.pk,
        "message_id": email.message_id,
        "subject": email.subject if sight >= Sight.SUBJECT else None,
        "snippet": email.snippet if sight == Sight.EVERYTHING else None,
        "direction": email.direction,
        "date": email.sent_at,
        "shared_by": email.account.owner.email,
        "account": email.account_id,
        "read": email.is_read,
        "flagged": email.is_flagged,
        "answered": email.is_answered,
        "has_attachments": email.has_attachments if sight == Sight.EVERYTHING else None,
        "size": email.size,
        "body": email.body_state,
        "sight": sight.name.lower(),
        "participants": participants,
    }


def party_out(participant: Participant) -> dict[str, str]:
    """An address on an email."""
    return {
        "role": ROLES[participant.role],
        "name": participant.name,
        "address": participant.address,
    }
