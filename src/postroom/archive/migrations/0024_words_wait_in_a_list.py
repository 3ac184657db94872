"""The index of words takes many emails at once: half of what it cost to write one (ADR 33)."""

import django.contrib.postgres.indexes
from django.db import migrations

LIST = "ALTER INDEX search_words SET (fastupdate = on, gin_pending_list_limit = 256)"
NO_LIST = """
ALTER INDEX search_words SET (fastupdate = off);
ALTER INDEX search_words RESET (gin_pending_list_limit);
"""


def words(**options: object) -> django.contrib.postgres.indexes.GinIndex:
    """The index with these options."""
    return django.contrib.postgres.indexes.GinIndex(
        fields=["everything"], name="search_words", **options
    )


class Migration(migrations.Migration):
    dependencies = [("archive", "0023_wall_around_writing")]

    operations = [
        # Not made anew: of a million emails that takes minutes.
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(LIST, NO_LIST)],
            [
                migrations.RemoveIndex("searchentry", "search_words"),
                migrations.AddIndex(
                    "searchentry", words(fastupdate=True, gin_pending_list_limit=256)
                ),
            ],
        ),
    ]
