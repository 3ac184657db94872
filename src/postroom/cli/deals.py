"""postroom deals: what is in the pipeline."""

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.printing import json_option, print_json, print_table


@click.command("deals")
@click.option("--open", "only_open", is_flag=True, help="Only deals that are not closed.")
@json_option
@with_django
def deals_command(only_open: bool, as_json: bool) -> None:
    """List deals, changed last first."""
    from postroom.crm.deals import find_deals

    deals = find_deals()
    if only_open:
        deals = deals.filter(closed_at=None)
    rows = [
        {
            "id": deal.pk,
            "name": deal.name,
            "stage": deal.stage.name,
            "amount": None if deal.amount is None else str(deal.amount),
            "currency": deal.currency,
            "company": str(deal.company or ""),
            "closing_on": deal.closing_on.isoformat() if deal.closing_on else None,
            "owner": deal.owner.email if deal.owner else None,
        }
        for deal in deals.order_by("-changed_at", "-pk")
    ]
    if as_json:
        print_json(rows)
    else:
        shown = ("name", "stage", "amount", "currency", "company", "closing_on", "owner")
        print_table(shown, [[str(row[name] or "") for name in shown] for row in rows])
