"""The second wall: PostgreSQL itself shows a viewer no row that the rule does not.

A second reading of `association.visibility`, in another language and by nobody's call: a query that
forgot `visible_to` finds nothing. It holds for the role of the front doors (`archive.wall`);
the engine owns the tables and goes round it. ADR 0032.
"""

from typing import ClassVar

from django.db import migrations

# Who has entered, and where they stand. Worked out once when they enter, for a query asks it of
# every row: text in the session, which `wall_enter` alone writes.
SESSION = """
CREATE TYPE wall_place AS (
    own bigint[],
    accounts bigint[],
    owners bigint[],
    modes text[],
    sights integer[],
    under boolean[],
    opens boolean[],
    own_ends text[],
    has_exclusions boolean,
    has_rulings boolean,
    has_grants boolean
);
CREATE FUNCTION wall_viewer() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('postroom.viewer', true), '')::bigint
$$;
CREATE FUNCTION wall_place() RETURNS wall_place LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('postroom.place', true), '')::wall_place
$$;
CREATE FUNCTION wall_own() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('postroom.own', true), '')::bigint[]
$$;
CREATE FUNCTION wall_plain() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('postroom.plain', true), '')::bigint[]
$$;
"""

# The viewer's own mailboxes, and how those of colleagues share with them: accounts, owners, modes
# and so on are columns of one list.
FIND_PLACE = r"""
CREATE FUNCTION wall_find_place() RETURNS wall_place
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH RECURSIVE viewer AS (
    SELECT id, role_id FROM team_user WHERE id = wall_viewer() AND is_active
),
below AS (
    SELECT role.id FROM team_role role, viewer, team_organisation organisation
    WHERE role.superior_id = viewer.role_id AND organisation.superiors_see
    UNION
    SELECT role.id FROM team_role role JOIN below ON role.superior_id = below.id
),
active AS (
    SELECT account.id, account.owner_id, account.owner_id = viewer.id OR EXISTS (
        SELECT FROM accounts_membership
        WHERE account_id = account.id AND user_id = viewer.id
    ) AS is_own
    FROM accounts_emailaccount account, viewer
    WHERE account.activation <> 'deactivated'
),
colleagues AS (
    SELECT account.id, account.owner_id,
           CASE WHEN force.is_to_all OR viewer.id = ANY (force.to_users)
                     OR viewer.role_id = ANY (force.to_roles)
                THEN force.mode ELSE 'private' END AS mode,
           force.sight,
           coalesce(owner.role_id IN (SELECT id FROM below)
                    AND owner.role_id <> viewer.role_id, false) AS is_under,
           NOT (force.is_set AND force.mode = 'private') AS is_open
    FROM active account
    JOIN accounts_sharing_in_force force ON force.account_id = account.id
    JOIN team_user owner ON owner.id = account.owner_id,
    viewer
    WHERE NOT account.is_own
)
SELECT (SELECT array_agg(id) FROM active WHERE is_own),
       array_agg(id), array_agg(owner_id), array_agg(mode), array_agg(sight),
       array_agg(is_under), array_agg(is_open),
       (SELECT coalesce(array_agg('%' || mark || replace(domain, '_', '\_')), '{}')
        FROM team_organisation, unnest(own_domains) domain, unnest('{@,.}'::text[]) mark),
       EXISTS (SELECT FROM accounts_exclusion),
       EXISTS (SELECT FROM accounts_ruling),
       EXISTS (SELECT FROM accounts_grant WHERE user_id = wall_viewer())
FROM colleagues
$$;
"""

# `plain` are the accounts all of whose mail with known people is seen, for there is no ruling and
# no exclusion to look for: of them a row is asked nothing else.
ENTER = """
CREATE FUNCTION wall_enter(viewer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place wall_place;
    plain bigint[];
BEGIN
    PERFORM set_config('postroom.viewer', viewer, false);
    IF viewer <> '' THEN
        place := wall_find_place();
        SELECT array_agg(account) INTO plain
        FROM unnest(place.accounts, place.owners, place.modes, place.under)
            AS listed (account, owner, mode, is_under)
        WHERE (mode = 'public' OR is_under)
          AND NOT (place.has_rulings AND EXISTS (
              SELECT FROM accounts_ruling WHERE account_id = account
          ))
          AND NOT (place.has_exclusions AND EXISTS (
              SELECT FROM accounts_exclusion WHERE owner_id IS NULL OR owner_id = owner
          ));
    END IF;
    PERFORM set_config('postroom.place', coalesce(place::text, ''), false),
            set_config('postroom.own', coalesce(place.own::text, ''), false),
            set_config('postroom.plain', coalesce(plain::text, ''), false);
END $$;
"""

