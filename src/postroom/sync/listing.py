"""The server's mailboxes in the product's words: folders with roles.

The interpreter between *mailbox* (wire) and *folder* (product).
"""

from collections.abc import Iterable

from postroom.archive.folders import ListedFolder
from postroom.archive.models import FolderRole
from postroom.net.imap_client import Mailbox

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

# Names that servers without SPECIAL-USE give, in the languages of our users.
ROLE_BY_NAME = {
    name: role
    for role, names in {
        FolderRole.SENT: """sent;sent items;sent mail;sent messages;gesendet;gesendete elemente;
            gesendete objekte;envoyés;messages envoyés;éléments envoyés;enviados;
            elementos enviados;inviata;posta inviata;verzonden;verzonden items;skickat;sendt;
            wysłane;отправленные;надіслані;gönderilmiş öğeler;送信済み;送信済みメール;已发送;
            已发送邮件;보낸편지함""",
        FolderRole.ARCHIVE: """archive;archives;archiv;archivio;archivo;archief;архив;アーカイブ;
            归档""",
        FolderRole.DRAFTS: """drafts;draft;entwürfe;brouillons;borradores;bozze;rascunhos;
            concepten;utkast;kladder;szkice;черновики;чернетки;taslaklar;下書き;草稿;草稿箱;
            임시보관함""",
        FolderRole.JUNK: """junk;spam;junk e-mail;junk email;bulk mail;bulk;spamverdacht;
            unerwünscht;junk-e-mail;courrier indésirable;indésirables;correo no deseado;
            posta indesiderata;lixo eletrônico;ongewenste e-mail;skräppost;спам;önemsiz;
            迷惑メール;垃圾邮件;스팸메일함""",
        FolderRole.TRASH: """trash;bin;deleted;deleted items;deleted messages;papierkorb;
            gelöschte elemente;gelöscht;corbeille;éléments supprimés;papelera;
            elementos eliminados;cestino;posta eliminata;lixeira;itens excluídos;prullenbak;
            verwijderde items;papperskorg;kosz;удаленные;корзина;кошик;çöp kutusu;ごみ箱;
            已删除;已删除邮件;휴지통""",
    }.items()
    for name in (" ".join(n.split()) for n in names.split(";"))
}


def listed_folders(mailboxes: Iterable[Mailbox]) -> list[ListedFolder]:
    """Folders that can be opened, each once; a role by use goes before one by name.

    A name that we could not keep is left out: one such folder would stop all others.
    """
    named = {m.name: m for m in mailboxes if len(m.name) <= LONGEST_NAME and "\0" not in m.name}
    selectable = [m for m in named.values() if not NOT_A_FOLDER & lower(m.attributes)]
    by_use = {role_by_use(m) for m in selectable} - {None}
    return [ListedFolder(m.name, m.delimiter or "", role_of(m, taken=by_use)) for m in selectable]


def role_of(mailbox: Mailbox, taken: set[FolderRole | None]) -> FolderRole:
    """The folder's role; a name gives it only if no other folder has it by SPECIAL-USE."""
    if mailbox.name.upper() == "INBOX":
        return FolderRole.INBOX
    by_name = ROLE_BY_NAME.get(last_part(mailbox).casefold())
    named = by_name if by_name not in taken else None
    return role_by_use(mailbox) or named or FolderRole.OTHER


def role_by_use(mailbox: Mailbox) -> FolderRole | None:
    """The role that the server declares, if any."""
    return next((SPECIAL_USE[a] for a in lower(mailbox.attributes) if a in SPECIAL_USE), None)


def last_part(mailbox: Mailbox) -> str:
    """The name without the folders it lies in."""
    return mailbox.name.rsplit(mailbox.delimiter, 1)[-1] if mailbox.delimiter else mailbox.name


def lower(attributes: Iterable[str]) -> set[str]:
    """Attributes are compared whatever their case (RFC 3501 §7.2.2)."""
    return {a.lower() for a in attributes}
