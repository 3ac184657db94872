"""A participant knows in whose mailbox it stands, and a thread is found by its root.

A person's list asks first where its viewer may see anything at all, and then nothing but an index
(ADR 0044). Rows of before are filled from their emails. The view is another of those by which it is
worked out which emails are meant (ADR 0032): the wall would ask of each email of a thread whether it
is seen before it is known to be meant.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

FILL = """
ALTER TABLE archive_participant ADD COLUMN account_id bigint;
UPDATE archive_participant SET account_id = email.account_id
  FROM archive_email email WHERE email.id = email_id;
DELETE FROM archive_participant WHERE account_id IS NULL;
ALTER TABLE archive_participant ALTER COLUMN account_id SET NOT NULL;
CREATE OR REPLACE VIEW archive_every_participant AS SELECT * FROM archive_participant;
"""
THREADS = """
CREATE VIEW archive_every_thread AS
SELECT id AS email_id, account_id, thread_root, sent_at FROM archive_email;
"""
EMPTY = """
DROP VIEW archive_every_participant;
ALTER TABLE archive_participant DROP COLUMN account_id;
CREATE VIEW archive_every_participant AS SELECT * FROM archive_participant;
"""
ACCOUNT = models.ForeignKey(
    to="accounts.emailaccount",
    on_delete=django.db.models.deletion.DO_NOTHING,
    related_name="+",
    db_index=False,
    db_constraint=False,
)


class Migration(migrations.Migration):
    atomic = True

    dependencies: ClassVar = [
        ("accounts", "0011_reach_of_sharing"),
        ("archive", "0017_inbox"),
    ]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="participant", name="participant_mail"),
        migrations.RunSQL(
            FILL,
            EMPTY,
            state_operations=[
                migrations.AddField("participant", "account", ACCOUNT, preserve_default=False),
                migrations.AddField("everyparticipant", "account", ACCOUNT, preserve_default=False),
            ],
        ),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(
                fields=["canonical", "-sent_at", "email"],
                include=["account"],
                name="participant_mail",
            ),
        ),
        migrations.RemoveIndex(model_name="email", name="email_by_thread"),
        migrations.AddIndex(
            model_name="email",
            index=models.Index(
                fields=["thread_root", "-sent_at"], include=["account"], name="email_by_thread"
            ),
        ),
        migrations.RunSQL(THREADS, "DROP VIEW archive_every_thread"),
    ]
