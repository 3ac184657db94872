"""One's own outgoing email; for everyone else it is not there."""

from uuid import UUID

from django.http import Http404

from postroom.outbox.drafts import outgoing_of
from postroom.outbox.models import OutgoingEmail
from postroom.web.sign_in import SignedInRequest


def get_outgoing(request: SignedInRequest, key: UUID) -> OutgoingEmail:
    """The user's own; 404 for one that is none of theirs."""
    own = outgoing_of(request.user).select_related("sender", "account", "answers")
    if (outgoing := own.filter(key=key).first()) is None:
        raise Http404
    return outgoing
