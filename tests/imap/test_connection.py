"""The conversation: what may be said when, what is pipelined, whose answer is whose."""

from datetime import UTC, date, datetime

import pytest

from imap.feeding import connected, hear, say, unclaimed
from postroom.imap.commands.append import Append
from postroom.imap.commands.command import Command
from postroom.imap.commands.fetch import FetchItems, UidFetch
from postroom.imap.commands.idle import Idle, Notify
from postroom.imap.commands.mailbox import (
    Examine,
    List,
    QresyncState,
    Select,
    StatusCommand,
    Unselect,
)
from postroom.imap.commands.relocate import UidCopy, UidMove
from postroom.imap.commands.search import UidSearch, UidSearchPeople
from postroom.imap.commands.session import (
    Capability,
    Compress,
    Enable,
    Id,
    Logout,
    Namespace,
    Noop,
    StartTls,
)
from postroom.imap.commands.sign_in import Authenticate, Login
from postroom.imap.commands.store import UidStore
from postroom.imap.connection import Completed, Connection
from postroom.imap.errors import IllegalCommand, ImapError, LimitExceeded, MalformedResponse
from postroom.imap.limits import Limits
from postroom.imap.responses import Condition, Exists, FetchedMessage, Vanished
from postroom.imap.sasl import Login as LoginMechanism
from postroom.imap.sasl import OAuthBearer, Plain, ScramSha256, XOAuth2
from postroom.imap.states import LEGAL, State
from postroom.imap.uid_set import UidSet

UIDS = UidSet([7, 8])
DATE = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)
ALL = (
    "IMAP4rev1 STARTTLS ID ENABLE NAMESPACE COMPRESS=DEFLATE IDLE NOTIFY UNSELECT MOVE ESEARCH "
    "CONDSTORE QRESYNC LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL+ SASL-IR"
)

COMPOSED: list[tuple[Command, str, bytes]] = [
    (Capability(), "", b"CAPABILITY"),
    (Noop(), "", b"NOOP"),
    (Logout(), "", b"LOGOUT"),
    (Id({"name": "Postroom"}), "ID", b'ID ("name" "Postroom")'),
    (Namespace(), "NAMESPACE", b"NAMESPACE"),
    (Compress(), "COMPRESS=DEFLATE", b"COMPRESS DEFLATE"),
    (List(Limits()), "", b'LIST "" "*"'),
    (List(Limits()), "LIST-EXTENDED SPECIAL-USE", b'LIST "" "*" RETURN (SPECIAL-USE)'),
    (
        List(Limits()),
        "LIST-EXTENDED LIST-STATUS CONDSTORE",
        b'LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ))',
    ),
    (StatusCommand("Entwürfe"), "", b'STATUS "Entw&APw-rfe" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)'),
    (Examine("INBOX"), "", b'EXAMINE "INBOX"'),
    (Select('a"b\\c'), "CONDSTORE", b'SELECT "a\\"b\\\\c" (CONDSTORE)'),
    (
        Examine("INBOX", QresyncState(67890007, 20050715194045000, UidSet.parse("41,43:211"))),
        "QRESYNC",
        b'EXAMINE "INBOX" (QRESYNC (67890007 20050715194045000 41,43:211))',
    ),
    (Unselect(), "UNSELECT", b"UNSELECT"),
    (UidSearch(Limits()), "", b"UID SEARCH ALL"),
    (UidSearch(Limits(), sequences=(1, 500)), "ESEARCH", b"UID SEARCH RETURN (ALL) 1:500"),
    (UidSearch(Limits(), since=date(2026, 2, 1)), "", b"UID SEARCH ALL SINCE 1-Feb-2026"),
    (
        UidSearchPeople(Limits(), ['a"b@x.example'], UidSet.parse("4,9")),
        "ESEARCH",
        b'UID SEARCH RETURN (ALL) UID 4:9 OR OR FROM "a\\"b@x.example" TO "a\\"b@x.example"'
        b' OR CC "a\\"b@x.example" OR BCC "a\\"b@x.example" HEADER Reply-To "a\\"b@x.example"',
    ),
    (UidSearch(Limits(), message_id="<a@b>"), "", b'UID SEARCH HEADER Message-ID "<a@b>"'),
    (UidFetch(UIDS, FetchItems()), "", b"UID FETCH 7:8 (UID FLAGS)"),
    (
        UidFetch(UIDS, FetchItems(internal_date=True, size=True, header_fields=("From", "To"))),
        "CONDSTORE OBJECTID",
        b"UID FETCH 7:8 (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ EMAILID THREADID "
        b"BODY.PEEK[HEADER.FIELDS (From To)])",
    ),
    (
        UidFetch(UIDS, FetchItems(flags=False, header_fields=(), body=True)),
        "X-GM-EXT-1",
        b"UID FETCH 7:8 (UID X-GM-MSGID X-GM-THRID X-GM-LABELS BODY.PEEK[HEADER] BODY.PEEK[])",
    ),
    (UidFetch(UIDS, FetchItems(preview=True)), "", b"UID FETCH 7:8 (UID FLAGS)"),
    (
        UidFetch(UIDS, FetchItems(preview=True)),
        "PREVIEW",
        b"UID FETCH 7:8 (UID FLAGS PREVIEW (LAZY))",
    ),
    (
        UidFetch(UIDS, FetchItems(changed_since=12)),
        "CONDSTORE",
        b"UID FETCH 7:8 (UID FLAGS MODSEQ) (CHANGEDSINCE 12)",
    ),
    (
        UidStore(UIDS, "+", frozenset({"\\Seen", "Work"})),
        "",
        b"UID STORE 7:8 +FLAGS.SILENT (Work \\Seen)",
    ),
    (
        UidStore(UIDS, "-", frozenset({"\\Seen"}), unchanged_since=12),
        "CONDSTORE",
        b"UID STORE 7:8 (UNCHANGEDSINCE 12) -FLAGS.SILENT (\\Seen)",
    ),
    (UidCopy(UIDS, "Ablage & Co"), "", b'UID COPY 7:8 "Ablage &- Co"'),
    (UidMove(UIDS, "Archive"), "MOVE", b'UID MOVE 7:8 "Archive"'),
    (
        Append("Sent", b"Subject: x\r\n\r\n", frozenset({"\\Seen"}), DATE),
        "LITERAL+",
        b'APPEND "Sent" (\\Seen) " 1-Mar-2026 09:05:07 +0000" {14+}\r\nSubject: x\r\n\r\n',
    ),
    (Idle(), "IDLE", b"IDLE"),
    (
        Notify(),
        "NOTIFY",
        b"NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) "
        b"(personal (MessageNew MessageExpunge FlagChange))",
    ),
]


