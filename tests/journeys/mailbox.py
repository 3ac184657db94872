"""Alice's mailbox: the corpus in several folders, some of it in two, some of it unread."""

from collections.abc import Sequence

from mime.corpora import real_mail
from servers.dovecot import Dovecot

# Name on the wire, number of messages, Maildir flags. The last is modified UTF-7 (RFC 3501 §5.1.3).
FOLDERS = (
    ("INBOX", 500, ""),
    ("INBOX", 200, "S"),
    ("Archive", 500, "S"),
    ("Sent", 100, "S"),
    ("Projects/exmh/2002", 200, "FRS"),
    ("&ANw-bersee", 100, ""),
)
IN_TWO_FOLDERS = 40
MESSAGES = 1600


def fill_with_real_mail(server: Dovecot, user: str) -> Sequence[bytes]:
    """Lay the corpus out in the folders of a user and return it; skips where there is none."""
    messages = list(real_mail().values())
    assert len(messages) == MESSAGES == sum(count for _, count, _ in FOLDERS)
    first = 0
    for folder, count, flags in FOLDERS:
        batch = messages[first : first + count]
        server.add(user, folder, batch, flags=flags, received=1_030_000_000 + first)
        first += count
    server.add(user, "Archive", messages[:IN_TWO_FOLDERS], flags="S", received=1_029_000_000)
    return messages
