"""A user name of its own at the outgoing server."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies: ClassVar = [("accounts", "0005_window")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="emailaccount",
            name="smtp_username",
            field=models.CharField(blank=True, max_length=254),
        ),
    ]
