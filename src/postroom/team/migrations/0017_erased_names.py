"""A line of the audit log may lose the name of a person who is erased, and change in no other way."""

from django.db import migrations

# Who did what and when stays; the setting is made by `erasure.erasing` alone.
ERASABLE = """
CREATE OR REPLACE FUNCTION team_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('postroom.erasing', true) = 'on'
       AND (NEW.id, NEW.act, NEW.at, NEW.occasion) = (OLD.id, OLD.act, OLD.at, OLD.occasion)
       AND NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit log is only added to.';
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION team_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is only added to.';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("team", "0016_acts_of_webhooks")]

    operations = [migrations.RunSQL(ERASABLE, BACK)]
