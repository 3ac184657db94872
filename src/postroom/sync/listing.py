"""The server's mailboxes in the product's words: folders with roles.

The interpreter between *mailbox* (wire) and *folder* (product).
"""

from collections.abc import Collection, Iterable

from postroom.archive.folders import ListedFolder
from postroom.archive.models import FolderRole
from postroom.imap.uid_set import UID_MAX
from postroom.net.imap_client import Mailbox
from postroom.sync.folder_names import ROLE_BY_NAME, comparable

SPECIAL_USE = {  # RFC 6154 §2
    "\\sent": FolderRole.SENT,
    "\\archive": FolderRole.ARCHIVE,
    "\\all": FolderRole.ALL,
    "\\drafts": FolderRole.DRAFTS,
    "\\junk": FolderRole.JUNK,
    "\\trash": FolderRole.TRASH,
}
LONGEST_NAME = 500
NOT_A_FOLDER = frozenset({"\\noselect", "\\nonexistent"})
NOT_SYNCED = frozenset({FolderRole.DRAFTS, FolderRole.JUNK, FolderRole.TRASH})

# Shows mail that lies in other folders: RFC 6154 §2, RFC 8457 §3.
VIEWS = frozenset({"\\flagged", "\\important"})

# Gmail's folders are labels on mail that lies in All Mail, once. Live mail is soonest in the Inbox.
GMAIL = "X-GM-EXT-1"
SYNCED_OF_GMAIL = frozenset({FolderRole.INBOX, FolderRole.ALL})

# What stands before the names of an account's own folders. Seen: Courier, Dovecot; Gmail.
PREFIXES = frozenset({"inbox", "[gmail]", "[google mail]"})


def listed_folders(
    mailboxes: Iterable[Mailbox], capabilities: Collection[str] = ()
) -> list[ListedFolder]:
    """Folders that can be opened, each once; a role by use goes before one by name.

    A name that we could not keep is left out: one such folder would stop all others.
    """
    named = {m.name: m for m in mailboxes if len(m.name) <= LONGEST_NAME and "\0" not in m.name}
    selectable = [m for m in named.values() if not NOT_A_FOLDER & lower(m.attributes)]
    by_use = {role_by_use(m) for m in selectable} - {None}
    # Its user may hide All Mail from mail programs; then the labels are all there is.
    only_all_mail = GMAIL in capabilities and FolderRole.ALL in by_use
    return [listed(m, role_of(m, taken=by_use), only_all_mail) for m in selectable]


def listed(mailbox: Mailbox, role: FolderRole, only_all_mail: bool) -> ListedFolder:
    """The folder, synced by default unless its mail is unwanted or lies elsewhere as well."""
    is_wanted = role not in NOT_SYNCED and not VIEWS & lower(mailbox.attributes)
    by_default = role in SYNCED_OF_GMAIL if only_all_mail else is_wanted
    numbering = (mailbox.status.uidvalidity if mailbox.status else None) or 0
    return ListedFolder(
        mailbox.name,
        mailbox.delimiter or "",
        role,
        by_default,
        numbering if numbering <= UID_MAX else 0,
    )


def role_of(mailbox: Mailbox, taken: set[FolderRole | None]) -> FolderRole:
    """The folder's role; a name gives it only if no other folder has it by SPECIAL-USE."""
    if mailbox.name.upper() == "INBOX":
        return FolderRole.INBOX
    by_name = ROLE_BY_NAME.get(comparable(own_name(mailbox)))
    named = by_name if by_name not in taken else None
    return role_by_use(mailbox) or named or FolderRole.OTHER


def role_by_use(mailbox: Mailbox) -> FolderRole | None:
    """The role that the server declares, if any."""
    return next((SPECIAL_USE[a] for a in lower(mailbox.attributes) if a in SPECIAL_USE), None)


def own_name(mailbox: Mailbox) -> str:
    """The name without what stands before all of them; whole, for a folder inside another.

    “Customers/Trash” is about rubbish bins, perhaps.
    """
    first, delimiter, rest = mailbox.name.partition(mailbox.delimiter or "\0")
    return rest if delimiter and first.casefold() in PREFIXES else mailbox.name


def lower(attributes: Iterable[str]) -> set[str]:
    """Attributes are compared whatever their case (RFC 3501 §7.2.2)."""
    return {a.lower() for a in attributes}
