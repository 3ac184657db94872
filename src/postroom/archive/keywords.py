"""The keywords of the copies on the server, and the labels that emails bear by them.

Like the other marks: what is asked for here is shown at once on every copy, what the server says
is taken over, and what it was not told yet stays. Where it keeps no keywords, ours stay here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Q

from postroom.archive.arrivals import Arrival
from postroom.archive.fence import lock_account
from postroom.archive.labels import ensure_labels
from postroom.archive.models import (
    LABELLING,
    Action,
    ActionKind,
    ActionState,
    Email,
    Folder,
    Label,
    ServerCopy,
)
from postroom.crm.erased import erased_keywords


@transaction.atomic
def put_label(email: Email, label: Label, now: datetime, *, is_on: bool) -> Action:
    """Put a label on an email here, or take it off, and note it for the server.

    The last wish about this label counts. `actions.ask_for_label` shows and tells it.
    """
    lock_account(email.account_id)
    Action.objects.filter(email=email, kind__in=LABELLING, label=label).delete()
    kind = ActionKind.LABEL if is_on else ActionKind.UNLABEL
    action = Action.objects.create(
        account=email.account, email=email, kind=kind, label=label, asked_at=now
    )
    for copy in ServerCopy.objects.filter(email=email):
        has = {keyword.lower() for keyword in copy.keywords or ()}
        if is_on and label.keyword.lower() not in has:
            keep_keywords([copy], [*(copy.keywords or ()), label.keyword])
        if not is_on and label.keyword.lower() in has:
            rest = [k for k in copy.keywords or () if k.lower() != label.keyword.lower()]
            keep_keywords([copy], rest)
    derive_labels({email.pk})
    return action


def keep_keywords(copies: Sequence[ServerCopy], keywords: Sequence[str]) -> None:
    """Write down the keywords of copies in one folder and numbering."""
    first = copies[0]
    place = {"folder": first.folder_id, "uidvalidity": first.uidvalidity}
    same = ServerCopy.objects.filter(uid__in=[copy.uid for copy in copies], **place)
    same.update(keywords=sorted(keywords, key=str.lower) or None)


def take_over_keywords(
    folder: Folder, uidvalidity: int, told: Mapping[int, Sequence[str]]
) -> set[int]:
    """The server says these are the keywords of these UIDs; returns whose labels changed.

    A label that somebody put on or took off here stays so until the server was told.
    """
    if not folder.keeps_keywords:
        return set()
    told = without_erased(told)
    copies = ServerCopy.objects.filter(
        folder=folder, uidvalidity=uidvalidity, uid__in=list(told), email__isnull=False
    )
    moved = [c for c in copies if tuple(c.keywords or ()) != tuple(told[c.uid])]
    if not moved:
        return set()
    asked = asked_keywords({copy.email_id for copy in moved if copy.email_id})
    groups: dict[tuple[str, ...], list[ServerCopy]] = defaultdict(list)
    for copy in moved:
        groups[as_asked(copy, told[copy.uid], asked)].append(copy)
    for keywords, same in groups.items():
        keep_keywords(same, keywords)
    ensure_labels(folder.account_id, (word for keywords in groups for word in keywords))
    emails = {copy.email_id for copy in moved if copy.email_id}
    return derive_labels(emails)


def without_erased(told: Mapping[int, Sequence[str]]) -> Mapping[int, Sequence[str]]:
    """The same but for keywords of labels that went with somebody who was erased (ADR 43)."""
    out = erased_keywords({word for words in told.values() for word in words})
    if not out:
        return told
    return {uid: [word for word in words if word not in out] for uid, words in told.items()}


def as_asked(
    copy: ServerCopy, told: Sequence[str], asked: Mapping[int, Mapping[str, str]]
) -> tuple[str, ...]:
    """What the server tells of a copy, but for what it is still to be told itself."""
    ours = asked.get(copy.email_id or 0, {})
    here = [keyword for keyword in copy.keywords or () if keyword.lower() in ours]
    there = [keyword for keyword in told if keyword.lower() not in ours]
    return tuple(sorted([*here, *there], key=str.lower))


def asked_keywords(emails: Collection[int]) -> dict[int, dict[str, str]]:
    """The keywords of each email of which the server is still to be told."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    asked = Action.objects.filter(
        email__in=emails, kind__in=LABELLING, state=ActionState.ASKED
    ).select_related("label")
    for action in asked:
        if action.label:
            found[action.email_id][action.label.keyword.lower()] = action.kind
    return found


def record_keywords(
    folder: Folder, uidvalidity: int, arrivals: Iterable[Arrival], met_again: Collection[int]
) -> None:
    """Arrivals bear what the server says; where it keeps no keywords, what their email bore."""
    told = {a.uid: a.flags.keywords for a in arrivals if a.flags.keywords}
    if told:
        take_over_keywords(folder, uidvalidity, told)
    if met_again and not folder.keeps_keywords:
        carry_over(folder, uidvalidity, met_again)


def carry_over(folder: Folder, uidvalidity: int, emails: Collection[int]) -> None:
    """New copies of emails that are here, in a folder that keeps no keywords, bear their labels."""
    copies = ServerCopy.objects.filter(folder=folder, uidvalidity=uidvalidity, email__in=emails)
    for copy in copies.select_related("email"):
        if copy.email:
            keep_keywords([copy], keywords_of(copy.email) or [])


def keywords_of(email: Email) -> list[str] | None:
    """The keywords of the labels that an email bears, as its copies have them."""
    borne = Label.objects.filter(labellings__email=email).values_list("keyword", flat=True)
    return sorted(borne, key=str.lower) or None


def derive_labels(emails: Collection[int]) -> set[int]:
    """Bring the labels of emails in line with their copies; returns whose changed."""
    if not emails:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(DERIVE, {"emails": list(emails)})
        return {pk for (pk,) in cursor.fetchall()}


# As with the other marks, the living copies count; of mail that is gone, all.
DERIVE: Final = """
WITH carried AS (
    SELECT DISTINCT copy.email_id, label.id AS label_id
      FROM archive_servercopy copy
      JOIN archive_folder folder ON folder.id = copy.folder_id
      CROSS JOIN LATERAL unnest(copy.keywords) AS said (word)
      JOIN archive_label label
        ON label.account_id = folder.account_id AND lower(label.keyword) = lower(said.word)
     WHERE copy.email_id = ANY(%(emails)s)
       AND (copy.gone_at IS NULL OR NOT EXISTS (
            SELECT FROM archive_servercopy living
             WHERE living.email_id = copy.email_id AND living.gone_at IS NULL))
), taken AS (
    DELETE FROM archive_labelling borne WHERE email_id = ANY(%(emails)s) AND NOT EXISTS (
        SELECT FROM carried
         WHERE carried.email_id = borne.email_id AND carried.label_id = borne.label_id)
    RETURNING email_id
), put AS (
    INSERT INTO archive_labelling (email_id, label_id) SELECT email_id, label_id FROM carried
    ON CONFLICT DO NOTHING RETURNING email_id
)
SELECT email_id FROM taken UNION SELECT email_id FROM put
"""


def note_kept(folder: Folder, *, keeps: bool) -> None:
    """Whether the server keeps keywords in this folder, as it says when the folder is opened."""
    Folder.objects.filter(~Q(keeps_keywords=keeps), pk=folder.pk).update(keeps_keywords=keeps)
