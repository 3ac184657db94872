"""Profiles with permissions, and the audit log, which the database keeps from being changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION team_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is only added to.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON team_auditentry
    FOR EACH ROW EXECUTE FUNCTION team_audit_is_append_only();
"""
BACK = "DROP FUNCTION team_audit_is_append_only() CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("team", "0003_throttle"),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("integrate_email", "Integrate email"),
                                ("manage_email_settings", "Manage email settings"),
                                ("manage_users", "Manage users"),
                            ],
                            max_length=40,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("is_default", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "ordering": ["-is_default", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("is_default"),
                        condition=models.Q(("is_default", True)),
                        name="one_default_profile",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="profile",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="users",
                to="team.profile",
            ),
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("user_added", "added the user"),
                            ("user_activated", "restored the access of"),
                            ("user_deactivated", "ended the access of"),
                            ("password_set", "set a new password for"),
                            ("profile_given", "gave another profile to"),
                            ("profile_added", "added the profile"),
                            ("profile_changed", "changed the profile"),
                            ("profile_removed", "removed the profile"),
                            ("account_prepared", "set up the mailbox"),
                            ("account_withdrawn", "withdrew the mailbox"),
                            ("account_connected", "connected the mailbox"),
                            ("account_reconnected", "entered the password of"),
                            ("account_paused", "paused the mailbox"),
                            ("account_resumed", "resumed the mailbox"),
                            ("sharing_changed", "changed the sharing of"),
                            ("person_shared", "shared emails of"),
                            ("person_unshared", "ended the sharing of emails of"),
                            ("member_added", "added a member to"),
                            ("member_removed", "took a member out of"),
                            ("code_sent", "had a code sent to"),
                            ("from_verified", "verified the From address"),
                            ("from_removed", "removed the From address"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject", models.CharField(max_length=254)),
                ("detail", models.CharField(blank=True, max_length=400)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["act", "at"], name="audit_of_an_act")],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, BACK),
    ]
