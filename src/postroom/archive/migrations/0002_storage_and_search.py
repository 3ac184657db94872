"""What Django's models cannot say of tables: a cascade, and the index for typing errors.

pg_trgm comes with every PostgreSQL's contrib and may be installed by a database's owner; where it is
missing, names are completed and not corrected, and `postroom doctor` says so.
"""

from typing import ClassVar

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

# What zstd has compressed PostgreSQL need not try to compress again.
RAW = "ALTER TABLE archive_rawmessage ALTER COLUMN compressed SET STORAGE EXTERNAL"
RAW_BEFORE = "ALTER TABLE archive_rawmessage ALTER COLUMN compressed SET STORAGE EXTENDED"


class Migration(migrations.Migration):
    replaces: ClassVar = [("archive", name) for name in ("0007_raw_as_it_is", "0014_search_beside")]
    dependencies: ClassVar = [("archive", "0001_tables"), ("crm", "0001_tables")]
    operations: ClassVar = [
        migrations.RunSQL(RAW, RAW_BEFORE),
        migrations.RunSQL(CASCADE, WITHOUT_CASCADE),
        migrations.RunSQL(TYPING_ERRORS, WITHOUT_TYPING_ERRORS),
    ]
