"""Which acts there are is known to the program alone, so that a new one is no migration."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("team", "0023_password_links"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="act",
            field=models.CharField(max_length=20),
        ),
    ]
