"""postroom webhook: which programs are told of a user's mail."""

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_user
from postroom.cli.printing import json_option, print_json, print_table

EVENTS = ("email.received", "email.sent", "email.bounced")
as_option = click.option("--as", "user", required=True, help="The user whose mail it is.")


@click.group("webhook")
def webhook_command() -> None:
    """Which programs are told of a user's mail."""


@webhook_command.command("add")
@click.argument("url")
@as_option
@click.option("--event", "events", type=click.Choice(EVENTS), multiple=True, default=EVENTS[:1])
@json_option
@with_django
def add(url: str, user: str, events: tuple[str, ...], as_json: bool) -> None:
    """Add one; prints the secret that signs what is posted, this once."""
    from django.utils import timezone

    from postroom.webhooks.keeping import make_webhook

    made = make_webhook(get_user(user), url, events, timezone.now())
    if as_json:
        print_json({"id": made.webhook.pk, "secret": made.secret})
    else:
        click.echo(made.secret)


@webhook_command.command("list")
@as_option
@json_option
@with_django
def list_webhooks(user: str, as_json: bool) -> None:
    """List them, and whether they hear."""
    from postroom.webhooks.models import Webhook

    rows = [
        {
            "id": hook.pk,
            "url": hook.url,
            "events": hook.events,
            "state": "off" if not hook.is_on else "failing" if hook.failing_since else "on",
        }
        for hook in Webhook.objects.filter(user=get_user(user))
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(("id", "address", "events", ""), [tuple(map(str, r.values())) for r in rows])


@webhook_command.command("remove")
@click.argument("webhook_id", type=int)
@as_option
@with_django
def remove(webhook_id: int, user: str) -> None:
    """Post nothing to it any more."""
    from django.utils import timezone

    from postroom.webhooks.keeping import remove_webhook
    from postroom.webhooks.models import Webhook

    found = Webhook.objects.filter(user=get_user(user), pk=webhook_id).first()
    if found is None:
        raise Failed(f"There is no such webhook. “postroom webhook list --as {user}” shows them.")
    remove_webhook(found, None, timezone.now())
    click.echo(f"{found} is told nothing any more.")
