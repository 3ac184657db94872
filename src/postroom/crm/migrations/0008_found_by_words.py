"""Notes and tasks are found by their words; those that are there are read once."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from postroom.crm.written_words import vector_of

BATCH = 500


def read_them(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """Fill the vectors, some rows at a time."""
    for name, column in (("Note", "text"), ("Task", "words")):
        model, last = apps.get_model("crm", name), 0
        while rows := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            for row in rows:
                row.found_by = vector_of(getattr(row, column))
            model.objects.bulk_update(rows, ["found_by"])
            last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0007_notes_and_tasks"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="found_by",
                field=django.contrib.postgres.search.SearchVectorField(default="", editable=False),
            )
            for name in ("note", "task")
        ),
        migrations.RunPython(read_them, migrations.RunPython.noop),
        *(
            migrations.AddIndex(
                model_name=name,
                index=django.contrib.postgres.indexes.GinIndex(
                    fields=["found_by"], name=f"{name}_words"
                ),
            )
            for name in ("note", "task")
        ),
    ]
