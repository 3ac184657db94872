"""Whether an issuer names itself in every answer (RFC 9207): then an answer without a name is not its."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("oauth", "0002_colleagues_sign_in")]

    operations: ClassVar = [
        migrations.AddField(
            model_name=name,
            name="names_itself",
            field=models.BooleanField(default=False, help_text="In every answer: RFC 9207."),
        )
        for name in ("signinclient", "colleagueprovider")
    ]
