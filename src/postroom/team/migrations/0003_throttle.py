"""Where refused sign-ins are counted, for all web processes: Django's cache in the database."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("team", "0002_octets_a_day")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE team_throttle (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX team_throttle_expires ON team_throttle (expires);
            """,
            "DROP TABLE team_throttle",
        )
    ]
