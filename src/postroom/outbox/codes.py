"""The email with the code that proves a From address. Reference: More From Addresses.

It goes out while its owner waits, and the code is kept nowhere: what a queue stores, a backup has.
Nor does it go by the owner's own server, where they could read it without having the address; an
administrator's may, who decides by themselves whose address is whose.
"""

from datetime import datetime
from uuid import uuid4

from postroom.accounts.models import FromAddress
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.accounts.verification import LASTS, issue_code
from postroom.mime import Draft
from postroom.oauth.errors import IssuerFailure
from postroom.outbox.at_once import NotSent, send_at_once
from postroom.outbox.queue import message_id_of
from postroom.outbox.sending import address
from postroom.outbox.ways import NoWayToSend, Way, find_relay, get_way_for
from postroom.outbox.wording import Heading, Part, Words, html_page, plain_text
from postroom.team.models import User

PROVES_NOTHING = (
    "By your own mailbox it would prove nothing: whoever sends it can read it. Ask an administrator"
    " to set POSTROOM_SMTP_URL, the server by which Postroom writes itself."
)


def send_code(sender: FromAddress, by: User | None, now: datetime) -> None:
    """Send a new code to the address. Raises FromAddressRefused, NotSent."""
    way = way_of(sender, now)
    parts = words_of(sender, issue_code(sender, by, now))
    draft = Draft(
        message_id=message_id_of(f"code:{uuid4()}"),
        sent_at=now,
        from_=address("Postroom", way.sender),
        to=(address("", sender.address),),
        subject="Your code for Postroom",
        text=plain_text(parts),
        html=html_page(parts),
    )
    send_at_once(draft, way)


def way_of(sender: FromAddress, now: datetime) -> Way:
    """The way for a code, one that its owner cannot read on. Raises NotSent."""
    owner = sender.account.owner
    if find_relay() is None and not owner.is_administrator:
        raise NotSent(PROVES_NOTHING)
    try:
        return get_way_for(owner.email, sender.account_id, now)
    except (NoWayToSend, SecretDoesNotOpen, IssuerFailure) as failure:
        raise NotSent(str(failure)) from failure


def words_of(sender: FromAddress, code: str) -> list[Part]:
    """What it says. Nothing of it was typed by a stranger but the address it is sent to."""
    minutes = int(LASTS.total_seconds() // 60)
    return [
        Words(
            f"{sender.account.owner.email} would like to write emails as {sender.address} from"
            " Postroom. If that is you, enter this code there:"
        ),
        Heading(f"{code[:4]} {code[4:]}"),
        Words(f"It works once, within {minutes} minutes."),
        Words("If it is not you, there is nothing to do: without the code nothing happens."),
    ]
