"""The email that invites somebody to Postroom. It goes out while the inviter waits.

The link is in no queue: what a queue stores, a backup has. Its token stands behind a `#`, which
browsers send to no server, so that no log and no Referer has it (RFC 9110 §10.1.3).
"""

from datetime import datetime
from uuid import uuid4

from postroom.mime import Draft
from postroom.outbox.at_once import NotSent, send_at_once
from postroom.outbox.links import url_of
from postroom.outbox.queue import message_id_of
from postroom.outbox.sending import address
from postroom.outbox.ways import find_relay
from postroom.outbox.wording import Link, Part, Words, html_page, plain_text
from postroom.team.invites import LASTS
from postroom.team.models import Invite

NO_RELAY = (
    "Postroom has no server to send it by (POSTROOM_SMTP_URL), so give them the link yourself."
)


def link_of(token: str) -> str:
    """Where the guest goes."""
    return f"{url_of('join')}#{token}"


def send_invitation(invite: Invite, token: str, now: datetime) -> None:
    """Send the link to the guest. Raises NotSent."""
    way = find_relay()
    if way is None:
        raise NotSent(NO_RELAY)
    parts = words_of(invite, token)
    draft = Draft(
        message_id=message_id_of(f"invite:{uuid4()}"),
        sent_at=now,
        from_=address("Postroom", way.sender),
        to=(address(invite.name, invite.email),),
        subject="Your invitation to Postroom",
        text=plain_text(parts),
        html=html_page(parts),
    )
    send_at_once(draft, way)


def words_of(invite: Invite, token: str) -> list[Part]:
    """Who invites, what to do, until when."""
    who = f"{invite.invited_by} ({invite.invited_by.email})" if invite.invited_by else "Your team"
    return [
        Words(f"Hello {invite.name},"),
        Words(
            f"{who} invites you to Postroom, where your team keeps its correspondence with"
            " customers. You will sign in with this address."
        ),
        Link("Accept the invitation", link_of(token)),
        Words(f"The link works once, within {LASTS.days} days."),
        Words("If you did not expect this, there is nothing to do: nothing happens without you."),
    ]
