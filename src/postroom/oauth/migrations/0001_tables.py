import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import postroom.accounts.sealing

# What made the same tables step by step before the first release.
REPLACES = [
    ("oauth", name)
    for name in (
        "0001_initial",
        "0002_colleagues_sign_in",
        "0003_issuers_that_name_themselves",
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
            name="SignInClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=20, unique=True)),
                ("client_id", models.CharField(max_length=500)),
                ("secret", postroom.accounts.sealing.SealedField(default=b"")),
                ("tenant", models.CharField(blank=True, max_length=253)),
                ("entered_at", models.DateTimeField()),
                ("name", models.CharField(blank=True, max_length=60)),
                ("discovery_url", models.URLField(blank=True, max_length=500)),
                ("issued_by", models.CharField(blank=True, max_length=500)),
                ("authorization_endpoint", models.CharField(blank=True, max_length=500)),
                ("token_endpoint", models.CharField(blank=True, max_length=500)),
                ("device_endpoint", models.CharField(blank=True, max_length=500)),
                ("auth_method", models.CharField(default="client_secret_post", max_length=40)),
                (
                    "names_itself",
                    models.BooleanField(default=False, help_text="In every answer: RFC 9207."),
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
            ],
            options={
                "ordering": ["issuer"],
            },
        ),
        migrations.CreateModel(
            name="ColleagueProvider",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("client_id", models.CharField(max_length=500)),
                ("secret", postroom.accounts.sealing.SealedField(default=b"")),
                ("discovery_url", models.URLField(max_length=500)),
                ("issued_by", models.CharField(max_length=500)),
                ("authorization_endpoint", models.CharField(max_length=500)),
                ("token_endpoint", models.CharField(max_length=500)),
                ("auth_method", models.CharField(max_length=40)),
                (
                    "names_itself",
                    models.BooleanField(default=False, help_text="In every answer: RFC 9207."),
                ),
                ("entered_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_colleague_provider"
                    )
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
                ("issuer", models.CharField(max_length=20)),
                ("identity", models.CharField(blank=True, max_length=254)),
                ("refresh_token", postroom.accounts.sealing.SealedField()),
                ("access_token", postroom.accounts.sealing.SealedField()),
                ("generation", models.PositiveIntegerField(default=1)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("failure_sentence", models.TextField(blank=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grant",
                        to="accounts.emailaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Binding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issued_by", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=255)),
                ("bound_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bindings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issued_by", "subject"), name="one_user_of_a_subject"
                    ),
                    models.UniqueConstraint(
                        fields=("user", "issued_by"), name="one_subject_of_a_user"
                    ),
                ],
            },
        ),
    ]