# Views of the tables' owner, which the wall does not bind. By the first one the rule is worked out
# (a policy that asked the guarded table would ask itself), by the second one search finds what comes
# into question (row-level security would keep it from its index: `@@` is not leakproof), by the
# third one which emails a thread has (the wall would ask of each whether it is seen before it is
# known to be meant), by the fourth one a policy learns which known people are on an email.
VIEWS = """
CREATE VIEW archive_every_participant AS SELECT * FROM archive_participant;
CREATE VIEW archive_every_searchentry AS SELECT * FROM archive_searchentry;
CREATE VIEW archive_every_thread AS
SELECT id AS email_id, account_id, thread_root, sent_at FROM archive_email;
CREATE VIEW wall_known AS
SELECT email_id, canonical
FROM archive_participant participant
WHERE (
    SELECT true FROM crm_personaddress person
    WHERE person.canonical = participant.canonical
      AND (SELECT true FROM accounts_emailaccount account
           WHERE account.address = person.canonical) IS NULL
      AND (SELECT true FROM team_user colleague
           WHERE colleague.email = person.canonical) IS NULL
      AND (SELECT true FROM accounts_fromaddress sender
           WHERE sender.address = person.canonical AND sender.verified_at IS NOT NULL
           LIMIT 1) IS NULL
);
"""

# How much of one email the viewer sees. Design §7.
SIGHT = """
CREATE FUNCTION wall_sight(
    place wall_place, email bigint, account bigint, content bytea, thread text
) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000 AS $$
DECLARE
    here integer;
    shows integer := 0;
    ruled integer;
BEGIN
    IF account = ANY (place.own) THEN
        RETURN 3;
    END IF;
    here := array_position(place.accounts, account);
    IF here IS NULL OR NOT EXISTS (
        SELECT FROM public.wall_known
        WHERE email_id = email AND NOT canonical LIKE ANY (place.own_ends)
    ) THEN
        RETURN 0;
    END IF;
    IF place.has_exclusions AND EXISTS (
        SELECT FROM public.archive_participant participant, public.accounts_exclusion listed
        WHERE participant.email_id = email
          AND NOT participant.canonical LIKE ANY (place.own_ends)
          AND (listed.owner_id IS NULL OR listed.owner_id = place.owners[here])
          AND (
              participant.canonical IN ('', listed.pattern)
              OR (
                  strpos(listed.pattern, '@') = 0
                  AND right(participant.canonical, length(listed.pattern) + 1)
                      IN ('@' || listed.pattern, '.' || listed.pattern)
              )
          )
    ) THEN
        RETURN 0;
    END IF;
    IF place.has_rulings THEN
        SELECT sight INTO ruled FROM public.accounts_ruling
        WHERE account_id = account
          AND (identity = content OR (identity IS NULL AND thread_root = thread))
        ORDER BY identity LIMIT 1;
        IF ruled = 0 THEN
            RETURN 0;
        END IF;
    END IF;
    IF place.under[here] THEN
        RETURN 3;
    END IF;
    IF place.modes[here] = 'public' OR (place.modes[here] = 'custom' AND EXISTS (
        SELECT FROM public.wall_known known
        JOIN public.crm_personaddress person USING (canonical)
        JOIN public.accounts_share share ON share.person_id = person.person_id
        JOIN public.accounts_sharedaddress shared
          ON shared.share_id = share.id AND shared.canonical = known.canonical
        WHERE known.email_id = email
          AND NOT known.canonical LIKE ANY (place.own_ends)
          AND share.account_id = account
          AND (share.until IS NULL OR share.until > statement_timestamp())
          AND shared.is_shared
    )) THEN
        shows := place.sights[here];
    END IF;
    IF place.opens[here] THEN
        shows := coalesce(ruled, shows);
        IF place.has_grants THEN
            SELECT greatest(shows, max(sight)) INTO shows FROM public.accounts_grant
            WHERE account_id = account AND user_id = public.wall_viewer()
              AND (until IS NULL OR until > statement_timestamp())
              AND (identity = content OR (identity IS NULL AND thread_root = thread));
        END IF;
    END IF;
    RETURN shows;
END $$;
"""

