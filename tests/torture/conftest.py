"""A database that all tests here share; each begins by emptying it."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from journeys.databases import database_like, django_using


@pytest.fixture(scope="module")
def shared_database(migrated_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Yield the address of the database that Django's models use meanwhile."""
    with (
        database_like(migrated_template) as url,
        django_db_blocker.unblock(),
        django_using(url),
    ):
        yield url
