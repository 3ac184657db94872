"""Lines about users' own exclusion lists say no more what stands on them: administrators read them.

The setting is that of an erasure, under which a line may lose what it names and nothing else.
"""

from typing import ClassVar

from django.db import migrations

UNTOLD = """
SET LOCAL postroom.erasing = 'on';
UPDATE team_auditentry
   SET subject = CASE WHEN strpos(subject, '@') > 0 THEN 'an address' ELSE 'a domain' END
 WHERE act IN ('excluded', 'exclusion_ended') AND detail LIKE 'the list of %'
   AND subject NOT IN ('an address', 'a domain');
SET LOCAL postroom.erasing = 'off';
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0015_imported_mail"),
        ("team", "0024_acts_without_choices"),
    ]

    operations: ClassVar = [migrations.RunSQL(UNTOLD, migrations.RunSQL.noop)]