@pytest.mark.parametrize(
    ("command", "offered", "octets"), COMPOSED, ids=[str(c[2][:40]) for c in COMPOSED]
)
def test_it_composes(command: Command, offered: str, octets: bytes) -> None:
    assert say(connected(offered), command) == b"A1 " + octets + b"\r\n"


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (StartTls(), b"STARTTLS"),
        (Login("a b", 'x"y'), b'LOGIN "a b" "x\\"y"'),
        (Login("a", "pässword"), b"LOGIN \"a\" {9+}\r\np\xc3\xa4ssword"),
        (Authenticate(Plain("u", "p"), 9), b"AUTHENTICATE PLAIN AHUAcA=="),
        (Authenticate(XOAuth2("u", "t"), 9),
         b"AUTHENTICATE XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHQBAQ=="),
        (Authenticate(LoginMechanism("u", "p"), 9), b"AUTHENTICATE LOGIN"),
        (Authenticate(OAuthBearer("a,b", "t"), 9),
         b"AUTHENTICATE OAUTHBEARER bixhPWE9MkNiLAFhdXRoPUJlYXJlciB0AQE="),
    ],
)  # fmt: skip
def test_it_composes_before_sign_in(command: Command, octets: bytes) -> None:
    assert say(connected(ALL, State.NOT_AUTHENTICATED), command) == b"A1 " + octets + b"\r\n"


def test_every_command_is_in_the_table_and_none_removes() -> None:
    words = {command.word for command, _, _ in COMPOSED}
    words |= {b"STARTTLS", b"LOGIN", b"AUTHENTICATE", b"ENABLE"}
    assert words == set(LEGAL)
    assert not [
        word for word in LEGAL if b"EXPUNGE" in word or b"DELETE" in word or word == b"CLOSE"
    ]


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("command", [c for c, _, _ in COMPOSED], ids=lambda c: type(c).__name__)
def test_it_says_nothing_out_of_turn(command: Command, state: State) -> None:
    connection = connected(ALL, state)
    if state in LEGAL[command.word]:
        connection.send(command)
        return
    with pytest.raises(IllegalCommand):
        connection.send(command)
    assert connection.data_to_send() == b""


@pytest.mark.parametrize(
    "command",
    [Id({}), Enable(("X",)), Namespace(), Compress(), Unselect(), UidMove(UIDS, "x"), Idle(),
     Notify(), UidFetch(UIDS, FetchItems(changed_since=1)), Examine("x", QresyncState(1, 1)),
     UidStore(UIDS, "+", frozenset({"x"}), unchanged_since=1)],
    ids=lambda command: type(command).__name__,
)  # fmt: skip
def test_it_asks_for_nothing_that_is_not_offered(command: Command) -> None:
    state = State.AUTHENTICATED if isinstance(command, Enable) else State.SELECTED
    with pytest.raises(IllegalCommand):
        connected("IMAP4rev1", state).send(command)


