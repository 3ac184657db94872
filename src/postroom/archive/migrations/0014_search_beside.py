"""What Django's models cannot say: the cascade of search entries, and the index for typing errors.

pg_trgm comes with every PostgreSQL's contrib and may be installed by a database's owner; where it is
missing, names are completed and not corrected, and `postroom doctor` says so.
"""

from django.db import migrations

CASCADE = """
ALTER TABLE archive_searchentry ADD CONSTRAINT archive_searchentry_email
      FOREIGN KEY (email_id) REFERENCES archive_email (id) ON DELETE CASCADE;
"""
WITHOUT_CASCADE = "ALTER TABLE archive_searchentry DROP CONSTRAINT archive_searchentry_email;"

TYPING_ERRORS = """
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'Names are not corrected: %', SQLERRM;
END $$;
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX correspondent_words ON archive_correspondent USING gin (words gin_trgm_ops);
        CREATE INDEX person_words ON crm_person
               USING gin (lower(first_name || ' ' || last_name) gin_trgm_ops);
        CREATE INDEX person_address_words ON crm_personaddress USING gin (canonical gin_trgm_ops);
    END IF;
END $$;
"""
WITHOUT_TYPING_ERRORS = (
    "DROP INDEX IF EXISTS correspondent_words, person_words, person_address_words;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0013_search"),
        ("crm", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(CASCADE, WITHOUT_CASCADE),
        migrations.RunSQL(TYPING_ERRORS, WITHOUT_TYPING_ERRORS),
    ]
