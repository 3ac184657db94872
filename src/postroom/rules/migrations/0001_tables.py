import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What made the same tables step by step before the first release.
REPLACES = [("rules", name) for name in ("0001_initial",)]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACES

    dependencies = [
        ("accounts", "0001_tables"),
        ("archive", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("seen", models.BigIntegerField()),
                ("seen_next", models.BigIntegerField()),
                ("seen_at", models.DateTimeField()),
                ("name", models.CharField(max_length=120)),
                ("position", models.PositiveIntegerField()),
                ("is_on", models.BooleanField(default=True)),
                ("is_last", models.BooleanField(default=False)),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("received", "An email is received"),
                            ("sent", "An email is sent"),
                            ("bounced", "A sent email bounces"),
                            ("unanswered", "A sent email is not answered"),
                            ("unreplied", "A received email is not answered by me"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("needs_all", models.BooleanField(default=True)),
                ("conditions", models.JSONField(default=list)),
                ("deeds", models.JSONField(default=list)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("days__isnull", False),
                                ("trigger__in", ("unanswered", "unreplied")),
                            ),
                            models.Q(
                                models.Q(
                                    ("trigger__in", ("unanswered", "unreplied")), _negated=True
                                ),
                                ("days__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_rule_that_waits_has_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("words", models.TextField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="archive.email",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="rules.rule",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=["rule"],
                        name="run_to_tell",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("rule"), models.F("email"), name="a_rule_meets_an_email_once"
                    )
                ],
            },
        ),
    ]
