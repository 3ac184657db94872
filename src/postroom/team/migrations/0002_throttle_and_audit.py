"""Where refused sign-ins are counted, and an audit log that the database keeps from being changed.

A line of the log may lose the name of a person who is erased, and change in no other way.
"""

from typing import ClassVar

from django.db import migrations

# Django's cache in the database, for all web processes.
THROTTLE = """
CREATE TABLE team_throttle (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX team_throttle_expires ON team_throttle (expires);
"""
# Who did what and when stays; the setting is made by `erasure.erasing` alone.
APPEND_ONLY = """
CREATE FUNCTION team_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('postroom.erasing', true) = 'on'
       AND (NEW.id, NEW.act, NEW.at, NEW.occasion) = (OLD.id, OLD.act, OLD.at, OLD.occasion)
       AND NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit log is only added to.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON team_auditentry
    FOR EACH ROW EXECUTE FUNCTION team_audit_is_append_only();
"""


class Migration(migrations.Migration):
    replaces: ClassVar = [
        ("team", name) for name in ("0003_throttle", "0004_profiles_and_audit", "0017_erased_names")
    ]
    dependencies: ClassVar = [("team", "0001_tables")]
    operations: ClassVar = [
        migrations.RunSQL(THROTTLE, "DROP TABLE team_throttle"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION team_audit_is_append_only() CASCADE"),
    ]