def test_reading_never_marks_as_read_and_nothing_marks_for_removal() -> None:
    octets = say(connected(), UidFetch(UIDS, FetchItems(header_fields=("A",), body=True)))
    assert octets.count(b"BODY") == octets.count(b"BODY.PEEK") == 2
    with pytest.raises(IllegalCommand):
        connected().send(UidStore(UIDS, "+", frozenset({"\\DELETED"})))


def test_pipelined_fetches_find_their_messages() -> None:
    connection = connected()
    first = UidFetch(UidSet([1, 2]), FetchItems(body=True))
    second = UidFetch(UidSet([3]), FetchItems(body=True))
    assert say(connection, first).count(b"UID FETCH") == 1
    assert say(connection, second).count(b"UID FETCH") == 1
    events = hear(
        connection,
        b"* 3 FETCH (UID 3 FLAGS () BODY[] {1}\r\nc)\r\n"
        b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"
        b"* 1 FETCH (UID 1 FLAGS () BODY[] {1}\r\na)\r\nA1 OK\r\nA2 OK\r\n",
    )
    assert [message.uid for message in first.arrived] == [1]
    assert [message.uid for message in second.arrived] == [3]
    assert unclaimed(events) == [FetchedMessage(1, uid=1, flags=frozenset({"\\Seen"}))]
    assert [event.command for event in events if isinstance(event, Completed)] == [first, second]


def test_sasl_goes_step_by_step_without_sasl_ir() -> None:
    connection = connected("IMAP4rev1 AUTH=LOGIN", State.NOT_AUTHENTICATED)
    command = Authenticate(LoginMechanism("user", "secret"), 10)
    assert say(connection, command) == b"A1 AUTHENTICATE LOGIN\r\n"
    hear(connection, b"+ VXNlciBOYW1lAA==\r\n")
    assert connection.data_to_send() == b"dXNlcg==\r\n"
    hear(connection, b"+ UGFzc3dvcmQA\r\n")
    assert connection.data_to_send() == b"c2VjcmV0\r\n"
    hear(connection, b"* CAPABILITY IMAP4rev1 IDLE\r\nA1 OK\r\n")
    assert connection.state is State.AUTHENTICATED
    assert connection.capabilities == {"IMAP4REV1", "IDLE"}
    assert command.brought_capabilities
    assert "secret" not in repr(command) + repr(command.mechanism)


def test_sasl_ends() -> None:
    connection = connected("SASL-IR", State.NOT_AUTHENTICATED)
    say(connection, Authenticate(XOAuth2("u", "t"), 3))
    hear(connection, b"+ e30=\r\n+ e30=\r\n+ e30=\r\n")
    with pytest.raises(LimitExceeded):
        hear(connection, b"+ e30=\r\n")


def test_scram_proves_both_sides() -> None:
    """The exchange of RFC 7677 §3."""
    mechanism = ScramSha256("user", "pencil", "rOprNGfwEbeRWgbNEkqO")
    assert mechanism.initial() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    nonce = b"rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    answer = mechanism.respond(b"r=" + nonce + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    assert answer == b"c=biws,r=" + nonce + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    assert mechanism.respond(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""
    mechanism.verify()


@pytest.mark.parametrize(
    "challenge",
    [b"r=other,s=AA==,i=1", b"r=nonce,s=AA==,i=1", b"r=nonceX,s=AA==", b"r=nonceX,s=?,i=1",
     b"r=nonceX,s=AA==,i=99999999", b"", b"\xff"],
)  # fmt: skip
def test_scram_refuses_a_server_that_cheats(challenge: bytes) -> None:
    mechanism = ScramSha256("user", "pencil", "nonce")
    with pytest.raises(ImapError):
        mechanism.respond(challenge)
    with pytest.raises(ImapError):
        mechanism.verify()


