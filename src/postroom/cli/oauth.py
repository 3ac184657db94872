"""postroom oauth: the clients that Postroom is at Google, Microsoft or an OpenID provider."""

from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.printing import json_option, print_json, print_table
from postroom.cli.secret_input import read_password

if TYPE_CHECKING:
    from postroom.oauth.models import SignInClient

ISSUERS = click.Choice(["google", "microsoft", "openid"])
SECURITY = click.Choice(["tls", "starttls", "none"])
COLUMNS = ("issuer", "name", "client_id", "tenant", "mailboxes")


@click.group("oauth")
def oauth_command() -> None:
    """Sign-in services: with which client people sign in instead of typing a password."""


@oauth_command.command("set")
@click.argument("issuer", type=ISSUERS)
@click.option("--client-id", required=True)
@click.option("--client-secret-stdin", is_flag=True, help="Read the secret from stdin.")
@click.option("--no-secret", is_flag=True, help="The client has none, or keeps the one it has.")
@click.option("--tenant", default="", help="Microsoft: a tenant ID, organizations, consumers.")
@click.option("--name", default="", help="openid: how buttons call it.")
@click.option("--discovery-url", default="", help="openid: the provider's address (issuer).")
@click.option("--imap-host", default="", help="openid: the mail server that takes its tokens.")
@click.option("--imap-port", type=int, default=993)
@click.option("--imap-security", type=SECURITY, default="tls")
@click.option("--smtp-host", default="")
@click.option("--smtp-port", type=int, default=465)
@click.option("--smtp-security", type=SECURITY, default="tls")
@with_django
def set_client(
    issuer: str, client_id: str, client_secret_stdin: bool, no_secret: bool, **choices: Any
) -> None:
    """Enter the client registered at ISSUER. “postroom oauth guide ISSUER” says how to get one."""
    from django.utils import timezone

    from postroom.oauth.clients import ClientEntry, keep_client
    from postroom.oauth.errors import SignInStopped

    secret = ""
    if not no_secret:
        secret = read_password("Client secret", from_stdin=client_secret_stdin)
    entry = ClientEntry(
        issuer=issuer,
        client_id=client_id,
        secret=secret,
        tenant=choices["tenant"],
        name=choices["name"],
        discovery_url=choices["discovery_url"],
        imap=server_of("imap", choices),
        smtp=server_of("smtp", choices),
    )
    try:
        client = keep_client(entry, timezone.now())
    except SignInStopped as failure:
        raise Failed(failure.sentence) from failure
    click.echo(f"{client} is set up. “postroom oauth test {issuer}” tries it.")


@oauth_command.command("list")
@json_option
@with_django
def list_clients(as_json: bool) -> None:
    """List the clients entered; never their secrets."""
    from postroom.oauth.models import Grant, SignInClient

    rows = [
        {
            "issuer": client.issuer,
            "name": str(client),
            "client_id": client.client_id,
            "tenant": client.tenant,
            "mailboxes": Grant.objects.filter(issuer=client.issuer).count(),
        }
        for client in SignInClient.objects.all()
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])


@oauth_command.command("test")
@click.argument("issuer", type=ISSUERS)
@json_option
@with_django
def test_client(issuer: str, as_json: bool) -> None:
    """Try the client of ISSUER; status 1 if something needs you."""
    from dataclasses import asdict

    from django.utils import timezone

    from postroom.oauth.checking import check_client

    checks = list(check_client(entered(issuer), timezone.now()))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            word = "ok       " if check.is_well else "needs you"
            click.echo(f"{word}   {check.what}: {check.sentence}")
    click.get_current_context().exit(0 if all(check.is_well for check in checks) else 1)


@oauth_command.command("remove")
@click.argument("issuer", type=ISSUERS)
@with_django
def remove_client(issuer: str) -> None:
    """Remove the client of ISSUER; its mailboxes stop until there is one again."""
    client = entered(issuer)
    client.delete()
    click.echo(f"{client} is removed.")


@oauth_command.command("guide")
@click.argument("issuer", type=ISSUERS)
@with_django
def guide(issuer: str) -> None:
    """Say step by step how to register Postroom at ISSUER."""
    from postroom.oauth.signing_in import redirect_url
    from postroom.providers import find_issuer

    known = find_issuer(issuer)
    assert known is not None  # noqa: S101 - one of ISSUERS
    click.echo(f"Redirect address: {redirect_url()}")
    for scope in known.scopes.for_protocol("imap"):
        click.echo(f"Scope: {scope}")
    for number, step in enumerate(known.steps, start=1):
        click.echo(f"\n{number}. {step}")
    for trap in known.traps:
        click.echo(f"\n{trap.title}: {trap.sentence}")


def entered(issuer: str) -> "SignInClient":
    """The client of an issuer, or the sentence that there is none."""
    from postroom.oauth.clients import find_client

    client = find_client(issuer)
    if client is None:
        raise Failed(f"No client is entered for {issuer}. Use: postroom oauth set {issuer}")
    return client


def server_of(kind: str, choices: dict[str, Any]) -> Any:
    """A mail server as the options name it, or none."""
    from postroom.accounts.models import Security
    from postroom.oauth.clients import MailServer

    if not choices[f"{kind}_host"]:
        return None
    security = Security(choices[f"{kind}_security"])
    return MailServer(choices[f"{kind}_host"], choices[f"{kind}_port"], security)
