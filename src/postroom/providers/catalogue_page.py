"""Composes docs/providers.md from the catalogue: `python -m postroom.providers.catalogue_page`."""

import sys
from typing import Final

from postroom.providers.lookup import all_providers
from postroom.providers.provider import AppPasswordNeed, Method, Provider, ServerChoice
from postroom.providers.quirks import QUIRKS

_HEAD: Final = """\
# Mail services

Drawn from `src/postroom/providers/catalogue/`, one file for each service; the file's name is the
id for `--provider`. To add one, add a file: a test says what is missing. Then `make docs` draws
this page anew.

A server is on TLS unless STARTTLS is named. The first of several is the one proposed. *Sent copy*
says whether the service files what it sends by SMTP; where nobody knows, Postroom looks.

| service | id | IMAP | POP | SMTP | sign-in | Sent copy | traps |
|---|---|---|---|---|---|---|---|
"""
_METHODS: Final = {
    Method.PASSWORD: "password",
    Method.APP_PASSWORD: "app password",
    Method.OAUTH2: "OAuth",
}
_SENT_COPY: Final = {True: "yes", False: "no", None: "not known"}


def compose_catalogue_page() -> str:
    """Return the page."""
    rows = "".join(_row(provider) for provider in all_providers())
    traps = "".join(f"- `{slug}`: {meaning}\n" for slug, meaning in QUIRKS.items())
    variants = "".join(_variants(provider) for provider in all_providers())
    return f"{_HEAD}{rows}\n## Traps\n\n{traps}\n## Data centres and products\n\n{variants}"


def _row(provider: Provider) -> str:
    cells = (
        provider.name,
        f"`{provider.id}`",
        _servers(provider.imap),
        _servers(provider.pop),
        _servers(provider.smtp),
        _sign_in(provider),
        _SENT_COPY[provider.smtp_keeps_sent_copy],
        ", ".join(f"`{slug}`" for slug in provider.quirks) or "–",
    )
    return f"| {' | '.join(cells)} |\n"


def _servers(choices: tuple[ServerChoice, ...]) -> str:
    return "<br>".join(_server(choice) for choice in choices) or "–"


def _server(choice: ServerChoice) -> str:
    starttls = " STARTTLS" if choice.security == "starttls" else ""
    return f"{choice.host or 'the site’s own'}:{choice.port}{starttls}"


def _sign_in(provider: Provider) -> str:
    if not provider.sign_in.methods:
        return "none"
    words = ", ".join(_METHODS[method] for method in provider.sign_in.methods)
    if provider.sign_in.app_password is AppPasswordNeed.IF_2FA:
        words += " (with two-step sign-in)"
    return words


def _variants(provider: Provider) -> str:
    return "".join(
        f"- {provider.name}, {variant.label}: {_servers(variant.imap).replace('<br>', ', ')}\n"
        for variant in provider.variants
    )


if __name__ == "__main__":
    sys.stdout.write(compose_catalogue_page())
