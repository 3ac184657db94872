"""postroom emails: a person's Emails related list, as one user sees it."""

from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.finding import get_person, get_user
from postroom.cli.printing import json_option, print_json, print_table
from postroom.cli.search import tell_misread

if TYPE_CHECKING:
    from postroom.association import RelatedEmail
    from postroom.association.filters import Filters
    from postroom.team.models import User

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("emails")
@click.argument("person_address")
@click.option("--as", "viewer", required=True, help="The user whose view it is (their address).")
@click.option("--shared-by", default=None, help="Only mail shared by this user.")
@click.option("--sent", "way", flag_value="sent", help="Only what was sent.")
@click.option("--received", "way", flag_value="received", help="Only what was received.")
@click.option("--bounced", "way", flag_value="bounced", help="Only what did not reach everybody.")
@click.option("--unread", is_flag=True, help="Only what is unread.")
@click.option("--attachments", is_flag=True, help="Only with attachments.")
@click.option("--since", type=DAY, default=None, help="Sent on this day or later.")
@click.option("--until", type=DAY, default=None, help="Sent on this day or earlier.")
@click.option("--words", default="", help="What can be typed into the search box.")
@click.option("--oldest-first", is_flag=True, help="The oldest first.")
@click.option("--threads", is_flag=True, help="The newest email of each thread.")
@json_option
@with_django
def emails_command(
    person_address: str, viewer: str, shared_by: str | None, as_json: bool, **asked: Any
) -> None:
    """List the emails of the person with PERSON_ADDRESS, newest first."""
    from postroom.association import all_related_emails

    person = get_person(person_address)
    tell_misread(asked["words"])
    filters = filters_of(get_user(shared_by) if shared_by else None, asked)
    found = all_related_emails(
        person, get_user(viewer), filters.choice, as_threads=filters.as_threads
    )
    rows = [row_out(row) for row in found]
    if as_json:
        print_json(rows)
    else:
        shown = ("date", "direction", "subject", "shared_by")
        print_table(shown, [[row[name] for name in shown] for row in rows])


def filters_of(shared_by: "User | None", asked: dict[str, Any]) -> "Filters":
    """The options as the filters that a page has."""
    from django.db.models import Q

    from postroom.association.filters import Filters
    from postroom.outbox.returned import RETURNED

    since, until = asked["since"], asked["until"]
    return Filters(
        shared_by=shared_by,
        way=asked["way"] or "",
        is_unread=asked["unread"],
        has_attachments=asked["attachments"],
        since=since.date() if since else None,
        until=until.date() if until else None,
        words=asked["words"].replace("\0", ""),
        is_oldest_first=asked["oldest_first"],
        as_threads=asked["threads"],
        besides=RETURNED if asked["way"] == "bounced" else Q(),
    )


def row_out(row: "RelatedEmail") -> dict[str, object]:
    """One row as it is printed."""
    from postroom.association import Sight

    return {
        "message_id": row.email.message_id,
        "subject": row.email.subject if row.email.sight >= Sight.SUBJECT else None,
        "direction": row.email.direction,
        "date": row.email.sent_at.isoformat(),
        "shared_by": row.shared_by[0].email,
        "read": row.email.is_read,
        "sight": Sight(row.email.sight).name.lower(),
        "emails": row.count,
    }
