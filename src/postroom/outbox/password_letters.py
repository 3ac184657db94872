"""The email with a link to a new password. Like an invitation it is in no queue."""

from datetime import datetime
from uuid import uuid4

from postroom.mime import Draft
from postroom.outbox.at_once import NotSent, send_at_once
from postroom.outbox.invitations import NO_RELAY
from postroom.outbox.links import url_of
from postroom.outbox.queue import message_id_of
from postroom.outbox.sending import address
from postroom.outbox.ways import find_relay
from postroom.outbox.wording import Link, Part, Words, html_page, plain_text
from postroom.team.models import User


def password_link_of(token: str) -> str:
    """Where the user goes."""
    return f"{url_of('password-link')}#{token}"


def send_password_link(user: User, by: User | None, token: str, now: datetime) -> None:
    """Send the link to its user, by the organisation's own server alone. Raises NotSent."""
    way = find_relay()
    if way is None:
        raise NotSent(NO_RELAY)
    parts = words_of(user, by, token)
    draft = Draft(
        message_id=message_id_of(f"password:{uuid4()}"),
        sent_at=now,
        from_=address("Postroom", way.sender),
        to=(address(user.name, user.email),),
        subject="Choose a new password for Postroom",
        text=plain_text(parts),
        html=html_page(parts),
    )
    send_at_once(draft, way)


def words_of(user: User, by: User | None, token: str) -> list[Part]:
    """Who wants it, what to do, until when, and what if it was nobody."""
    who = f"{by} ({by.email})" if by else "You, or somebody who typed your address,"
    asked = "gives you a link to" if by else "asked for"
    how_long = "a day" if by else "an hour"
    return [
        Words(f"Hello {user.name},"),
        Words(f"{who} {asked} a new password for Postroom."),
        Link("Choose a new password", password_link_of(token)),
        Words(f"The link works once, within {how_long}. It signs you out everywhere else."),
        Words(
            "If you did not expect this, there is nothing to do: your password stays as it is, and"
            " nobody but you has the link."
        ),
    ]
