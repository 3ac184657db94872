"""The deal of an email: what people linked by hand, else the rule. ADR 38.

The rule in SQL, for lists are made by it; `association.deal_rule` has it in Python. Both functions
run as whoever asks, so that behind the wall a conversation is what its viewer sees of it.
"""

from typing import ClassVar

from django.db import migrations

# The deals of the people on each email of a conversation, of its oldest 200 in this mailbox.
LETTERS = """
CREATE FUNCTION deal_letters(email bigint, account bigint, root text)
RETURNS TABLE (
    email bigint, sent_at timestamptz, deal bigint, opened_at timestamptz, changed_at timestamptz,
    closed_at timestamptz, is_lost boolean
) LANGUAGE sql STABLE AS $$
SELECT DISTINCT other.id, other.sent_at, deal.id, deal.opened_at, deal.changed_at, deal.closed_at,
       stage.outcome = 'lost'
FROM archive_email other
JOIN wall_known known ON known.email_id = other.id
JOIN crm_personaddress address ON address.canonical = known.canonical
JOIN crm_deal_people its ON its.person_id = address.person_id
JOIN crm_deal deal ON deal.id = its.deal_id
JOIN crm_dealstage stage ON stage.id = deal.stage_id
WHERE other.id = ANY (ARRAY(
    (SELECT id FROM archive_email
     WHERE $3 <> '' AND account_id = $2 AND thread_root = $3
     ORDER BY archive_email.sent_at, id LIMIT 200)
    UNION SELECT $1
))
AND NOT EXISTS (
    SELECT FROM team_organisation, unnest(own_domains) AS domain
    WHERE right(known.canonical, length(domain) + 1) IN ('@' || domain, '.' || domain)
)
$$;
"""
DEAL = """
CREATE FUNCTION deal_of(email bigint, account bigint, root text, content bytea) RETURNS bigint
LANGUAGE sql STABLE COST 1000 AS $$
SELECT CASE WHEN link.thread IS NOT NULL THEN link.deal_id ELSE (
    SELECT deal FROM deal_letters($1, $2, $3)
    WHERE closed_at IS NULL OR closed_at > sent_at
    ORDER BY sent_at, email, opened_at <= sent_at DESC, is_lost, changed_at DESC, deal DESC
    LIMIT 1
) END
FROM (SELECT CASE WHEN $3 <> '' THEN $3 ELSE '=' || encode($4, 'hex') END AS thread) asked
LEFT JOIN archive_deallink link USING (thread)
$$;
"""


class Migration(migrations.Migration):
    replaces: ClassVar = [("archive", "0016_deal_links")]
    dependencies: ClassVar = [("archive", "0003_wall"), ("crm", "0001_tables")]
    operations: ClassVar = [
        migrations.RunSQL(LETTERS + DEAL, "DROP FUNCTION deal_of; DROP FUNCTION deal_letters;"),
    ]
