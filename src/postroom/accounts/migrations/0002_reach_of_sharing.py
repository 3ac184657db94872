"""How far each mailbox is shared, and who is told when that changes."""

from typing import ClassVar

from django.db import migrations

IN_FORCE = """
CREATE VIEW accounts_sharing_in_force AS
SELECT account.id AS account_id,
       CASE WHEN chosen.set THEN rule.mode ELSE account.sharing END AS mode,
       CASE WHEN chosen.set THEN rule.sight ELSE account.sight END AS sight,
       CASE WHEN chosen.set THEN rule.is_to_all ELSE account.is_to_all END AS is_to_all,
       CASE WHEN chosen.set THEN rule.to_users ELSE account.to_users END AS to_users,
       CASE WHEN chosen.set THEN rule.to_roles ELSE account.to_roles END AS to_roles,
       rule.id AS rule_id,
       chosen.set AS is_set
FROM accounts_emailaccount account
JOIN team_user owner ON owner.id = account.owner_id
LEFT JOIN LATERAL (
    SELECT * FROM accounts_sharingrule
    WHERE user_id = owner.id OR role_id = owner.role_id
    ORDER BY user_id IS NULL
    LIMIT 1
) rule ON true
CROSS JOIN LATERAL (SELECT coalesce(rule.mode <> 'choice', false) AS set) chosen;
"""

# Whatever decides who sees what tells open pages to look again, whoever changed it and how.
TELL = """
CREATE FUNCTION postroom_tell_of_sharing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('postroom_sharing', '');
    RETURN NULL;
END $$;
"""
DECIDES = {
    "accounts_sharingrule": "INSERT OR UPDATE OR DELETE",
    "accounts_ruling": "INSERT OR UPDATE OR DELETE",
    "accounts_grant": "INSERT OR UPDATE OR DELETE",
    "accounts_share": "INSERT OR UPDATE OR DELETE",
    "accounts_sharedaddress": "INSERT OR UPDATE OR DELETE",
    "accounts_exclusion": "INSERT OR UPDATE OR DELETE",
    "accounts_membership": "INSERT OR UPDATE OR DELETE",
    "accounts_accessrequest": "INSERT OR DELETE OR UPDATE OF answer",
    "accounts_emailaccount": "UPDATE OF sharing, sight, is_to_all, to_users, to_roles, owner_id",
    "team_role": "UPDATE OF superior_id OR DELETE",
    "team_user": "UPDATE OF role_id, is_active",
    "team_organisation": "UPDATE OF superiors_see, own_domains",
}


def teller(table: str, events: str) -> str:
    """The trigger that tells of a table."""
    return (
        f"CREATE TRIGGER tell_of_sharing AFTER {events} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION postroom_tell_of_sharing();"
    )


class Migration(migrations.Migration):
    replaces: ClassVar = [
        ("accounts", name) for name in ("0011_reach_of_sharing", "0012_told_of_requests")
    ]
    dependencies: ClassVar = [("accounts", "0001_tables"), ("team", "0001_tables")]
    operations: ClassVar = [
        migrations.RunSQL(IN_FORCE, "DROP VIEW accounts_sharing_in_force"),
        migrations.RunSQL(TELL, "DROP FUNCTION postroom_tell_of_sharing() CASCADE"),
        migrations.RunSQL(
            [teller(table, events) for table, events in DECIDES.items()], migrations.RunSQL.noop
        ),
    ]
