"""postroom emails: a person's Emails related list, as one user sees it."""

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_user
from postroom.cli.printing import json_option, print_json, print_table


@click.command("emails")
@click.argument("person_address")
@click.option("--as", "viewer", required=True, help="The user whose view it is (their address).")
@click.option("--shared-by", default=None, help="Only mail shared by this user.")
@json_option
@with_django
def emails_command(person_address: str, viewer: str, shared_by: str | None, as_json: bool) -> None:
    """List the emails of the person with PERSON_ADDRESS, newest first."""
    from postroom.association import Sight, all_related_emails
    from postroom.crm.people import find_person

    person = find_person(person_address)
    if person is None:
        raise Failed(f"No lead or contact has the address {person_address}.")
    found = all_related_emails(
        person, get_user(viewer), shared_by=get_user(shared_by) if shared_by else None
    )
    rows = [
        {
            "message_id": row.email.message_id,
            "subject": row.email.subject if row.email.sight >= Sight.SUBJECT else None,
            "direction": row.email.direction,
            "date": row.email.sent_at.isoformat(),
            "shared_by": row.shared_by[0].email,
            "read": row.email.is_read,
            "sight": Sight(row.email.sight).name.lower(),
        }
        for row in found
    ]
    if as_json:
        print_json(rows)
    else:
        shown = ("date", "direction", "subject", "shared_by")
        print_table(shown, [[row[name] for name in shown] for row in rows])
