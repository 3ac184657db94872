"""What changes of what somebody wrote is told to their open pages."""

from typing import ClassVar

from django.db import migrations

# What somebody wrote shows on their open pages: whoever changes how far it is, and how, tells them.
# Letters typed into a draft are no news.
TELL = """
CREATE FUNCTION postroom_tell_of_outgoing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
        (OLD.state, OLD.due_at, OLD.copy_id, OLD.subject, OLD.recipients)
        IS NOT DISTINCT FROM
        (NEW.state, NEW.due_at, NEW.copy_id, NEW.subject, NEW.recipients)
    THEN
        RETURN NULL;
    END IF;
    PERFORM pg_notify('postroom_outgoing', coalesce(NEW.author_id, OLD.author_id)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_of_outgoing AFTER INSERT OR DELETE
OR UPDATE OF state, due_at, copy_id, subject, recipients ON outbox_outgoingemail
FOR EACH ROW EXECUTE FUNCTION postroom_tell_of_outgoing();
"""
TELL_NO_MORE = """
DROP TRIGGER tell_of_outgoing ON outbox_outgoingemail;
DROP FUNCTION postroom_tell_of_outgoing();
"""


class Migration(migrations.Migration):
    replaces: ClassVar = [("outbox", "0009_told_of_outgoing")]
    dependencies: ClassVar = [("outbox", "0001_tables")]
    operations: ClassVar = [migrations.RunSQL(TELL, TELL_NO_MORE)]
