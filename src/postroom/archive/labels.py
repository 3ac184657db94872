"""The labels of a mailbox: found or made by name, met as a keyword, and which an email bears."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from postroom.accounts.models import Activation, EmailAccount, Protocol, Sight
from postroom.archive.models import Colour, Email, Label, Labelling
from postroom.archive.models.labels import LONGEST_NAME
from postroom.crm.erased import erased_keywords
from postroom.team.refusal import Refusal
from postroom.team.written_once import written_once

MOST_LABELS: Final = 100
# Seen: Thunderbird, whose first five labels have these keywords, names and colours.
WELL_KNOWN: Final = {
    "$label1": ("Important", Colour.RED),
    "$label2": ("Work", Colour.ORANGE),
    "$label3": ("Personal", Colour.GREEN),
    "$label4": ("To Do", Colour.BLUE),
    "$label5": ("Later", Colour.PURPLE),
}
ERASED: Final = (
    "“{}” is the name of somebody who was erased here, and is kept out since. Choose another name."
)
NOT_IN_A_KEYWORD: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class LabelUnusable(Refusal):
    """A label that cannot be; the sentence says why."""


def label_called(account: EmailAccount, name: str) -> Label:
    """The mailbox's label of this name, made if there is none. Raises LabelUnusable."""
    name = cleaned(name)
    labels = {label.name.lower(): label for label in account.labels.all()}
    if found := labels.get(name.lower()):
        return found
    if len(labels) >= MOST_LABELS:
        raise LabelUnusable(f"{account} has {MOST_LABELS} labels. Use one of them.")
    taken = {label.keyword.lower() for label in labels.values()}
    colour = list(Colour)[len(labels) % len(Colour)]
    keyword = keyword_for(name, taken)
    if erased_keywords([keyword]):
        raise LabelUnusable(ERASED.format(name))
    made, _ = Label.objects.get_or_create(
        account=account, keyword=keyword, defaults={"name": name, "colour": colour}
    )
    return made


def find_label(account: EmailAccount, name: str) -> Label | None:
    """The mailbox's label of this name."""
    return account.labels.filter(name__iexact=" ".join(name.split())).first()


def repaint(label: Label, name: str, colour: str) -> None:
    """Call it something else, in another colour. Raises LabelUnusable and changes nothing."""
    name = cleaned(name)
    others = label.account.labels.exclude(pk=label.pk)
    if others.filter(name__iexact=name).exists():
        raise LabelUnusable(f"There is a label “{name}” already. Choose another name.")
    if colour not in Colour.values:
        raise LabelUnusable("Choose one of the colours.")
    label.name, label.colour = name, colour
    label.save(update_fields=["name", "colour"])


def cleaned(name: str) -> str:
    """A name as it is kept. Raises LabelUnusable."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name or len(name) > LONGEST_NAME:
        raise LabelUnusable(f"Give the label a name of 1 to {LONGEST_NAME} letters.")
    return name


def keyword_for(name: str, taken: Collection[str]) -> str:
    """The keyword by which servers know a name: an atom of ASCII (RFC 3501 §9), and a new one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = NOT_IN_A_KEYWORD.sub("_", plain).strip("_.-") or "label"
    numbered = (f"{plain}_{number}" for number in range(2, MOST_LABELS + 3))
    return next(word for word in (plain, *numbered) if word.lower() not in taken)


def ensure_labels(account_id: int, keywords: Iterable[str]) -> None:
    """A label for each keyword of the server's that has none yet, as long as there is room."""
    labels = list(Label.objects.filter(account=account_id))
    known = {label.keyword.lower() for label in labels}
    names = {label.name.lower() for label in labels}
    for keyword in sorted(set(keywords)):
        if keyword.lower() in known or len(known) >= MOST_LABELS:
            continue
        name, colour = WELL_KNOWN.get(keyword.lower(), (keyword.replace("_", " "), Colour.GREY))
        name = name.strip()[:LONGEST_NAME] or keyword[:LONGEST_NAME]
        if name.lower() in names:
            name = keyword[:LONGEST_NAME]
        if name.lower() in names:
            continue
        Label.objects.create(account_id=account_id, name=name, keyword=keyword, colour=colour)
        known.add(keyword.lower())
        names.add(name.lower())


def is_kept_here_alone(account: EmailAccount) -> bool:
    """Whether the labels of a mailbox are seen here and nowhere else."""
    if account.activation == Activation.IMPORTED or account.protocol == Protocol.POP:
        return True
    folders = account.folders.filter(gone_at__isnull=True)
    return folders.filter(keeps_keywords=False).exists()


def labels_of(emails: Sequence[Email]) -> dict[int, list[Label]]:
    """The labels of emails that are read whole, by their ids: a label tells of the content."""
    found: dict[int, list[Label]] = defaultdict(list)
    whole = [email.pk for email in emails if email.sight >= Sight.EVERYTHING]
    for labelling in borne_by(whole) if whole else ():
        found[labelling.email_id].append(labelling.label)
    return found


@written_once()
def borne_by(emails: list[int]) -> QuerySet[Labelling]:
    """The same, by the labels' names."""
    these = RawSQL("SELECT unnest(%s::bigint[])", [emails])
    borne = Labelling.objects.filter(email__in=these).select_related("label")
    return borne.order_by("label__name")
