import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What made the same tables step by step before the first release.
REPLACES = [
    ("cleanup", name)
    for name in (
        "0001_initial",
        "0002_imported_mail",
    )
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACES

    dependencies = [
        ("accounts", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its password"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("deactivated", "Deactivated"),
                            ("imported", "Imported from files"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                ("took_salesinbox", models.BooleanField(default=False)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                ("deletes_on", models.DateField(blank=True, null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="case",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unopened", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("inactive", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("unsent", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("gone", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("takes_all", models.BooleanField(default=False)),
                ("days_hidden", models.PositiveSmallIntegerField(default=30)),
                ("set_at", models.DateTimeField()),
                (
                    "role",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cleanup_rule",
                        to="team.role",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("role"), name="one_cleanup_rule_a_role", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Warning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
                ("written_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="warnings",
                        to="cleanup.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-days"],
                "constraints": [
                    models.UniqueConstraint(models.F("case"), models.F("days"), name="warned_once")
                ],
            },
        ),
    ]
