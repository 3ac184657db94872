"""Read what is due for search and end: the engine's job, as a program that can be timed.

`postroom reindex` reads all mail again, also what was read with its recording.
"""

from postroom.cli.bootstrap import set_up_django


def main() -> None:
    """Of all accounts."""
    set_up_django()
    from postroom.archive.search import accounts_due
    from postroom.sync.indexing import index_all
    from postroom.sync.parsing import SHARED

    SHARED.begin()
    for account_id in accounts_due():
        for _ in index_all(account_id, SHARED):
            pass


if __name__ == "__main__":
    main()
