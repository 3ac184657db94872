from django.db import migrations


class Migration(migrations.Migration):
    """What zstd has compressed PostgreSQL need not try to compress again."""

    dependencies = [("archive", "0007_left_out")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE archive_rawmessage ALTER COLUMN compressed SET STORAGE EXTERNAL",
            "ALTER TABLE archive_rawmessage ALTER COLUMN compressed SET STORAGE EXTENDED",
        )
    ]
