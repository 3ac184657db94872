"""What SalesInbox asks the database: stretches of an inbox, each email's column. ADR 39."""

from postroom.association.inbox_columns import Column

# The column of each email of `stretch`, by the first address in its From.
SORTED = """
SELECT stretch.id, stretch.sent_at, CASE
    WHEN coalesce(sender.canonical, '') = '' THEN 'outside'
    WHEN EXISTS (SELECT FROM team_user WHERE email = sender.canonical)
      OR EXISTS (SELECT FROM accounts_emailaccount WHERE address = sender.canonical)
      OR EXISTS (SELECT FROM accounts_fromaddress
                 WHERE address = sender.canonical AND verified_at IS NOT NULL)
      OR EXISTS (SELECT FROM team_organisation, unnest(own_domains) AS domain
                 WHERE right(sender.canonical, length(domain) + 1)
                       IN ('@' || domain, '.' || domain)) THEN 'colleagues'
    WHEN person.person_id IS NULL THEN 'outside'
    WHEN EXISTS (SELECT FROM crm_deal_people its JOIN crm_deal deal ON deal.id = its.deal_id
                 WHERE its.person_id = person.person_id AND deal.closed_at IS NULL) THEN 'deals'
    ELSE 'people' END
FROM stretch
LEFT JOIN archive_every_participant sender
    ON sender.email_id = stretch.id AND sender.role = 1 AND sender.position = 0
LEFT JOIN crm_personaddress person ON person.canonical = sender.canonical
ORDER BY stretch.sent_at DESC, stretch.id DESC
"""
STRETCH = """
WITH stretch AS MATERIALIZED (
    SELECT id, sent_at FROM archive_email email
    WHERE account_id = %(account)s AND in_inbox AND removed_at IS NULL {more}
      AND (sent_at, id) < (%(sent_at)s, %(id)s)
      AND NOT EXISTS (SELECT FROM archive_triage aside WHERE aside.email_id = email.id)
      AND NOT EXISTS (SELECT FROM archive_mutedthread muted
                      WHERE muted.account_id = email.account_id
                        AND muted.thread_root = email.thread_root)
    ORDER BY sent_at DESC, id DESC LIMIT %(size)s
)
"""
UNSORTED = "SELECT id, sent_at FROM stretch ORDER BY sent_at DESC, id DESC"
NEWEST_UNSORTED = STRETCH.format(more="") + UNSORTED
NEWEST = STRETCH.format(more="") + SORTED
UNREAD = STRETCH.format(more="AND NOT is_read") + SORTED
# Of rare senders the mail is found by their addresses, and not along the whole inbox.
SENT_BY = """
WITH its AS MATERIALIZED (
    SELECT person.canonical FROM crm_personaddress person
    WHERE {not_}EXISTS (
        SELECT FROM crm_deal_people its JOIN crm_deal deal ON deal.id = its.deal_id
        WHERE its.person_id = person.person_id AND deal.closed_at IS NULL)
), stretch AS MATERIALIZED (
    SELECT email.id, email.sent_at FROM archive_every_participant sender
    JOIN archive_email email ON email.id = sender.email_id
    WHERE sender.canonical = ANY (ARRAY(SELECT canonical FROM its))
      AND sender.role = 1 AND sender.position = 0
      AND email.account_id = %(account)s AND email.in_inbox AND email.removed_at IS NULL
      AND (email.sent_at, email.id) < (%(sent_at)s, %(id)s)
      AND NOT EXISTS (SELECT FROM archive_triage aside WHERE aside.email_id = email.id)
      AND NOT EXISTS (SELECT FROM archive_mutedthread muted
                      WHERE muted.account_id = email.account_id
                        AND muted.thread_root = email.thread_root)
    ORDER BY email.sent_at DESC, email.id DESC LIMIT %(size)s
)
"""
# The same of senders who are named, for columns that ask who somebody is.
SENT_BY_THESE = """
SELECT email.id, email.sent_at FROM archive_email email
WHERE email.id IN (
    SELECT email_id FROM archive_every_participant
    WHERE canonical = ANY (%(senders)s) AND account_id = %(account)s AND role = 1)
  AND account_id = %(account)s AND in_inbox AND removed_at IS NULL
  AND (sent_at, id) < (%(sent_at)s, %(id)s)
  AND NOT EXISTS (SELECT FROM archive_triage aside WHERE aside.email_id = email.id)
  AND NOT EXISTS (SELECT FROM archive_mutedthread muted
                  WHERE muted.account_id = email.account_id
                    AND muted.thread_root = email.thread_root)
ORDER BY sent_at DESC, id DESC LIMIT %(size)s
"""
BY_SENDERS = {
    Column.DEALS: SENT_BY.format(not_="") + SORTED,
    Column.PEOPLE: SENT_BY.format(not_="NOT ") + SORTED,
}
BACK = """
WITH stretch AS MATERIALIZED (
    SELECT id, sent_at FROM archive_email
    WHERE in_inbox AND removed_at IS NULL AND id IN (
        SELECT email_id FROM archive_triage
        WHERE account_id = ANY(%(accounts)s) AND snoozed_until <= %(now)s
        ORDER BY snoozed_until DESC LIMIT %(size)s)
)
"""
BACK_AGAIN = BACK + SORTED
BACK_UNSORTED = BACK + UNSORTED
THESE = """
WITH stretch AS (SELECT id, sent_at FROM archive_email WHERE id = ANY(%(ids)s))
"""
THESE_SORTED = THESE + SORTED
