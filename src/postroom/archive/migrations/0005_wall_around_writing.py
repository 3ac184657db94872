"""The second wall around what stands beside the mail: writings, runs of rules, webhooks.

What somebody writes is theirs, their mailbox's, and in the end whoever's who sees all of its copy;
its mailbox's, for a From address that goes is taken out of what colleagues wrote with it. Runs,
webhooks and deliveries are their user's. ADR 0032.
"""

from typing import ClassVar

from django.db import migrations

OF_THE_COPY = """(
    SELECT true FROM archive_email email WHERE email.id = copy_id
    AND wall_sight((SELECT wall_place()), email.id, email.account_id, identity, thread_root) = 3
)"""
# The table, and who is shown a row of it. What hangs on a guarded row is shown with it.
WALL = {
    "outbox_outgoingemail": f"""
        author_id = (SELECT wall_viewer()) OR account_id = ANY ((SELECT wall_own())::bigint[])
        OR {OF_THE_COPY}""",
    "outbox_outgoingfile": "(SELECT true FROM outbox_outgoingemail one WHERE one.id = email_id)",
    "outbox_noticedplace": "(SELECT true FROM outbox_outgoingemail one WHERE one.id = outgoing_id)",
    "outbox_sighting": "(SELECT true FROM outbox_noticedplace place WHERE place.id = place_id)",
    "rules_rulerun": """(
        SELECT true FROM rules_rule rule
        WHERE rule.id = rule_id AND rule.owner_id = (SELECT wall_viewer()))""",
    "webhooks_webhook": "user_id = (SELECT wall_viewer())",
    "webhooks_delivery": "(SELECT true FROM webhooks_webhook one WHERE one.id = webhook_id)",
}
BUILD = """
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON {0} USING ({1});
"""
OPEN = """
DROP POLICY wall ON {0};
ALTER TABLE {0} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    replaces: ClassVar = [("archive", "0023_wall_around_writing")]
    dependencies: ClassVar = [
        ("archive", "0004_deal_of_an_email"),
        ("outbox", "0001_tables"),
        ("rules", "0001_tables"),
        ("webhooks", "0001_tables"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(
            "".join(BUILD.format(*row) for row in WALL.items()),
            "".join(OPEN.format(table) for table in reversed(WALL)),
        ),
    ]
