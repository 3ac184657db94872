"""postroom outbox: what Postroom writes to its own people, and what became of it."""

from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.outbox.models import Notice

COLUMNS = ("to", "subject", "state", "written", "attempts", "reason")
NEWEST = 200


@click.command("outbox")
@click.option("--again", is_flag=True, help="Try everything again that could not be sent.")
@json_option
@with_django
def outbox_command(again: bool, as_json: bool) -> None:
    """Show the emails Postroom writes to its own people, newest first."""
    from django.utils import timezone

    from postroom.outbox.models import Notice, NoticeState
    from postroom.outbox.queue import send_again

    if again:
        for notice in Notice.objects.exclude(state=NoticeState.SENT):
            send_again(notice, timezone.now())
    rows = [row_of(notice) for notice in Notice.objects.order_by("-id")[:NEWEST]]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        click.echo("Nothing was written yet.")


def row_of(notice: "Notice") -> dict[str, Any]:
    """What there is to know of a notice; not what it says."""
    return {
        "to": notice.recipient,
        "subject": notice.subject,
        "state": notice.state,
        "written": notice.written_at.isoformat(timespec="seconds"),
        "sent": notice.sent_at.isoformat(timespec="seconds") if notice.sent_at else "",
        "attempts": notice.attempts,
        "reason": notice.reason,
    }
