"""A server that lies in every way we know loses no mail of ours and forges none.

Rules change the true mailbox, switch lies on and off, and sync. At the end the server turns honest;
after three more passes everything must be right. `TEST_LONG=1` plays 2,000 × 50 steps, or as many
as `TEST_LIES` says, in parts that workers share. `TEST_SEED` repeats a run.
"""

import asyncio
import contextlib
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import hypothesis
import pytest
import zstandard
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cast import account_of, person
from postroom.accounts.models import EmailAccount
from postroom.archive.actions import ask_for
from postroom.archive.models import (
    MARKS,
    ActionKind,
    Email,
    Folder,
    Quarantine,
    RawMessage,
    ServerCopy,
)
from postroom.archive.proofs import proof_of
from postroom.net.errors import NetError
from postroom.sync import known_first
from postroom.team.models import StorageMode, User
from servers.scripted import scripted
from torture import archive_rows
from torture.hurried import HurriedLoop
from torture.letters import LEAD, write_letter
from torture.lies import ABOUT_CONTENT, LIES, LIES_OF_FETCHING
from torture.lying_server import (
    PLAIN,
    RICH,
    LyingServer,
)
from torture.visiting import look

LONG = os.environ.get("TEST_LONG") == "1"
EXAMPLES, STEPS, PARTS = (int(os.environ.get("TEST_LIES") or 2000), 50, 8) if LONG else (30, 30, 1)
SETTINGS = settings(
    max_examples=EXAMPLES // PARTS,
    stateful_step_count=STEPS,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
ONLY_OF_RICH = frozenset({"modseq too high", "modseq beyond 63 bits", "no modseq"})
FOUND = {"no flags": [0]}  # Seeds at which the long form found a mistake of ours.
PAUSE = timedelta(seconds=40)
NAMES = st.sampled_from(["INBOX", "Sent", "Projects", "Archive/2026"])


class Lies(RuleBasedStateMachine):
    """Alice's mailbox on a server that lies."""

    told: ClassVar[Counter[str]] = Counter()
    passes: ClassVar[Counter[str]] = Counter()

    @initialize(
        seed=st.integers(0, 2**32),
        capability=st.sampled_from([RICH, PLAIN]),
        storage=st.sampled_from([StorageMode.MATCHED, StorageMode.EVERYTHING]),
    )
    def connect(self, seed: int, capability: bytes, storage: StorageMode) -> None:
        """Connect an empty mailbox."""
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.server = LyingServer(random.Random(seed), capability)
        self.runner = asyncio.Runner(loop_factory=HurriedLoop)
        self.listening = contextlib.AsyncExitStack()
        self.has_lied: set[str] = set()
        self.verified: set[tuple[int, str, bytes]] = set()
        port = self.runner.run(self.listen())
        archive_rows.empty()
        owner, _ = User.objects.get_or_create(email="alice@example.com")
        self.account: EmailAccount = account_of(owner)
        self.account.imap_port, self.account.storage = port, storage
        self.account.save()
        person("Lea Customer", LEAD)
        self.deliver_some(4)

    async def listen(self) -> int:
        """Open the server's port."""
        served = await self.listening.enter_async_context(scripted(self.server.play))
        return served.port

    # The true mailbox changes.

    @rule(name=NAMES, has_id=st.booleans(), lines=st.sampled_from([0, 3, 200]))
    def deliver(self, name: str, has_id: bool, lines: int) -> None:
        self.server.box(name).put(write_letter(has_id=has_id, lines=lines))

    @rule(count=st.integers(2, 6))
    def deliver_some(self, count: int) -> None:
        for _ in range(count):
            self.server.boxes["INBOX"].put(write_letter())

    @precondition(lambda self: any(box.letters for box in self.server.boxes.values()))
    @rule(data=st.data(), what=st.sampled_from(["remove", "read", "unread", "move", "copy"]))
    def change(self, data: st.DataObject, what: str) -> None:
        places = [(name, uid) for name, box in self.server.boxes.items() for uid in box.letters]
        name, uid = data.draw(st.sampled_from(places))
        box = self.server.boxes[name]
        if what in ("read", "unread"):
            box.set_flags(uid, {"\\Seen"} if what == "read" else ())
            return
        target = self.server.boxes[data.draw(st.sampled_from(list(self.server.boxes)))]
        letter = box.letters[uid]
        if what in ("move", "remove"):
            box.take(uid)
        if what in ("move", "copy"):
            target.put(letter)

    @rule(name=NAMES)
    def renumber(self, name: str) -> None:
        if name in self.server.boxes:
            self.server.boxes[name].renumber(self.server.dice)

    @rule(name=NAMES)
    def rename(self, name: str) -> None:
        if name in self.server.boxes and name != "INBOX":
            self.server.rename(name, f"{name}-{len(self.server.boxes)}")

    # Postroom works, and the server lies meanwhile.

    @rule(lies=st.sets(st.sampled_from(LIES), min_size=1, max_size=3))
    def sync_among_lies(self, lies: set[str]) -> None:
        self.sync(lies)

    @rule(lies=st.sets(st.sampled_from(sorted(ABOUT_CONTENT)), min_size=1, max_size=2))
    def sync_among_lies_about_content(self, lies: set[str]) -> None:
        self.sync(lies)

    @rule(lies=st.sets(st.sampled_from(LIES_OF_FETCHING), min_size=2, max_size=4))
    def fetch_among_lies(self, lies: set[str]) -> None:
        self.sync(lies)

    @rule(is_thorough=st.booleans())
    def sync_honestly(self, is_thorough: bool) -> None:
        self.look(is_thorough=is_thorough)

    def sync(self, lies: set[str]) -> None:
        """One thorough pass during which the server lies."""
        self.has_lied |= lies
        self.server.lies = set(lies)
        self.look(is_thorough=True)
        self.server.lies = set()

    @rule(kind=st.sampled_from(list(MARKS)))
    def mark(self, kind: ActionKind) -> None:
        if emails := Email.objects.order_by("subject", "id"):
            ask_for(kind, self.server.dice.choice(emails), self.now)

    def look(self, *, is_thorough: bool) -> None:
        """One pass; a server's lie may end it, nothing else may."""
        self.now += PAUSE
        try:
            self.runner.run(look(self.account, self.now, is_thorough=is_thorough))
            self.passes["completed"] += 1
        except NetError as error:
            self.passes[error.kind] += 1

    # What must hold.

    @invariant()
    def no_body_is_under_a_wrong_header(self) -> None:
        rows = Email.objects.exclude(raw=None).values_list("pk", "subject", "raw")
        stored = {(pk, subject, bytes(digest)) for pk, subject, digest in rows}
        new = [pk for pk, _, _ in stored - self.verified]
        for email in Email.objects.filter(pk__in=new).select_related("raw"):
            raw = unpacked(email.raw)
            assert email.subject.encode() in raw.partition(b"\r\n\r\n")[0], (email.subject, raw)
            body = raw.partition(b"Body of ")[2][: len(email.subject)]
            assert email.subject.encode().startswith(body), (email.subject, raw)
        self.verified = stored

    def teardown(self) -> None:
        """The server turns honest."""
        if not hasattr(self, "runner"):
            return
        try:
            self.turn_honest()
        finally:
            Lies.told += self.server.told
            with contextlib.suppress(Exception):
                self.runner.run(self.listening.aclose())
            self.runner.close()

    def turn_honest(self) -> None:
        """After three honest passes, a minute apart, everything is right."""
        is_repaired = bool(ABOUT_CONTENT & self.has_lied) and self.server.dice.random() < 0.5
        if is_repaired:
            for box in self.server.boxes.values():
                box.uidvalidity += 100
        before = self.passes["completed"]
        for _ in range(3):
            self.look(is_thorough=True)
        assert self.passes["completed"] == before + 3
        self.nothing_served_is_missing()
        self.the_proof_is_complete()
        if is_repaired or not ABOUT_CONTENT & self.has_lied:
            self.everything_is_recorded()

    def nothing_served_is_missing(self) -> None:
        """Every message whose body was served, and that is still there, is in the store."""
        living = {
            letter.token for box in self.server.boxes.values() for letter in box.letters.values()
        }
        stored = {e.subject for e in Email.objects.exclude(raw=None)}
        aside = b"".join(unpacked(q.raw) for q in Quarantine.objects.exclude(raw=None))
        given_up = self.tokens_given_up()
        missing = {
            token
            for token in self.server.served & living - stored - given_up
            if token.encode() not in aside
        }
        assert not missing, missing

    def tokens_given_up(self) -> set[str]:
        """Letters in quarantine without their bytes."""
        rows = Quarantine.objects.filter(raw=None).select_related("folder")
        return {
            box.letters[q.uid].token
            for q in rows
            if (box := self.server.boxes.get(q.folder.name))
            and box.uidvalidity == q.uidvalidity
            and q.uid in box.letters
        }

    def the_proof_is_complete(self) -> None:
        """By our own comparison of UIDs, and by the proof that people see."""
        assert {p.folder.name: p.missing for p in proof_of(self.account) if p.missing} == {}
        for name, box in self.server.boxes.items():
            folder = Folder.objects.get(account=self.account, name=name)
            ledger = set(
                ServerCopy.objects.filter(
                    folder=folder, uidvalidity=box.uidvalidity, gone_at=None
                ).values_list("uid", flat=True)
            )
            aside = Quarantine.objects.filter(folder=folder, uidvalidity=box.uidvalidity)
            assert set(box.letters) - ledger - set(aside.values_list("uid", flat=True)) == set()
            assert ledger - set(box.letters) == set()

    def everything_is_recorded(self) -> None:
        """Every letter is an email with its body, not removed, read as it is on the server."""
        given_up = self.tokens_given_up()
        for name, box in self.server.boxes.items():
            for uid, letter in box.letters.items():
                if letter.token in given_up:
                    continue
                copy = ServerCopy.objects.select_related("email__raw").get(
                    folder__account=self.account, folder__name=name,
                    uidvalidity=box.uidvalidity, uid=uid,
                )  # fmt: skip
                assert copy.email is not None
                assert copy.email.subject == letter.token
                assert copy.email.removed_at is None
                assert copy.email.raw is not None, (letter.token, copy.email.body_state)
                assert copy.is_seen == ("\\Seen" in letter.flags), letter.token


def unpacked(raw: RawMessage | None) -> bytes:
    """The bytes as they came."""
    assert raw is not None
    return zstandard.decompress(bytes(raw.compressed), max_output_size=max(raw.size, 1))


@pytest.fixture(autouse=True)
def tallies() -> None:
    """Count anew."""
    Lies.told, Lies.passes = Counter(), Counter()


@pytest.fixture(autouse=True)
def much_is_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some letters are much mail, of which known people's comes first."""
    monkeypatch.setattr(known_first, "MANY", 3)
    monkeypatch.setattr(known_first, "STRETCH", 4)


def print_tallies() -> None:
    """Say how much was lied."""
    print(f"{len(LIES)} switches, {sum(Lies.told.values())} lies told, passes {dict(Lies.passes)}")
    print(dict(Lies.told))


@pytest.mark.early
@pytest.mark.timeout(3600 if LONG else 300)
def test_each_lie_alone_is_told_and_survived(shared_database: str) -> None:
    for position, lie in enumerate(LIES):
        for seed in range(4) if LONG else {position, *FOUND.get(lie, ())}:
            try:
                told_alone(lie, seed)
            except BaseException as failed:
                failed.add_note(f"lie {lie!r}, seed {seed}")
                raise
    print_tallies()
    assert len(LIES) >= 30
    assert set(Lies.told) == set(LIES)


def told_alone(lie: str, seed: int) -> None:
    """One lie while mail is new, while it is known, and while it changes; then the truth."""
    lies = Lies()
    storage = (StorageMode.MATCHED, StorageMode.EVERYTHING)[seed // 2 % 2]
    lies.connect(seed, PLAIN if seed % 2 and lie not in ONLY_OF_RICH else RICH, storage)
    try:
        lies.deliver("Projects", has_id=False, lines=3)
        lies.deliver("Projects", has_id=True, lines=200)
        for lies.server.chance in (0.75, 1.0):
            for _ in range(2):
                lies.sync({lie})
                lies.no_body_is_under_a_wrong_header()
            lies.deliver_some(3)
            lies.server.boxes["INBOX"].set_flags(lies.server.boxes["INBOX"].uidnext - 1, ["\\Seen"])
            if email := Email.objects.exclude(copies=None).first():
                ask_for(ActionKind.MARK_READ, email, lies.now)
    finally:
        lies.teardown()


@pytest.mark.early
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(2 * 3600 if LONG else 300)
def test_no_lie_loses_mail_or_puts_a_body_under_a_wrong_header(
    part: int, shared_database: str
) -> None:
    if LONG:
        begun = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
        print(f"TEST_SEED={begun}, part {part}")
        hypothesis.seed(begun * PARTS + part)(Lies)
    run_state_machine_as_test(Lies, settings=SETTINGS)
    print_tallies()
    assert len(Lies.told) >= (len(LIES) - 8 if EXAMPLES >= 2000 else 30)
