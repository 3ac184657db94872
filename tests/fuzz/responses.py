"""Whatever a server says while commands are under way, it is read, or refused by name."""

from collections.abc import Callable, Iterator

from imap.responses import RESPONSES
from postroom.imap.commands.append import Append
from postroom.imap.commands.command import Command
from postroom.imap.commands.fetch import FetchItems, UidFetch
from postroom.imap.commands.idle import Idle
from postroom.imap.commands.mailbox import Examine, List, QresyncState, Select, StatusCommand
from postroom.imap.commands.relocate import UidCopy, UidMove
from postroom.imap.commands.search import UidSearch
from postroom.imap.commands.session import Compress, Enable, Id, Namespace, StartTls
from postroom.imap.commands.sign_in import Authenticate, Login
from postroom.imap.commands.store import UidStore
from postroom.imap.connection import Connection, Unclaimed
from postroom.imap.errors import ImapError
from postroom.imap.limits import Limits
from postroom.imap.sasl import ScramSha256, XOAuth2
from postroom.imap.states import State
from postroom.imap.uid_set import UidSet

LIMITS = Limits(
    line=2_000, literal=500, message=1_000, response=1_500, skipped_message=3_000, literals=20,
    words=50, mailboxes=20, unasked=30, answers=2, found_ranges=50, notices=10, server_words=80,
)  # fmt: skip
UIDS = UidSet.between(1, 9)
EXTENSIONS = (
    "IMAP4REV2 STARTTLS ID ENABLE NAMESPACE COMPRESS=DEFLATE IDLE MOVE ESEARCH CONDSTORE QRESYNC "
    "LIST-EXTENDED LIST-STATUS SPECIAL-USE SASL-IR BINARY"
)
SIGNED_IN: tuple[Callable[[], list[Command]], ...] = (
    lambda: [UidFetch(UIDS, FetchItems(header_fields=(), body=True)), UidSearch(LIMITS)],
    lambda: [List(LIMITS), StatusCommand("INBOX"), Namespace(), Id({"name": "x"})],
    lambda: [Select("x"), UidMove(UIDS, "y"), UidCopy(UIDS, "ä")],
    lambda: [Examine("x", QresyncState(1, 2, UIDS)), UidFetch(UIDS, FetchItems())],
    lambda: [UidStore(UIDS, "+", frozenset({"\\Seen"}), 3)],
    lambda: [Append("Sent", b"x" * 5_000, frozenset(), None), StatusCommand("x")],
    lambda: [Idle()],
    lambda: [Compress()],
)
SIGNED_OUT: tuple[Callable[[], list[Command]], ...] = (
    lambda: [Authenticate(ScramSha256("u", "p", "nonce"), 3)],
    lambda: [Authenticate(XOAuth2("u", "t"), 3)],
    lambda: [Login("ü", "p")],
    lambda: [StartTls()],
)
CASES = len(SIGNED_IN) + len(SIGNED_OUT) + 2


def seeds() -> Iterator[bytes]:
    """Yield transcripts; the first octet chooses the commands, the second the slices."""
    for number, (line, _) in enumerate(RESPONSES):
        yield bytes([number % CASES, number % 7]) + line + b"\r\nA1 OK done\r\n"
    for number in range(CASES):
        yield bytes([number, 90]) + b"\r\n".join(line for line, _ in RESPONSES[number::7])
        yield bytes([number, 3]) + b"+ \r\n* OK [COPYUID 1 1:2 3:4] .\r\nA1 OK [MODIFIED 2] .\r\n"
    yield bytes([len(SIGNED_IN), 9]) + (
        b"+ r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1\r\n+ v=AAAA\r\nA1 OK [CAPABILITY IDLE] .\r\n"
    )


def check(octets: bytes) -> None:
    """Hear it whole and in slices: the same is understood."""
    case, size, stream = octets[:1] or b"\0", octets[1:2] or b"\0", octets[2:]
    whole = hear(case[0] % CASES, stream, len(stream) or 1)
    assert hear(case[0] % CASES, stream, 1 + size[0]) == whole


def hear(case: int, stream: bytes, size: int) -> list[str]:
    """Return all that was understood of a stream that comes in slices."""
    connection, commands = begun(case)
    understood = []
    try:
        for start in range(0, len(stream), size):
            for event in connection.receive(stream[start : start + size]):
                if isinstance(event, Unclaimed):
                    understood.append(repr(event))
            connection.data_to_send()
    except ImapError as error:
        understood.append(type(error).__name__)
    understood += [repr(sorted(connection.capabilities)), connection.state.value]
    return understood + [what_it_learned(command) for command in commands]


def begun(case: int) -> tuple[Connection, list[Command]]:
    """Return a connection with commands under way; without any, one that was not greeted."""
    connection = Connection(LIMITS)
    if case == CASES - 1:
        return connection, []
    list(connection.receive(b"* OK ready\r\n"))
    connection.capabilities = frozenset(EXTENSIONS.split())
    is_signed_in = case < len(SIGNED_IN)
    connection.state = State.SELECTED if is_signed_in else State.NOT_AUTHENTICATED
    if case == CASES - 2:
        connection.state, commands = State.AUTHENTICATED, [Enable(("QRESYNC", "UTF8=ACCEPT"))]
    else:
        commands = SIGNED_IN[case]() if is_signed_in else SIGNED_OUT[case - len(SIGNED_IN)]()
    for command in commands:
        connection.send(command)
    connection.data_to_send()
    return connection, commands


def what_it_learned(command: Command) -> str:
    """Return what a command knows after its answers."""
    match command:
        case UidCopy():
            learned: object = command.copied
        case UidStore():
            learned = command.left_alone
        case Append():
            learned = command.appended
        case UidFetch():
            learned = list(command.arrived), command.weight
        case Examine():
            learned = command.selected
        case List():
            learned = command.rows, command.statuses
        case UidSearch():
            learned = command.uids
        case _:
            learned = None
    return f"{command.word!r} {command.outcome!r} {learned!r}"