# Not EXISTS: PostgreSQL may then gather all mail of all known people to look at one email.
EMAILS = """
ALTER TABLE archive_email ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON archive_email USING (
    account_id = ANY ((SELECT wall_own())::bigint[])
    OR CASE WHEN account_id = ANY ((SELECT wall_plain())::bigint[]) THEN (
        SELECT true FROM wall_known
        WHERE email_id = id
          AND NOT canonical LIKE ANY ((SELECT (wall_place()).own_ends)::text[])
        LIMIT 1
    ) ELSE wall_sight((SELECT wall_place()), id, account_id, identity, thread_root) > 0 END
);
"""
PARTICIPANTS = """
ALTER TABLE archive_participant ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON archive_participant USING (
    (SELECT true FROM archive_email email WHERE email.id = email_id)
);
"""
SEARCH = """
ALTER TABLE archive_searchentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON archive_searchentry USING (
    (SELECT true FROM archive_email email WHERE email.id = email_id)
);
"""
# Bytes of emails that are seen whole, and of those set aside in one's own mailboxes.
RAW = """
ALTER TABLE archive_rawmessage ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON archive_rawmessage USING (
    EXISTS (
        SELECT FROM archive_email email
        WHERE email.raw_id = digest AND wall_sight(
            (SELECT wall_place()), email.id, account_id, identity, thread_root
        ) = 3
    ) OR EXISTS (
        SELECT FROM archive_quarantine aside JOIN archive_folder folder ON folder.id = folder_id
        WHERE aside.raw_id = digest AND account_id = ANY ((SELECT wall_own())::bigint[])
    )
);
"""
# A label tells of the content: colleagues see it where they see all of the email, and its name where
# they see an email that bears it.
LABELS = """
ALTER TABLE archive_labelling ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON archive_labelling USING (
    (SELECT true FROM archive_email email WHERE email.id = email_id AND (
        account_id = ANY ((SELECT wall_own())::bigint[])
        OR wall_sight((SELECT wall_place()), email.id, account_id, identity, thread_root) = 3))
);
ALTER TABLE archive_label ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON archive_label USING (
    account_id = ANY ((SELECT wall_own())::bigint[])
    OR EXISTS (SELECT FROM archive_labelling borne WHERE borne.label_id = archive_label.id)
);
"""
# What people put aside, wait for and say of mail in their own mailboxes.
OF_ONES_OWN = (
    "archive_triage",
    "archive_mutedthread",
    "archive_responsewatch",
    "archive_assignment",
    "archive_teamentry",
    "archive_presence",
)
OWN = """
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON {0} USING (account_id = ANY ((SELECT wall_own())::bigint[]));
"""
GUARDED = (
    "archive_email",
    "archive_participant",
    "archive_rawmessage",
    "archive_searchentry",
    "archive_label",
    "archive_labelling",
    *OF_ONES_OWN,
)
WALL = (
    *(SESSION, FIND_PLACE, ENTER, VIEWS, SIGHT, EMAILS, PARTICIPANTS, SEARCH, RAW, LABELS),
    *map(OWN.format, OF_ONES_OWN),
)
AWAY = """
DROP FUNCTION wall_sight;
DROP VIEW wall_known, archive_every_thread, archive_every_participant, archive_every_searchentry;
DROP FUNCTION wall_enter, wall_find_place, wall_plain, wall_own, wall_place, wall_viewer;
DROP TYPE wall_place;
"""
OPEN = (
    "".join(
        f"DROP POLICY wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"
        for table in GUARDED
    )
    + AWAY
)


class Migration(migrations.Migration):
    replaces: ClassVar = [
        ("archive", name)
        for name in (
            "0015_wall",
            "0017_inbox",
            "0018_mailbox_of_participants",
            "0019_answers",
            "0021_labels",
            "0022_teamwork",
        )
    ]
    dependencies: ClassVar = [
        ("accounts", "0002_reach_of_sharing"),
        ("archive", "0002_storage_and_search"),
        ("crm", "0001_tables"),
        ("team", "0001_tables"),
    ]
    operations: ClassVar = [migrations.RunSQL("\n".join(WALL), OPEN)]