def test_nothing_heard_before_tls_is_kept() -> None:
    connection = Connection(Limits())
    hear(connection, b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")
    say(connection, StartTls())
    hear(connection, b"* CAPABILITY EVIL\r\n* ENABLED UTF8=ACCEPT\r\nA1 OK begin\r\n")
    assert connection.is_due_for_tls
    connection.begin_tls()
    assert connection.capabilities == frozenset()
    assert connection.enabled == frozenset()
    assert not connection.names.utf8


@pytest.mark.parametrize("behind", [b"* OK injected\r\n", b"x", b"A2 OK\r\n"])
@pytest.mark.parametrize("segments", [1, 2])
def test_octets_behind_the_ok_of_starttls_end_everything(behind: bytes, segments: int) -> None:
    connection = connected("STARTTLS", State.NOT_AUTHENTICATED)
    say(connection, StartTls())
    octets = b"A1 OK begin\r\n"
    if segments == 2:
        hear(connection, octets)
        octets = b""
    with pytest.raises(MalformedResponse):
        hear(connection, octets + behind)


def test_commands_that_change_the_channel_go_alone() -> None:
    connection = connected(ALL, State.NOT_AUTHENTICATED)
    assert say(connection, Noop()) == b"A1 NOOP\r\n"
    assert say(connection, StartTls()) == b""
    assert say(connection, Capability()) == b""
    hear(connection, b"A1 OK\r\n")
    assert connection.data_to_send() == b"A2 STARTTLS\r\n"


def test_a_refused_select_closes_the_open_mailbox() -> None:
    connection = connected()
    say(connection, Examine("gone"))
    hear(connection, b"A1 NO gone\r\n")
    assert connection.state is State.AUTHENTICATED


def test_a_late_answer_for_an_old_command_changes_nothing() -> None:
    connection = connected()
    events = hear(connection, b"Z9 NO too late\r\n* 5 EXISTS\r\n")
    assert unclaimed(events) == [Condition("NO", None, "too late", b"Z9"), Exists(5)]


def test_a_continuation_nobody_waits_for_is_refused() -> None:
    with pytest.raises(MalformedResponse):
        hear(connected(), b"+ hm\r\n")


def test_qresync_answers_belong_to_select() -> None:
    connection = connected(ALL)
    command = Examine("INBOX", QresyncState(1, 2))
    say(connection, command)
    hear(
        connection,
        b"* 9 EXISTS\r\n* OK [UIDVALIDITY 5] .\r\n* OK [UIDNEXT 12] .\r\n"
        b"* OK [HIGHESTMODSEQ 7] .\r\n"
        b"* VANISHED (EARLIER) 1:2,5\r\n* VANISHED (EARLIER) 7\r\n"
        b"* 4 FETCH (UID 10 FLAGS (\\Seen) MODSEQ (6))\r\nA1 OK [READ-ONLY] done\r\n",
    )
    selected = command.selected
    assert (selected.exists, selected.uidvalidity, selected.uidnext) == (9, 5, 12)
    assert selected.vanished == UidSet([1, 2, 5, 7])
    assert [message.uid for message in selected.changed] == [10]
    assert unclaimed(hear(connection, b"* VANISHED 3\r\n")) == [Vanished(UidSet([3]))]


def test_an_opened_mailbox_brings_so_many_changes_and_no_more() -> None:
    connection = connected(ALL)
    command = Examine("INBOX", QresyncState(1, 2), Limits(changed=4))
    say(connection, command)
    hear(connection, b"* VANISHED (EARLIER) 1\r\n* 4 FETCH (UID 10 FLAGS ())\r\n")
    assert not command.selected.is_incomplete
    hear(connection, b"* VANISHED (EARLIER) 3,5,7\r\n* 5 FETCH (UID 11 FLAGS ())\r\nA1 OK .\r\n")
    selected = command.selected
    assert selected.is_incomplete
    assert (selected.vanished, [m.uid for m in selected.changed]) == (UidSet([1]), [10])


def test_a_message_nobody_asked_for_is_not_held() -> None:
    letter = b"* 1 FETCH (UID 1 BODY[] {30}\r\n" + b"x" * 30 + b")\r\n"
    limits = Limits(literal=20, message=100)
    asked = connected(limits=limits)
    say(asked, UidFetch(UidSet([1]), FetchItems(body=True)))
    assert unclaimed(hear(asked, letter)) == []
    for command in (Noop(), UidFetch(UidSet([1]), FetchItems()), Examine("x")):
        unasked = connected(limits=limits)
        say(unasked, command)
        with pytest.raises(LimitExceeded):
            hear(unasked, letter)


def test_only_extensions_we_know_are_ever_enabled() -> None:
    connection = connected()
    hear(connection, b"* ENABLED QRESYNC X-NOBODY-KNOWS\r\n")
    assert connection.enabled == {"QRESYNC"}


def test_a_turn_is_so_many_responses_or_so_much_text() -> None:
    connection = connected(limits=Limits(turn=9, turn_text=100_000))
    connection.feed(b"* 5 EXISTS\r\n" * 100)
    assert len(list(connection.events())) == 9
    assert len(list(connection.events())) == 9
    connection.feed((b"* X " + b"x" * 60_000 + b"\r\n") * 9)
    while len(list(connection.events())) == 9:
        pass
    assert len(list(connection.events())) == 2
    assert connection.has_more


def test_a_greeting_must_be_one() -> None:
    for octets in (b"* 1 EXISTS\r\n", b"220 mail ESMTP\r\n", b"* 1 FETCH (UID 1)\r\n", b"+ hi\r\n"):
        with pytest.raises(MalformedResponse):
            hear(Connection(Limits()), octets)
