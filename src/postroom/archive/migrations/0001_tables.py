import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# What made the same tables step by step before the first release.
REPLACES = [
    ("archive", name)
    for name in (
        "0001_initial",
        "0002_proofs",
        "0003_plan_and_pace",
        "0004_action_log",
        "0005_refused_proofs",
        "0006_bodies_due",
        "0008_left_out",
        "0009_window",
        "0010_inquiries",
        "0011_raw_beside",
        "0012_participants_without_key",
        "0013_search",
        "0020_quarantined_bytes",
        "0024_words_wait_in_a_list",
    )
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACES

    dependencies = [
        ("accounts", "0001_tables"),
        ("crm", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="RawMessage",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("size", models.PositiveIntegerField(help_text="Bytes before compression.")),
                (
                    "compressed",
                    models.BinaryField(help_text="Empty: they lie in the raw storage.", null=True),
                ),
            ],
            options={
                "verbose_name_plural": "raw messages",
                "db_table_comment": "Content-addressed messages; immutable.",
            },
        ),
        migrations.CreateModel(
            name="EveryParticipant",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "email_id",
                        "role",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "From"), (2, "Reply-To"), (3, "To"), (4, "Cc"), (5, "Bcc")]
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.TextField(blank=True)),
                ("address", models.TextField()),
                ("canonical", models.TextField()),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "db_table": "archive_every_participant",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Email",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.BinaryField(max_length=32)),
                ("message_id", models.TextField(blank=True)),
                ("thread_root", models.TextField(blank=True)),
                ("subject", models.TextField(blank=True)),
                ("snippet", models.TextField(blank=True)),
                ("sent_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "direction",
                    models.CharField(
                        choices=[("sent", "Sent"), ("received", "Received")], max_length=8
                    ),
                ),
                ("size", models.PositiveIntegerField(default=0)),
                ("has_attachments", models.BooleanField(default=False)),
                ("is_read", models.BooleanField(default=False)),
                ("is_flagged", models.BooleanField(default=False)),
                ("is_answered", models.BooleanField(default=False)),
                (
                    "in_inbox",
                    models.BooleanField(
                        db_default=False, default=False, help_text="A copy of it lies in the Inbox."
                    ),
                ),
                (
                    "is_automatic",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="No person wrote it, as far as it says so.",
                    ),
                ),
                (
                    "body_state",
                    models.CharField(
                        choices=[
                            (
                                "envelope",
                                "Only who, when and what about; the body is on the server",
                            ),
                            ("stored", "The whole message"),
                            ("unavailable", "The body could not be had"),
                        ],
                        default="envelope",
                        max_length=12,
                    ),
                ),
                (
                    "body_due",
                    models.BooleanField(
                        default=False, help_text="To be fetched as soon as may be."
                    ),
                ),
                ("body_asked_at", models.DateTimeField(blank=True, null=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emails",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "raw",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emails",
                        to="archive.rawmessage",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "-sent_at"], name="email_by_account"),
                    models.Index(
                        fields=["thread_root", "-sent_at"],
                        include=("account",),
                        name="email_by_thread",
                    ),
                    models.Index(fields=["account", "id"], name="email_by_arrival"),
                    models.Index(
                        condition=models.Q(("raw__isnull", False)), fields=["raw"], name="email_raw"
                    ),
                    models.Index(
                        condition=models.Q(("body_due", True)),
                        fields=["account"],
                        name="email_body_due",
                    ),
                    models.Index(
                        condition=models.Q(("in_inbox", True), ("removed_at__isnull", True)),
                        fields=["account", "-sent_at", "-id"],
                        name="email_in_inbox",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("in_inbox", True), ("is_read", False), ("removed_at__isnull", True)
                        ),
                        fields=["account", "-sent_at", "-id"],
                        name="email_unread_in_inbox",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("identity"), name="one_email_an_identity"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchMark",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.emailaccount",
                    ),
                ),
                ("email_id", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("server", models.PositiveIntegerField(default=0)),
                ("missing", models.PositiveIntegerField(default=0)),
                ("healed", models.PositiveIntegerField(default=0)),
                ("trouble", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comparisons",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DealLink",
            fields=[
                ("thread", models.TextField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
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
                    "deal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="crm.deal",
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Folder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=500)),
                ("delimiter", models.CharField(blank=True, max_length=4)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("inbox", "Inbox"),
                            ("sent", "Sent"),
                            ("archive", "Archive"),
                            ("all", "All mail"),
                            ("drafts", "Drafts"),
                            ("junk", "Junk"),
                            ("trash", "Trash"),
                            ("other", "Folder"),
                        ],
                        default="other",
                        max_length=8,
                    ),
                ),
                ("is_synced", models.BooleanField(default=True)),
                ("uidvalidity", models.BigIntegerField(default=0, help_text="0: never opened.")),
                ("uidnext", models.BigIntegerField(blank=True, null=True)),
                ("highestmodseq", models.BigIntegerField(blank=True, null=True)),
                ("server_count", models.PositiveIntegerField(default=0)),
                ("server_unseen", models.PositiveIntegerField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "older",
                    models.TextField(
                        blank=True,
                        help_text="UIDs of mail that came before the mailbox's first day, as ranges.",
                    ),
                ),
                (
                    "older_than",
                    models.DateField(blank=True, help_text="The day they are told by.", null=True),
                ),
                (
                    "is_searched",
                    models.BooleanField(
                        default=True,
                        help_text="Its unknown mail was asked for everybody who was asked for.",
                    ),
                ),
                (
                    "keeps_keywords",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Whether the server keeps keywords here, as far as it was asked.",
                    ),
                ),
                (
                    "planned_uidvalidity",
                    models.BigIntegerField(default=0, help_text="0: not planned."),
                ),
                ("planned_uidnext", models.BigIntegerField(default=0)),
                ("planned_messages", models.BigIntegerField(default=0)),
                ("planned_older", models.BigIntegerField(default=0)),
                (
                    "planned_octets",
                    models.BigIntegerField(blank=True, help_text="Empty: not told.", null=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="folders",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("name"), name="one_folder_a_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "canonical",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("canonical", models.CharField(max_length=254)),
                ("answered_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inquiries",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "inquiries",
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("keyword", models.CharField(max_length=100)),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("red", "Red"),
                            ("orange", "Orange"),
                            ("yellow", "Yellow"),
                            ("green", "Green"),
                            ("teal", "Teal"),
                            ("blue", "Blue"),
                            ("purple", "Purple"),
                            ("grey", "Grey"),
                        ],
                        default="grey",
                        max_length=8,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "ordering": [django.db.models.functions.text.Lower("name"), "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"),
                        django.db.models.functions.text.Lower("name"),
                        name="one_label_a_name",
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        django.db.models.functions.text.Lower("keyword"),
                        name="one_label_a_keyword",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mark_read", "Marked as read"),
                            ("mark_unread", "Marked as unread"),
                            ("flag", "Flagged"),
                            ("unflag", "Flag removed"),
                            ("answered", "Marked as answered"),
                            ("unanswered", "Marked as not answered"),
                            ("move", "Moved"),
                            ("label", "Labelled"),
                            ("unlabel", "Label taken off"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for the mail server"),
                            ("done", "Done"),
                            ("refused", "Refused by the mail server"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("refusal", models.TextField(blank=True)),
                ("landed_uid", models.BigIntegerField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="archive.email",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="archive.folder",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="archive.folder",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="archive.label",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["account"],
                        name="action_asked",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "move"),
                                ("source__isnull", False),
                                ("target__isnull", False),
                            ),
                            models.Q(
                                models.Q(("kind", "move"), _negated=True),
                                ("source__isnull", True),
                                ("target__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_move_has_both_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("label", "unlabel")), ("label__isnull", False)),
                            models.Q(
                                models.Q(("kind__in", ("label", "unlabel")), _negated=True),
                                ("label__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_labelling_has_its_label",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Labelling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labellings",
                        to="archive.email",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labellings",
                        to="archive.label",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("email"), models.F("label"), name="an_email_bears_a_label_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MutedThread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thread_root", models.TextField()),
                ("muted_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("thread_root"), name="muted_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "email_id",
                        "role",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "From"), (2, "Reply-To"), (3, "To"), (4, "Cc"), (5, "Bcc")]
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.TextField(blank=True)),
                ("address", models.TextField()),
                ("canonical", models.TextField()),
                ("sent_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="archive.email",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["canonical", "-sent_at", "email"],
                        include=("account",),
                        name="participant_mail",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thread", models.TextField()),
                ("is_writing", models.BooleanField()),
                ("until", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("thread"),
                        models.F("user"),
                        models.F("is_writing"),
                        name="present_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proved_at", models.DateTimeField()),
                ("server", models.PositiveIntegerField()),
                ("recorded", models.PositiveIntegerField()),
                ("quarantined", models.PositiveIntegerField()),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("older", models.PositiveIntegerField(default=0)),
                ("missing", models.PositiveIntegerField()),
                (
                    "missing_uids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("refusal", models.TextField(blank=True)),
                (
                    "folder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proofs",
                        to="archive.folder",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "proof entries",
                "indexes": [models.Index(fields=["folder", "-id"], name="proof_latest")],
            },
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uidvalidity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("met_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("ignored_at", models.DateTimeField(blank=True, null=True)),
                ("retry_asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "folder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantined",
                        to="archive.folder",
                    ),
                ),
                (
                    "raw",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="archive.rawmessage",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "quarantined messages",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("folder", "uidvalidity", "uid", "raw"),
                        name="quarantined_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResponseWatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("is_told", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to="archive.email",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "response watches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["due_at"],
                        name="watch_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("email"), models.F("by"), name="watched_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email_id", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "search due",
            },
        ),
        migrations.CreateModel(
            name="ServerCopy",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "folder_id",
                        "uidvalidity",
                        "uid",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("uidvalidity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                ("is_seen", models.BooleanField(default=False)),
                ("is_flagged", models.BooleanField(default=False)),
                ("is_answered", models.BooleanField(default=False)),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, null=True, size=None
                    ),
                ),
                ("missed_at", models.DateTimeField(blank=True, null=True)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "email",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="archive.email",
                    ),
                ),
                (
                    "folder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="archive.folder",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "server copies",
            },
        ),
        migrations.CreateModel(
            name="SyncRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("messages_before", models.PositiveBigIntegerField(default=0)),
                ("messages_planned", models.PositiveBigIntegerField(default=0)),
                ("messages_found", models.PositiveIntegerField(default=0)),
                ("messages_done", models.PositiveIntegerField(default=0)),
                ("bodies_found", models.PositiveIntegerField(default=0)),
                ("bodies_done", models.PositiveIntegerField(default=0)),
                ("messages_rate", models.FloatField(default=0)),
                ("bodies_rate", models.FloatField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-started_at"], name="run_latest")],
            },
        ),
        migrations.CreateModel(
            name="TeamEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("comment", "wrote"),
                            ("assigned", "assigned it to"),
                            ("released", "assigned it to nobody"),
                            ("done", "marked it as done"),
                            ("reopened", "put it back into the inbox"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="team_entries",
                        to="archive.email",
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "team entries",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Correspondent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("canonical", models.TextField()),
                ("name", models.TextField(blank=True)),
                ("words", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "canonical", "words"), name="one_correspondent_a_naming"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "email",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="archive.email",
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                ("people", django.contrib.postgres.search.SearchVectorField()),
                ("subject", django.contrib.postgres.search.SearchVectorField()),
                ("everything", django.contrib.postgres.search.SearchVectorField()),
                ("text", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "search entries",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=True,
                        fields=["everything"],
                        gin_pending_list_limit=256,
                        name="search_words",
                    ),
                    models.Index(fields=["-sent_at"], name="search_newest"),
                    models.Index(fields=["account", "-sent_at"], name="search_by_account"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Triage",
            fields=[
                (
                    "email",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="triage",
                        serialize=False,
                        to="archive.email",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "triage",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", False),
                            ("snoozed_until__isnull", False),
                            _connector="XOR",
                        ),
                        name="done_or_snoozed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thread", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="archive.email",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("thread"), name="assigned_once"
                    )
                ],
            },
        ),
    ]
