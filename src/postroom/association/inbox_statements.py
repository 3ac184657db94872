"""What SalesInbox asks the database: stretches of an inbox, each email's column. ADR 39.

A statement reads emails (`stretch`) and says at which place it stopped, if there may be others
below (`edge`). Some emails are asked for by name, and have no edge.
"""

from postroom.association.inbox_columns import Column

# The column of each email of `stretch`, by the first address in its From. Colleagues are few: they
# are gathered once, where an EXISTS would look for each sender among them three times.
SORTED = """
SELECT stretch.id, stretch.sent_at, CASE
    WHEN coalesce(sender.canonical, '') = '' THEN 'outside'
    WHEN sender.canonical IN (SELECT email FROM team_user)
      OR sender.canonical IN (SELECT address FROM accounts_emailaccount)
      OR sender.canonical IN (SELECT address FROM accounts_fromaddress
                              WHERE verified_at IS NOT NULL)
      OR sender.canonical LIKE ANY (ARRAY(
         SELECT '%%' || mark || replace(domain, '_', '\\_')
         FROM team_organisation, unnest(own_domains) AS domain,
              unnest(ARRAY['@', '.']) AS mark)) THEN 'colleagues'
    WHEN person.person_id IS NULL THEN 'outside'
    WHEN EXISTS (SELECT FROM crm_deal_people its JOIN crm_deal deal ON deal.id = its.deal_id
                 WHERE its.person_id = person.person_id AND deal.closed_at IS NULL) THEN 'deals'
    ELSE 'people' END
FROM stretch
LEFT JOIN archive_every_participant sender
    ON sender.email_id = stretch.id AND sender.role = 1 AND sender.position = 0
LEFT JOIN crm_personaddress person ON person.canonical = sender.canonical
"""
UNSORTED = "SELECT id, sent_at, '' FROM stretch"
END = "\nUNION ALL SELECT id, sent_at, NULL FROM edge"
IN_SIGHT = """in_inbox AND removed_at IS NULL
      AND NOT EXISTS (SELECT FROM archive_triage aside WHERE aside.email_id = email.id)
      AND NOT EXISTS (SELECT FROM archive_mutedthread muted
                      WHERE muted.account_id = email.account_id
                        AND muted.thread_root = email.thread_root)"""

