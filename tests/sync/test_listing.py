"""Which folder is what, by use and by name, and which are synced unless somebody chooses."""

import pytest

from postroom.archive.models import FolderRole
from postroom.net.imap_client import Mailbox
from postroom.sync.folder_names import NAMES, ROLE_BY_NAME, comparable
from postroom.sync.listing import listed_folders

INBOX, SENT, ALL, ARCHIVE = FolderRole.INBOX, FolderRole.SENT, FolderRole.ALL, FolderRole.ARCHIVE
DRAFTS, JUNK, TRASH, OTHER = FolderRole.DRAFTS, FolderRole.JUNK, FolderRole.TRASH, FolderRole.OTHER

GMAIL = ("IMAP4REV1", "IDLE", "X-GM-EXT-1")

# Drafts, sent, junk, trash (and all mail) as servers name them without saying more.
BY_NAME = {
    "Outlook, English": "Drafts|Sent Items|Junk Email|Deleted Items",
    "Outlook, German": "Entwürfe|Gesendete Elemente|Junk-E-Mail|Gelöschte Elemente",
    "Outlook, French": "Brouillons|Éléments envoyés|Courrier indésirable|Éléments supprimés",
    "Outlook, Spanish": "Borradores|Elementos enviados|Correo no deseado|Elementos eliminados",
    "Outlook, Italian": "Bozze|Posta inviata|Posta indesiderata|Posta eliminata",
    "Outlook, Portuguese": "Rascunhos|Itens Enviados|Lixo Eletrônico|Itens Excluídos",
    "Outlook, Dutch": "Concepten|Verzonden items|Ongewenste e-mail|Verwijderde items",
    "Outlook, Swedish": "Utkast|Skickade objekt|Skräppost|Borttagna objekt",
    "Outlook, Danish": "Kladder|Sendte elementer|Uønsket e-mail|Slettede elementer",
    "Outlook, Polish": "Wersje robocze|Elementy wysłane|Wiadomości-śmieci|Elementy usunięte",
    "Outlook, Czech": "Koncepty|Odeslaná pošta|Nevyžádaná pošta|Odstraněná pošta",
    "Outlook, Hungarian": "Piszkozatok|Elküldött elemek|Levélszemét|Törölt elemek",
    "Outlook, Turkish": "Taslaklar|Gönderilmiş Öğeler|Önemsiz E-posta|Silinmiş Öğeler",
    "Outlook, Russian": "Черновики|Отправленные|Нежелательная почта|Удаленные",
    "Outlook, Greek": "Πρόχειρα|Απεσταλμένα|Ανεπιθύμητη αλληλογραφία|Διαγραμμένα",
    "Outlook, Japanese": "下書き|送信済みアイテム|迷惑メール|削除済みアイテム",
    "Outlook, Chinese": "草稿|已发送邮件|垃圾邮件|已删除邮件",
    "Outlook, Korean": "임시 보관함|보낸 편지함|정크 메일|지운 편지함",
    "Outlook, Arabic": "المسودات|العناصر المرسلة|البريد الإلكتروني غير الهام|العناصر المحذوفة",
    "Outlook, Hebrew": "טיוטות|פריטים שנשלחו|דואר זבל|פריטים שנמחקו",
    "Apple Mail": "Drafts|Sent Messages|Junk|Deleted Messages",
    "Yahoo": "Draft|Sent|Bulk Mail|Trash",
    "GMX": "Entwürfe|Gesendet|Spamverdacht|Gelöscht",
    "Mail.ru": "Черновики|Отправленные|Спам|Корзина",
    "Naver": "임시보관함|보낸메일함|스팸메일함|휴지통",
    "NetEase": "草稿箱|已发送|垃圾邮件|已删除",
}
OF_GMAIL = {
    "English": "Drafts|Sent Mail|Spam|Trash|All Mail",
    "British": "Drafts|Sent Mail|Spam|Bin|All Mail",
    "German": "Entwürfe|Gesendet|Spam|Papierkorb|Alle Nachrichten",
    "French": "Brouillons|Messages envoyés|Spam|Corbeille|Tous les messages",
    "Spanish": "Borradores|Enviados|Spam|Papelera|Todos",
    "Italian": "Bozze|Posta inviata|Spam|Cestino|Tutti i messaggi",
    "Brazilian": "Rascunhos|E-mails enviados|Spam|Lixeira|Todos os e-mails",
    "Portuguese": "Rascunhos|Correio enviado|Spam|Lixo|Todo o correio",
    "Dutch": "Concepten|Verzonden berichten|Spam|Prullenbak|Alle berichten",
    "Swedish": "Utkast|Skickat|Skräppost|Papperskorgen|Alla mail",
    "Finnish": "Luonnokset|Lähetetyt|Roskaposti|Roskakori|Kaikki viestit",
    "Polish": "Wersje robocze|Wysłane|Spam|Kosz|Wszystkie",
    "Czech": "Koncepty|Odeslaná pošta|Spam|Koš|Všechny zprávy",
    "Russian": "Черновики|Отправленные|Спам|Корзина|Вся почта",
    "Ukrainian": "Чернетки|Надіслані|Спам|Кошик|Вся пошта",
    "Turkish": "Taslaklar|Gönderilmiş Postalar|Spam|Çöp kutusu|Tüm Postalar",
    "Japanese": "下書き|送信済みメール|迷惑メール|ゴミ箱|すべてのメール",
    "Chinese": "草稿|已发邮件|垃圾邮件|已删除邮件|所有邮件",
    "Taiwanese": "草稿|寄件備份|垃圾郵件|垃圾桶|全部郵件",
    "Korean": "임시보관함|보낸편지함|스팸함|휴지통|전체보관함",
    "Vietnamese": "Thư nháp|Thư đã gửi|Thư rác|Thùng rác|Tất cả thư",
}


