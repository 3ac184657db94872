"""What folders are called where SPECIAL-USE does not tell, in the languages of the world.

Seen: Gmail, Outlook and Exchange, Yahoo, Apple Mail, Thunderbird, Roundcube, GMX, Yandex, Mail.ru,
NetEase, QQ, Naver, each in the language of its user.
"""

import unicodedata

from postroom.archive.models import FolderRole

NAMES = {
    FolderRole.SENT: """
        sent;sent items;sent mail;sent messages;sent email;sent-mail;outbox sent;
        gesendet;gesendete elemente;gesendete objekte;gesendete nachrichten;postausgang gesendet;
        envoyés;messages envoyés;éléments envoyés;courrier envoyé;objets envoyés;
        enviados;elementos enviados;mensajes enviados;correo enviado;
        e-mails enviados;itens enviados;mensagens enviadas;correio enviado;enviadas;enviado;
        inviata;inviati;posta inviata;messaggi inviati;elementi inviati;
        verzonden;verzonden items;verzonden berichten;verstuurd;
        skickat;skickade;skickade objekt;skickade meddelanden;
        sendt;sendte;sendte elementer;sendt post;sendt e-post;sendte mails;sendte e-mails;
        lähetetyt;lähetetyt viestit;
        wysłane;elementy wysłane;wysłane wiadomości;
        odeslané;odeslaná pošta;odeslané položky;odoslané;odoslaná pošta;odoslané položky;
        elküldött;elküldött elemek;elküldött levelek;elküldött üzenetek;elküldve;
        trimise;elemente trimise;mesaje trimise;e-mailuri trimise;
        poslano;poslana pošta;poslane stavke;poslane poruke;poslani elementi;
        отправленные;отправлено;исходящие;надіслані;відправлені;изпратени;изпратена поща;послато;
        послате поруке;послате ставке;
        απεσταλμένα;σταλμένα;απεσταλμένα στοιχεία;
        gönderilmiş;gönderilenler;gönderilmiş öğeler;gönderilmiş postalar;gönderilen kutusu;
        išsiųsta;išsiųsti;išsiųsti laiškai;nosūtīts;nosūtītie;nosūtītās vēstules;saadetud;
        saadetud kirjad;saadetud üksused;
        enviats;correu enviat;elements enviats;bidalitakoak;
        送信済み;送信済みメール;送信済みアイテム;送信控え;
        已发送;已发送邮件;已发邮件;寄件備份;寄件匣備份;已傳送;已寄出;寄件備份匣;
        보낸편지함;보낸 편지함;보낸메일함;보낸 메일함;
        المرسل;المرسلة;البريد المرسل;بريد مرسل;العناصر المرسلة;
        נשלח;דואר שנשלח;דואר יוצא;פריטים שנשלחו;
        ارسال‌شده;ارسال شده;نامه‌های ارسال‌شده;
        thư đã gửi;đã gửi;ส่งแล้ว;จดหมายที่ส่งแล้ว;รายการที่ส่ง;
        terkirim;pesan terkirim;item terkirim;dihantar;mel dihantar;भेजे गए;भेजे गए मेल
    """,
    FolderRole.ALL: """
        all mail;all messages;alle nachrichten;alle mails;tous les messages;todos;todos los correos;
        todos os e-mails;todo o correio;tutti i messaggi;alle berichten;alle e-mail;alla mail;
        alla e-postmeddelanden;alle e-mails;all e-post;kaikki viestit;wszystkie;všechny zprávy;
        všetky správy;összes levél;toate mesajele;sva pošta;vsa pošta;вся почта;вся пошта;
        всички писма;цялата поща;όλα τα μηνύματα;όλη η αλληλογραφία;tüm postalar;visi laiškai;
        visas vēstules;kõik kirjad;tots els missatges;tot el correu;
        すべてのメール;所有邮件;所有郵件;全部郵件;전체보관함;كل البريد;כל הדואר;
        همهٔ نامه‌ها;tất cả thư;จดหมายทั้งหมด;semua email;semua pesan;सभी मेल
    """,
    FolderRole.ARCHIVE: """
        archive;archives;archived;archiv;archivo;archivio;arquivo;arquivo morto;archief;arkiv;
        arkisto;arkistoi;archiwum;archív;archívum;arhiva;arhivă;arhiv;архив;архів;архива;
        αρχειοθήκη;αρχείο;arşiv;archyvas;arhīvs;arhiiv;arxiu;アーカイブ;归档;存档;封存;
        보관;보관 파일;الأرشيف;أرشيف;ארכיון;بایگانی;lưu trữ;ที่เก็บถาวร;arsip;arkib
    """,
    FolderRole.DRAFTS: """
        draft;drafts;entwurf;entwürfe;brouillon;brouillons;borrador;borradores;bozza;bozze;
        rascunho;rascunhos;concept;concepten;utkast;kladde;kladder;luonnokset;szkice;robocze;
        wersje robocze;kopie robocze;koncepty;rozepsané;rozepsané zprávy;rozpracované;piszkozat;
        piszkozatok;ciorne;schițe;skice;osnutki;nacrti;черновик;черновики;чернетки;чернови;нацрти;
        радне верзије;πρόχειρα;taslak;taslaklar;juodraščiai;melnraksti;mustandid;esborranys;
        zirriborroak;下書き;草稿;草稿箱;草稿匣;임시보관함;임시 보관함;المسودات;مسودات;טיוטות;
        پیش‌نویس;پیش‌نویس‌ها;thư nháp;bản nháp;nháp;ร่างจดหมาย;ร่างข้อความ;แบบร่าง;จดหมายร่าง;
        draf;konsep;ड्राफ़्ट
    """,
    FolderRole.JUNK: """
        junk;spam;junk mail;junk e-mail;junk email;junk-e-mail;bulk;bulk mail;[spam];
        spamverdacht;unerwünscht;unerwünschte werbung;unerwünschte e-mail;
        courrier indésirable;indésirables;indésirable;pourriel;pourriels;
        correo no deseado;no deseado;correo basura;
        lixo eletrônico;lixo electrónico;lixo eletrónico;correio não solicitado;
        posta indesiderata;indesiderata;ongewenst;ongewenste e-mail;ongewenste reclame;reclame;
        skräppost;skräp;uønsket;uønsket mail;uønsket e-mail;uønsket e-post;uønsket post;søppelpost;
        roskaposti;niechciane;wiadomości-śmieci;wiadomości śmieci;nevyžádané;nevyžádaná pošta;
        nevyžiadaná pošta;nevyžiadané;levélszemét;mesaje nedorite;e-mail nedorit;
        neželjena pošta;neželena pošta;bezvrijedna pošta;vsiljena pošta;
        спам;нежелательная почта;небажана пошта;нежелана поща;нежељена пошта;
        ανεπιθύμητα;ανεπιθύμητη αλληλογραφία;önemsiz;önemsiz e-posta;gereksiz;istenmeyen;
        nepageidaujami;nepageidaujami laiškai;šlamštas;mēstules;surogātpasts;nevēlamais pasts;
        rämpspost;correu brossa;brossa;zabor-posta;
        迷惑メール;垃圾邮件;垃圾郵件;广告邮件;스팸;스팸함;스팸메일함;스팸 메일함;정크 메일;
        البريد العشوائي;بريد عشوائي;البريد غير الهام;البريد الإلكتروني غير الهام;
        דואר זבל;ספאם;زباله;هرزنامه;thư rác;อีเมลขยะ;จดหมายขยะ;สแปม;spam mail;स्पैम
    """,
    FolderRole.TRASH: """
        trash;bin;trash can;deleted;deleted items;deleted messages;deleted mail;[trash];
        papierkorb;gelöscht;gelöschte elemente;gelöschte objekte;gelöschte nachrichten;
        corbeille;éléments supprimés;messages supprimés;objets supprimés;supprimés;
        papelera;papelera de reciclaje;elementos eliminados;eliminados;mensajes eliminados;
        lixeira;lixo;itens excluídos;itens eliminados;excluídos;reciclagem;
        cestino;posta eliminata;elementi eliminati;messaggi eliminati;eliminata;
        prullenbak;prullenmand;verwijderd;verwijderde items;verwijderde berichten;
        papperskorg;papperskorgen;borttagna;borttagna objekt;borttaget;
        papirkurv;papirkurven;slettet;slettet post;slettede;slettede elementer;søppel;
        roskakori;poistetut;poistetut viestit;kosz;elementy usunięte;usunięte;
        koš;kôš;odstraněná pošta;odstraněné;odstraněné položky;odstránená pošta;odstránené položky;
        lomtár;kuka;törölt;törölt elemek;törölt üzenetek;coș de gunoi;coş de gunoi;elemente șterse;
        smeće;otpad;izbrisano;izbrisane stavke;smetnjak;izbrisani elementi;
        корзина;удаленные;удалённые;кошик;видалені;кошче;изтрити;отпад;канта;обрисане ставке;
        κάδος;κάδος απορριμμάτων;διαγραμμένα;διαγραμμένα στοιχεία;
        çöp;çöp kutusu;çöp sepeti;silinmiş öğeler;silinen öğeler;silinenler;
        šiukšlinė;šiukšliadėžė;šiukšlių dėžė;ištrinti;miskaste;atkritne;izdzēstie;prügikast;
        kustutatud;kustutatud üksused;paperera;elements suprimits;zakarrontzia;
        ゴミ箱;ごみ箱;削除済み;削除済みアイテム;削除済みメール;已删除;已删除邮件;废纸篓;废件箱;
        垃圾桶;回收筒;刪除的郵件;已刪除的郵件;已刪除;휴지통;지운편지함;지운 편지함;삭제된 항목;
        المهملات;سلة المهملات;العناصر المحذوفة;المحذوفة;אשפה;פח אשפה;פריטים שנמחקו;
        زباله‌دان;حذف‌شده;thùng rác;thư đã xóa;đã xóa;ถังขยะ;รายการที่ถูกลบ;
        sampah;tempat sampah;item terhapus;tong sampah;ट्रैश
    """,
}


def comparable(name: str) -> str:
    """A name as it is compared: one form of every letter, whatever its case and its gaps."""
    composed = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", " ".join(composed.split()))


ROLE_BY_NAME = {
    comparable(name): role for role, names in NAMES.items() for name in names.split(";")
}
