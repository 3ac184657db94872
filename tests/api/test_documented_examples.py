"""The examples of docs/api.md, as they stand there: curl, a shell, a real server."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.callers import writer
from api.conftest import LENA
from api.letters import FILE
from postroom.accounts.models import EmailAccount, Sharing
from postroom.api.problems import KINDS
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.models import User
from sources import ROOT, table_rows
from web.browser import database_of_tests, serving

DOCUMENT = (ROOT / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"<!-- run -->\n```sh\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of a Postroom on the test database, in a process of its own."""
    (tmp_path / "site").mkdir()
    with serving(database_of_tests(), tmp_path / "site") as site:
        yield site.url


def with_ids(example: str, ids: dict[str, int]) -> str:
    """The example with the ids that there are, where the document says 1."""
    return re.sub(r"\b(\w+)/1\b", lambda found: f"{found[1]}/{ids[found[1]]}", example)


def test_every_example_works_as_it_is_written(
    server: str, tmp_path: Path, alice: User, lena: Person, account: EmailAccount, letter: Email
) -> None:
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    ids = {"people": lena.pk, "emails": letter.pk, "threads": letter.pk}
    ids |= {"accounts": account.pk, "shares": account.pk}
    settings = {"KEY": writer(alice).key, "POSTROOM": server}
    ran = 0
    for example in EXAMPLES:
        done = subprocess.run(
            ["sh", "-e", "-c", with_ids(example, ids)],
            env=os.environ | settings,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{example}\n{done.stdout}\n{done.stderr}"
        ran += example.count("curl ")
    print(f"{ran} examples")
    assert ran == 24
    assert (tmp_path / "offer.pdf").read_bytes() == FILE
    assert LENA.encode() in (tmp_path / "email.eml").read_bytes()
    assert Person.objects.get(first_name="Nora").addresses.get().address == "nora@customer.example"
    assert Email.objects.get().is_flagged


def test_the_errors_are_those_that_there_are() -> None:
    rows = {row[0].strip("`"): row[1] for row in table_rows(DOCUMENT) if row[1].isdigit()}
    assert rows == {kind.name: str(kind.status) for kind in KINDS}
