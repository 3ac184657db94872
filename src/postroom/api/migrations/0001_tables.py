import django.db.models.deletion
from django.db import migrations, models

# What made the same tables step by step before the first release.
REPLACES = [
    ("api", name)
    for name in (
        "0001_kept_answers",
        "0002_additions",
    )
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACES

    dependencies = [
        ("crm", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Addition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=200)),
                ("asked", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="additions",
                        to="team.apikey",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("key"), models.F("word"), name="added_once")
                ],
            },
        ),
    ]
