import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# What made the same tables step by step before the first release.
REPLACES = [
    ("outbox", name)
    for name in (
        "0001_initial",
        "0002_outgoing_email",
        "0003_compose_settings",
        "0004_send_later",
        "0005_templates",
        "0006_draft_copies",
        "0007_away",
        "0008_open_and_click_notice",
    )
]


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
            name="NoNotice",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("is_own", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ComposeSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reply_to", models.CharField(blank=True, max_length=254)),
                ("is_rich", models.BooleanField(default=True)),
                (
                    "font",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "As the reader’s program shows mail"),
                            ("Arial, Helvetica, sans-serif", "Sans serif (Arial)"),
                            ("Georgia, 'Times New Roman', serif", "Serif (Georgia)"),
                            ("Verdana, Geneva, sans-serif", "Wide (Verdana)"),
                            ("'Courier New', Courier, monospace", "Typewriter (Courier New)"),
                        ],
                        max_length=60,
                    ),
                ),
                (
                    "font_size",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "As the reader’s program shows mail"),
                            ("13px", "Small"),
                            ("15px", "Medium"),
                            ("18px", "Large"),
                        ],
                        max_length=4,
                    ),
                ),
                (
                    "signature_place",
                    models.CharField(
                        choices=[
                            ("above", "Above the quoted email"),
                            ("below", "Below the quoted email"),
                            ("none", "Only on new emails, not on answers"),
                        ],
                        default="above",
                        max_length=5,
                    ),
                ),
                ("keeps_drafts", models.BooleanField(default=True)),
                ("wants_notices", models.BooleanField(default=False)),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.fromaddress",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="compose_settings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutgoingEmail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("in_reply_to", models.TextField(blank=True)),
                (
                    "references",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("to", models.TextField(blank=True)),
                ("cc", models.TextField(blank=True)),
                ("bcc", models.TextField(blank=True)),
                ("subject", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
                ("is_rich", models.BooleanField(default=False)),
                ("html", models.TextField(blank=True)),
                ("has_signature", models.BooleanField(default=True)),
                ("has_quote", models.BooleanField(default=True)),
                ("quote_html", models.TextField(blank=True)),
                ("quote_text", models.TextField(blank=True)),
                ("wants_notice", models.BooleanField(default=False)),
                ("notice_note", models.TextField(blank=True)),
                (
                    "message_id",
                    models.CharField(blank=True, max_length=320, null=True, unique=True),
                ),
                (
                    "recipients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("raw", models.BinaryField(blank=True, null=True)),
                ("copy_raw", models.BinaryField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("scheduled", "Scheduled"),
                            ("held", "Sending"),
                            ("queued", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("refused", "Not sent"),
                            ("unknown", "Unknown"),
                            ("bounced", "Bounced"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("not_taken", models.JSONField(blank=True, default=dict)),
                ("away", models.JSONField(blank=True, default=dict)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("copy_due_at", models.DateTimeField(blank=True, null=True)),
                ("copy_note", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outgoing",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "answers",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="archive.email",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outgoing",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "copy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="archive.email",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.fromaddress",
                    ),
                ),
            ],
            options={
                "ordering": ["-changed_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["held", "queued", "scheduled"])),
                        fields=["due_at"],
                        name="outgoing_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("copy_due_at__isnull", False)),
                        fields=["copy_due_at"],
                        name="outgoing_copy_due",
                    ),
                    models.Index(fields=["account", "started_at"], name="outgoing_by_account"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticedPlace",
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
                            ("image", "Opened"),
                            ("link", "Link used"),
                            ("refusal", "No more notices"),
                        ],
                        max_length=7,
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("target", models.TextField(blank=True)),
                (
                    "outgoing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="outbox.outgoingemail",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DraftCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message_id", models.CharField(max_length=320, unique=True)),
                ("version", models.DateTimeField()),
                ("tried_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.emailaccount",
                    ),
                ),
                (
                    "outgoing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="draft_copies",
                        to="outbox.outgoingemail",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "draft copies",
                "ordering": ["version", "id"],
            },
        ),
        migrations.CreateModel(
            name="OutgoingFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("media_type", models.CharField(max_length=127)),
                ("size", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                ("content_id", models.CharField(blank=True, max_length=120)),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="outbox.outgoingemail",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReadReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "email",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="archive.email",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "reader",
                    models.CharField(
                        choices=[
                            ("computer", "on a computer"),
                            ("phone", "on a phone or tablet"),
                            ("machine", "by a machine"),
                            ("unknown", "by a program that does not say what it is"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "doubt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            (
                                "proxy",
                                "through the mail service’s image proxy, which mostly asks when it is opened",
                            ),
                            (
                                "ahead",
                                "by a mail service or program that loads images before anybody opens it",
                            ),
                            ("scanner", "by a scanner or robot"),
                            ("soon", "within seconds of sending, as scanners do"),
                            ("burst", "several links within seconds, as scanners do"),
                            ("head", "asked for without being loaded, as scanners do"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="outbox.noticedplace",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="EmailTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("folder", models.CharField(blank=True, max_length=60)),
                ("subject", models.CharField(blank=True, max_length=400)),
                ("html", models.TextField(blank=True)),
                (
                    "sharing",
                    models.CharField(
                        choices=[
                            ("mine", "Only I"),
                            ("roles", "I, and colleagues with a role"),
                            ("everyone", "Everyone"),
                        ],
                        default="mine",
                        max_length=8,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_templates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("roles", models.ManyToManyField(blank=True, related_name="+", to="team.role")),
            ],
            options={
                "ordering": [
                    django.db.models.functions.text.Lower("folder"),
                    django.db.models.functions.text.Lower("name"),
                    "id",
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"),
                        django.db.models.functions.text.Lower("name"),
                        name="template_name_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=400, unique=True)),
                ("recipient", models.CharField(max_length=254)),
                ("recipient_name", models.CharField(blank=True, max_length=120)),
                ("message_id", models.CharField(max_length=200, unique=True)),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("html", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be sent"),
                            ("sent", "Sent"),
                            ("failed", "Could not be sent"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("written_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="notices",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at"],
                        name="notice_waiting",
                    )
                ],
            },
        ),
    ]