# Of each mailbox the next few along its index (`near`); some may have more (`far`). Down to a
# moment (`floor`) these are as many as are asked for, and to that mailboxes that have more are read
# on (`beyond`); where they are not so many there is no such moment, and those share what is left to
# be read. What is above the `last` one of every mailbox that was not read to its end is all there
# is of all of them.
STRETCH = """
WITH near AS MATERIALIZED (
    SELECT its.account, mail.id, mail.sent_at,
           row_number() OVER (PARTITION BY its.account ORDER BY mail.sent_at DESC, mail.id DESC)
               AS place
    FROM unnest(%(accounts)s::bigint[]) AS its (account)
    CROSS JOIN LATERAL (
        SELECT id, sent_at FROM archive_email email
        WHERE account_id = its.account AND (sent_at, id) < (%(sent_at)s, %(id)s::bigint) {more}
          AND {in_sight}
        ORDER BY sent_at DESC, id DESC LIMIT %(of_each)s) AS mail
), far AS MATERIALIZED (
    SELECT account, sent_at, id FROM near WHERE place = %(of_each)s
), floor AS MATERIALIZED (
    SELECT sent_at, CASE WHEN sent_at > '-infinity' THEN %(size)s
                         ELSE 2 * %(size)s / greatest((SELECT count(*) FROM far), 1) + 1 END AS more
    FROM (SELECT coalesce(
        (SELECT sent_at FROM near ORDER BY sent_at DESC OFFSET %(size)s - 1 LIMIT 1),
        '-infinity') AS sent_at) AS moment
), beyond AS MATERIALIZED (
    SELECT mail.id, mail.sent_at,
           row_number() OVER (PARTITION BY far.account ORDER BY mail.sent_at DESC, mail.id DESC)
               AS place
    FROM far CROSS JOIN LATERAL (
        SELECT id, sent_at FROM archive_email email
        WHERE account_id = far.account AND (sent_at, id) < (far.sent_at, far.id)
          AND sent_at >= (SELECT sent_at FROM floor) {more} AND {in_sight}
        ORDER BY sent_at DESC, id DESC LIMIT (SELECT more FROM floor)) AS mail
    WHERE far.sent_at >= (SELECT sent_at FROM floor)
), last AS MATERIALIZED (
    SELECT sent_at, id FROM beyond WHERE place = (SELECT more FROM floor)
    ORDER BY sent_at DESC, id DESC LIMIT 1
), piece AS MATERIALIZED (
    SELECT id, sent_at FROM (
        SELECT id, sent_at FROM near WHERE sent_at >= (SELECT sent_at FROM floor)
        UNION ALL SELECT id, sent_at FROM beyond) AS read
    WHERE NOT EXISTS (SELECT FROM last) OR (sent_at, id) >= (SELECT sent_at, id FROM last)
), stretch AS MATERIALIZED (
    SELECT id, sent_at FROM piece ORDER BY sent_at DESC, id DESC LIMIT %(size)s
), edge AS (
    SELECT id, sent_at FROM stretch
    WHERE EXISTS (SELECT FROM last) OR (SELECT count(*) FROM piece) > %(size)s
       OR (SELECT sent_at FROM floor) > '-infinity'
          AND (EXISTS (SELECT FROM far) OR (SELECT count(*) FROM near) > %(size)s)
    ORDER BY sent_at, id LIMIT 1
)
"""
ALL = STRETCH.format(more="", in_sight=IN_SIGHT)
NEWEST = ALL + SORTED + END
NEWEST_UNSORTED = ALL + UNSORTED + END
# Only counted: a thousand rows would take as long to read as to find.
COUNTED = """
SELECT its, array_agg(id) FROM ({sorted}) AS each (id, sent_at, its) GROUP BY its
UNION ALL SELECT NULL, NULL FROM edge
"""
UNREAD = STRETCH.format(more="AND NOT is_read", in_sight=IN_SIGHT) + COUNTED.format(sorted=SORTED)
# Of rare senders the mail is found by their addresses, and not along the whole inbox: whole moments
# of it, in the order of the index of addresses.
WHOSE = """
WITH candidate AS MATERIALIZED (
    SELECT mail.email_id, mail.sent_at FROM unnest(%(senders)s::text[]) AS its (canonical)
    CROSS JOIN LATERAL (
        SELECT email_id, sent_at FROM archive_every_participant
        WHERE canonical = its.canonical AND account_id = ANY (%(accounts)s::bigint[])
          AND sent_at <= %(sent_at)s AND (%(id)s::bigint > 0 OR sent_at < %(sent_at)s)
        ORDER BY sent_at DESC FETCH FIRST %(size)s ROWS WITH TIES) AS mail
    ORDER BY mail.sent_at DESC FETCH FIRST %(size)s ROWS WITH TIES
), stretch AS MATERIALIZED (
    SELECT id, sent_at FROM archive_email email
    WHERE id = ANY (ARRAY(SELECT email_id FROM candidate))
      AND (sent_at, id) < (%(sent_at)s, %(id)s) AND {in_sight}
      AND EXISTS (SELECT FROM archive_every_participant sender
                  WHERE sender.email_id = email.id AND sender.role = 1
                    AND sender.canonical = ANY (%(senders)s::text[]))
), edge AS (
    SELECT 0 AS id, min(sent_at) AS sent_at FROM candidate HAVING count(*) >= %(size)s
)
"""
SENT_BY = WHOSE.format(in_sight=IN_SIGHT)
SENT_BY_UNSORTED = SENT_BY + UNSORTED + END
SENT_BY_SORTED = SENT_BY + SORTED + END
# The addresses of people with open deals, or without.
SENDERS = """
SELECT person.canonical FROM crm_personaddress person
WHERE {not_}EXISTS (
    SELECT FROM crm_deal_people its JOIN crm_deal deal ON deal.id = its.deal_id
    WHERE its.person_id = person.person_id AND deal.closed_at IS NULL)
LIMIT %(most)s
"""
SENDERS_IN = {
    Column.DEALS: SENDERS.format(not_=""),
    Column.PEOPLE: SENDERS.format(not_="NOT "),
}
BACK = """
WITH stretch AS MATERIALIZED (
    SELECT id, sent_at FROM archive_email
    WHERE in_inbox AND removed_at IS NULL AND id IN (
        SELECT email_id FROM archive_triage
        WHERE account_id = ANY(%(accounts)s::bigint[]) AND snoozed_until <= %(now)s
        ORDER BY snoozed_until DESC LIMIT %(size)s)
)
"""
BACK_SORTED = BACK + SORTED
BACK_UNSORTED = BACK + UNSORTED
THESE = """
WITH stretch AS (SELECT id, sent_at FROM archive_email WHERE id = ANY(%(ids)s::bigint[]))
"""
THESE_SORTED = THESE + SORTED
