import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import postroom.accounts.sealing

# What made the same tables step by step before the first release.
REPLACES = [
    ("accounts", name)
    for name in (
        "0001_initial",
        "0002_incident_and_traffic",
        "0003_shared_addresses",
        "0004_team_mailboxes",
        "0005_window",
        "0006_smtp_username",
        "0007_decisions_and_deletions",
        "0008_from_addresses",
        "0009_sealed_columns",
        "0010_waiting_for_a_password",
        "0013_formatted_signature",
        "0014_use_and_holds",
        "0015_imported_mail",
        "0016_own_lists_untold",
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
            name="EmailAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sight",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Who and when"), (2, "Subject too"), (3, "Everything")],
                        default=3,
                    ),
                ),
                ("is_to_all", models.BooleanField(default=True)),
                (
                    "to_users",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "to_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("address", models.CharField(max_length=254, unique=True)),
                ("provider", models.CharField(blank=True, max_length=40)),
                (
                    "protocol",
                    models.CharField(
                        choices=[("imap", "IMAP"), ("pop", "POP3")], default="imap", max_length=4
                    ),
                ),
                ("imap_host", models.CharField(blank=True, max_length=253)),
                ("imap_port", models.PositiveIntegerField(default=993)),
                (
                    "imap_security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (only on allowed networks)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("pop_host", models.CharField(blank=True, max_length=253)),
                ("pop_port", models.PositiveIntegerField(default=995)),
                (
                    "pop_security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (only on allowed networks)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("smtp_host", models.CharField(blank=True, max_length=253)),
                ("smtp_port", models.PositiveIntegerField(default=465)),
                (
                    "smtp_security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (only on allowed networks)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("smtp_username", models.CharField(blank=True, max_length=254)),
                (
                    "smtp_size",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="Octets its outgoing server takes, if it said so.",
                        null=True,
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=254)),
                (
                    "sharing",
                    models.CharField(
                        choices=[
                            ("private", "Private"),
                            ("custom", "Custom"),
                            ("public", "Public"),
                        ],
                        default="private",
                        max_length=8,
                    ),
                ),
                (
                    "storage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("matched", "Bodies only of mail with leads and contacts"),
                            ("everything", "Bodies of all mail"),
                            ("strict", "Nothing of mail without a lead or contact"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "keep_sent",
                    models.CharField(
                        choices=[("auto", "Automatic"), ("always", "Always"), ("never", "Never")],
                        default="auto",
                        max_length=6,
                    ),
                ),
                (
                    "activation",
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
                ("trouble", models.CharField(blank=True, max_length=40)),
                ("trouble_sentence", models.TextField(blank=True)),
                ("trouble_since", models.DateTimeField(blank=True, null=True)),
                ("incident_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_because", models.CharField(blank=True, max_length=400)),
                (
                    "is_policys",
                    models.BooleanField(default=False, help_text="The Cleanup Policy decided it."),
                ),
                ("smtp_trouble_sentence", models.TextField(blank=True)),
                (
                    "window",
                    models.CharField(
                        blank=True,
                        help_text="Existing mail: all, or since a day; empty: as the organisation decided.",
                        max_length=12,
                    ),
                ),
                (
                    "octets_a_day",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="For existing mail; empty: as the organisation decided.",
                        null=True,
                    ),
                ),
                ("traffic_day", models.DateField(blank=True, null=True)),
                ("traffic_octets", models.PositiveBigIntegerField(default=0)),
                ("tier", models.CharField(blank=True, max_length=12)),
                (
                    "capabilities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("connected_at", models.DateTimeField(auto_now_add=True)),
                ("first_complete_at", models.DateTimeField(blank=True, null=True)),
                ("last_complete_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="email_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["address"],
            },
        ),
        migrations.CreateModel(
            name="SharingInForce",
            fields=[
                (
                    "sight",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Who and when"), (2, "Subject too"), (3, "Everything")],
                        default=3,
                    ),
                ),
                ("is_to_all", models.BooleanField(default=True)),
                (
                    "to_users",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "to_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="in_force",
                        serialize=False,
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("private", "Private"),
                            ("custom", "Custom"),
                            ("public", "Public"),
                        ],
                        max_length=8,
                    ),
                ),
                ("is_set", models.BooleanField()),
            ],
            options={
                "db_table": "accounts_sharing_in_force",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="use",
                        serialize=False,
                        to="accounts.emailaccount",
                    ),
                ),
                ("opened_on", models.DateField(blank=True, null=True)),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("elsewhere_on", models.DateField(blank=True, null=True)),
                ("kept_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "db_table": "accounts_use",
            },
        ),
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("begins_on", models.DateField(blank=True, null=True)),
                ("removes_account", models.BooleanField(default=False)),
                ("found", models.PositiveBigIntegerField(default=0)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("rate", models.FloatField(default=0)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deletion",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shared_at", models.DateTimeField(auto_now_add=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="crm.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("person"), name="shared_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("canonical", models.CharField(max_length=254)),
                ("is_shared", models.BooleanField()),
                ("decided_at", models.DateTimeField()),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="accounts.share",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("share"), models.F("canonical"), name="decided_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SharingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sight",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Who and when"), (2, "Subject too"), (3, "Everything")],
                        default=3,
                    ),
                ),
                ("is_to_all", models.BooleanField(default=True)),
                (
                    "to_users",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "to_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("private", "Private"),
                            ("custom", "Custom"),
                            ("public", "Public"),
                            ("choice", "User’s choice"),
                        ],
                        default="choice",
                        max_length=8,
                    ),
                ),
                ("set_at", models.DateTimeField()),
                (
                    "role",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sharing_rule",
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
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sharing_rule",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("user__isnull", False), ("role__isnull", False), _connector="XOR"
                        ),
                        name="rule_for_a_user_or_a_role",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.BinaryField(max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("given", "Given"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "told_at",
                    models.DateTimeField(blank=True, help_text="The owner, by email.", null=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("identity"),
                        models.F("asked_by"),
                        condition=models.Q(("answer", "waiting")),
                        name="asked_once_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("incoming", "Incoming"), ("outgoing", "Outgoing")], max_length=8
                    ),
                ),
                ("sealed", postroom.accounts.sealing.SealedField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("direction"),
                        name="one_credential_a_direction",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pattern",
                    models.CharField(
                        help_text="A canonical address, or a domain without the @.", max_length=254
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"),
                        models.F("pattern"),
                        name="excluded_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FromAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("address", models.CharField(max_length=254)),
                ("reply_to", models.CharField(blank=True, max_length=254)),
                ("signature", models.TextField(blank=True, max_length=4000)),
                ("signature_html", models.TextField(blank=True)),
                ("is_default", models.BooleanField(default=False)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("code_digest", models.CharField(blank=True, max_length=64)),
                ("code_expires_at", models.DateTimeField(blank=True, null=True)),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="from_addresses",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-is_default", "address"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("address"), name="from_address_once"
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        condition=models.Q(("is_default", True)),
                        name="one_default_from_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False), ("verified_at__isnull", False), _connector="OR"
                        ),
                        name="default_from_address_is_verified",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.BinaryField(blank=True, max_length=32, null=True)),
                ("thread_root", models.TextField(blank=True)),
                (
                    "sight",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Who and when"), (2, "Subject too"), (3, "Everything")],
                        default=3,
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("identity__isnull", False),
                            models.Q(("thread_root", ""), _negated=True),
                            _connector="XOR",
                        ),
                        name="grant_of_an_email_or_a_thread",
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("user"),
                        models.F("identity"),
                        models.F("thread_root"),
                        name="granted_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=400)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hold",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hold",
                        to="crm.person",
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("account__isnull", True), ("person__isnull", True), _connector="OR"
                        ),
                        name="hold_on_one_thing",
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("person"),
                        name="held_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["user__name", "user__email"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("user"), name="member_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.BinaryField(blank=True, max_length=32, null=True)),
                ("thread_root", models.TextField(blank=True)),
                (
                    "sight",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Nothing"),
                            (1, "Who and when"),
                            (2, "Subject too"),
                            (3, "Everything"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rulings",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("identity__isnull", False),
                            models.Q(("thread_root", ""), _negated=True),
                            _connector="XOR",
                        ),
                        name="ruling_of_an_email_or_a_thread",
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("identity"),
                        models.F("thread_root"),
                        name="ruled_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
