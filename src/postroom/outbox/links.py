"""Whole addresses of pages, for those who read an email and not a page.

By a table of our own: Django's loads every page there is, which were 31 MB of an engine that
writes one letter. `tests/outbox/test_links.py` holds it to the pages.
"""

from urllib.parse import quote

from django.conf import settings

# What stands between the slashes stays as it is, as Django leaves it.
UNQUOTED = "/~:@!$&'()*+,;="

PAGES = {
    "account": "setup/channels/email/{}/",
    "awaiting": "inbox/awaiting/",
    "contacts": "contacts/",
    "deal": "deals/{}/",
    "digest-end": "digest/{}/",
    "email": "emails/{}/",
    "inbox": "inbox/",
    "join": "join/",
    "keeping": "setup/channels/email/keeping/{}/",
    "leads": "leads/",
    "mail-rule-log": "rules/{}/log/",
    "notice-image": "o/{}.gif",
    "notice-link": "c/{}",
    "notice-refusal": "n/{}",
    "password-link": "password/link/",
    "reconnection": "setup/channels/email/{}/reconnection/",
    "requests": "requests/",
    "servers": "setup/channels/email/{}/servers/",
    "tasks": "tasks/",
    "writing": "writing/{}/",
}


def url_of(page: str, *arguments: int | str) -> str:
    """A page's address, from POSTROOM_URL on."""
    places = [quote(str(argument), safe=UNQUOTED) for argument in arguments]
    return f"{settings.ENVIRONMENT.url}/{PAGES[page].format(*places)}"
