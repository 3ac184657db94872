"""What a transcript of a quirk is made of: its row, the questions, what must come of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from postroom.imap.uid_set import UidSet
from postroom.net import errors
from postroom.net.credentials import Credential, Password
from postroom.net.imap_client import ImapClient

Ask = Callable[[ImapClient], Awaitable[object]]
Answers = dict[bytes, list[bytes]]


@dataclass(frozen=True)
class Quirk:
    """One behaviour: who shows it, what they say, what we ask, and what must come of it."""

    seen: str
    ask: Ask
    expected: object
    answers: Answers = field(default_factory=dict)
    capabilities: bytes = b"IMAP4rev1 AUTH=PLAIN SASL-IR"
    greeting: bytes = b"* OK ready"
    credential: Credential = field(default_factory=lambda: Password("alice", "secret"))

    def __str__(self) -> str:
        return self.seen[:70]


# What is asked.


async def nothing(client: ImapClient) -> object:
    return "signed in"


async def tier(client: ImapClient) -> object:
    return client.tier


async def exists(client: ImapClient) -> object:
    return (await client.examine("INBOX")).exists


async def validity(client: ImapClient) -> object:
    selected = await client.examine("INBOX")
    return selected.uidvalidity, selected.uidnext


async def listed(client: ImapClient) -> object:
    return [(b.name, b.delimiter, sorted(b.attributes)) for b in await client.list_mailboxes()]


async def listed_and_opened(client: ImapClient) -> object:
    return [(await client.examine(box.name)).exists for box in await client.list_mailboxes()]


async def found(client: ImapClient) -> object:
    await client.examine("INBOX")
    return list(await client.uid_search_all())


async def bodies(client: ImapClient) -> object:
    await client.examine("INBOX")
    return [(m.uid, m.body) async for m in client.uid_fetch(UidSet([1, 2, 3]), body=True)]


async def sizes(client: ImapClient) -> object:
    await client.examine("INBOX")
    fetched = client.uid_fetch(UidSet([1]), size=True, body=True)
    return [(m.size, len(m.body or b"")) async for m in fetched]


async def headers(client: ImapClient) -> object:
    await client.examine("INBOX")
    fetched = client.uid_fetch(UidSet([1, 2, 3]), header_fields=(), body=True)
    return [(m.uid, m.header, m.body) async for m in fetched]


async def flags(client: ImapClient) -> object:
    await client.examine("INBOX")
    return [(m.uid, sorted(m.flags or ())) async for m in client.uid_fetch(UidSet([1, 2, 3]))]


async def dates(client: ImapClient) -> object:
    await client.examine("INBOX")
    fetched = client.uid_fetch(UidSet([1, 2, 3]), internal_date=True)
    return [m.internal_date async for m in fetched]


async def gmail_names(client: ImapClient) -> object:
    await client.examine("INBOX")
    fetched = client.uid_fetch(UidSet([1]), header_fields=())
    return [(m.gm_message_id, m.gm_thread_id, sorted(m.gm_labels or ())) async for m in fetched]


async def object_ids(client: ImapClient) -> object:
    await client.examine("INBOX")
    fetched = client.uid_fetch(UidSet([1]), header_fields=())
    return [(m.email_id, m.thread_id) async for m in fetched]


async def first_notice(client: ImapClient) -> object:
    await client.examine("INBOX")
    async with client.idle() as notices:
        return repr(await anext(notices))


async def appended(client: ImapClient) -> object:
    return await client.append("Sent", b"Subject: x\r\n\r\n")


async def counted(client: ImapClient) -> object:
    return (await client.status("INBOX")).messages


async def namespaces(client: ImapClient) -> object:
    found = await client.namespaces()
    return found and [(one.prefix, one.delimiter) for one in found.personal]


# What must come of it.


def refused(kind: type[errors.NetError], **attributes: object) -> Callable[[BaseException], None]:
    """Return a check of an error's kind and attributes."""

    def check(error: BaseException) -> None:
        assert type(error) is kind, repr(error)
        for name, value in attributes.items():
            seen = getattr(error, name)
            assert (value in seen) if name == "sentence" else seen == value

    return check