def mailbox(name: str, *uses: str, delimiter: str | None = "/") -> Mailbox:
    return Mailbox(name, delimiter, frozenset(uses), None)


def roles(*mailboxes: Mailbox, capabilities: tuple[str, ...] = ()) -> dict[str, FolderRole]:
    return {f.name: f.role for f in listed_folders(mailboxes, capabilities)}


def synced(*mailboxes: Mailbox, capabilities: tuple[str, ...] = ()) -> set[str]:
    return {f.name for f in listed_folders(mailboxes, capabilities) if f.by_default}


@pytest.mark.parametrize("names", BY_NAME.values(), ids=BY_NAME)
@pytest.mark.parametrize(
    ("prefix", "delimiter"), [("", "/"), ("INBOX.", "."), ("Inbox/", "/"), ("", None)]
)
def test_a_name_gives_a_role(names: str, prefix: str, delimiter: str | None) -> None:
    expected = (DRAFTS, SENT, JUNK, TRASH)
    listed = [mailbox(prefix + name, delimiter=delimiter) for name in names.split("|")]
    found = listed_folders([mailbox("INBOX"), *listed])
    assert [f.role for f in found] == [INBOX, *expected]
    assert [f.by_default for f in found] == [True, False, True, False, False]


@pytest.mark.parametrize("names", OF_GMAIL.values(), ids=OF_GMAIL)
@pytest.mark.parametrize("prefix", ["[Gmail]/", "[Google Mail]/"])
def test_gmail_is_understood_in_every_language(names: str, prefix: str) -> None:
    listed = [mailbox(prefix + name) for name in names.split("|")]
    assert tuple(roles(*listed).values()) == (DRAFTS, SENT, JUNK, TRASH, ALL)


def test_the_table_of_names_is_one_anybody_can_trust() -> None:
    said = sum(len(names.split(";")) for names in NAMES.values())
    print(f"{said} names of {len(NAMES)} roles")
    assert said > 500
    assert len(ROLE_BY_NAME) == said, "a name stands twice, perhaps for two roles"
    assert all(name and name == comparable(name) for name in ROLE_BY_NAME)


def test_a_name_counts_whatever_its_case_and_its_unicode_form() -> None:
    assert roles(mailbox("SENT ITEMS"), mailbox("Entwu\u0308rfe"), mailbox("çöp  KUTUSU")) == {
        "SENT ITEMS": SENT,
        "Entwu\u0308rfe": DRAFTS,
        "çöp  KUTUSU": TRASH,
    }


def test_what_the_server_declares_goes_before_what_a_name_suggests() -> None:
    declared = mailbox("Ablage 7", "\\HasNoChildren", "\\TRASH")
    assert roles(declared, mailbox("Trash"), mailbox("Sent")) == {
        "Ablage 7": TRASH,
        "Trash": OTHER,
        "Sent": SENT,
    }
    assert synced(declared, mailbox("Trash"), mailbox("Sent")) == {"Trash", "Sent"}


def test_a_folder_inside_another_is_what_its_owner_made_it() -> None:
    inside = [mailbox(n) for n in ("Customers/Trash", "Projects/Sent", "INBOX/Bins/Spam")]
    assert set(roles(*inside).values()) == {OTHER}
    assert len(synced(*inside)) == 3


def test_what_cannot_be_opened_is_no_folder() -> None:
    assert roles(mailbox("[Gmail]", "\\Noselect"), mailbox("x", "\\NonExistent")) == {}


def test_a_view_of_mail_in_other_folders_is_not_synced() -> None:
    views = [mailbox("Starred", "\\Flagged"), mailbox("Priority", "\\Important")]
    assert synced(*views, mailbox("Sales")) == {"Sales"}


def test_of_gmail_the_inbox_and_all_mail_are_synced_and_no_label() -> None:
    listed = [
        mailbox("INBOX"),
        mailbox("[Gmail]", "\\Noselect"),
        mailbox("[Gmail]/All Mail", "\\All"),
        mailbox("[Gmail]/Sent Mail", "\\Sent"),
        mailbox("[Gmail]/Important", "\\Important"),
        mailbox("[Gmail]/Starred", "\\Flagged"),
        mailbox("[Gmail]/Spam", "\\Junk"),
        mailbox("[Gmail]/Trash", "\\Trash"),
        mailbox("Customers/Big"),
    ]
    assert synced(*listed, capabilities=GMAIL) == {"INBOX", "[Gmail]/All Mail"}
    # The control: of any other server all of it is.
    assert synced(*listed) >= {"Customers/Big", "[Gmail]/Sent Mail"}


def test_gmail_without_all_mail_is_synced_by_its_labels() -> None:
    listed = [mailbox("INBOX"), mailbox("[Gmail]/Sent Mail", "\\Sent"), mailbox("Customers")]
    assert synced(*listed, capabilities=GMAIL) == {m.name for m in listed}
