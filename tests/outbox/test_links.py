"""Addresses of pages in letters: a table of their own, held to the pages that there are."""

import re
import subprocess
import sys

from django.conf import settings
from django.urls import get_resolver, reverse

from postroom.outbox.links import PAGES, url_of

WORDS = ("7", "a-word:1kZ_x:Aä b")
WITHOUT_PAGES = """
import sys
from postroom.cli.bootstrap import set_up_django
set_up_django()
from postroom.engine.running import know_every_job
know_every_job()
from postroom.outbox.links import url_of
url_of("email", 7)
print([name for name in ("postroom.config.urls", "postroom.web.urls") if name in sys.modules])
"""


def test_a_letter_leads_to_the_page_that_it_names() -> None:
    for page, pattern in PAGES.items():
        places = pattern.count("{}")
        for word in fitting(page) if places else ["-"]:
            arguments = [word] * places
            found = reverse(page, args=arguments)
            assert url_of(page, *arguments) == f"{settings.ENVIRONMENT.url}{found}"


def fitting(page: str) -> list[str]:
    """Those of the words that the page's address may hold."""
    (_, pattern, _, _), *_ = get_resolver().reverse_dict.getlist(page)
    raw = [word for word in WORDS if re.search(pattern, PAGES[page].format(word))]
    return raw or ["3f0d6f0e-9a3b-4f0e-8d55-0a2f3b1c9d7e"]


def test_an_engine_writes_letters_without_loading_the_pages() -> None:
    command = [sys.executable, "-c", WITHOUT_PAGES]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
