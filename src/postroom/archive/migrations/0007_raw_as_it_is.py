from django.db import migrations


class Migration(migrations.Migration):
    """What zstd has compressed PostgreSQL need not try to compress again."""

    dependencies = [("archive", "0006_bodies_due")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE archive_rawmessage ALTER COLUMN compressed SET STORAGE EXTERNAL",
            "ALTER TABLE archive_rawmessage ALTER COLUMN compressed SET STORAGE EXTENDED",
        )
    ]
