"""Who may sign in, said on the command line."""

from pathlib import Path

from backup.places import empty_database, has_tables
from journeys.installation import Installation


def test_a_weak_password_is_refused_before_anything_is_made(postgres_server: Path) -> None:
    with empty_database("weak") as url:
        words = ("createadmin", "--email", "you@example.com", "--password-stdin")
        told = Installation(url).run(*words, stdin="short", status=1)
        assert "too short" in told.stderr
        assert "Making the tables" not in told.stderr
        assert not has_tables(url)
