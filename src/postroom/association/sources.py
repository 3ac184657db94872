"""The emails that notes and tasks were made from, as far as somebody may see them. ADR 49."""

from collections.abc import Collection

from postroom.archive.models import Email
from postroom.association.reach import accounts_in_reach
from postroom.association.visibility import visible_to
from postroom.team.models import User


def emails_known_as(identities: Collection[bytes], viewer: User) -> dict[bytes, Email]:
    """Of each email by its content a copy that the viewer sees, the one that shows most.

    Others are not in the answer: who may not see an email learns nothing of it from a note.
    """
    if not identities:
        return {}
    reach = accounts_in_reach(viewer)
    found = visible_to(viewer, reach).filter(
        account__in=reach.accounts, identity__in=list(identities)
    )
    ordered = sorted(found, key=lambda email: (email.sight, email.account_id in reach.own))
    return {bytes(email.identity): email for email in ordered}
