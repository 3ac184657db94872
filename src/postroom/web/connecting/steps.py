"""The steps of a connection test as a page shows them."""

from dataclasses import dataclass

from postroom.setup.requests import AccountRequest
from postroom.setup.steps import State, Step, StepReport

NAMES = {
    Step.LOOKUP: "Name lookup",
    Step.ADDRESS: "Allowed address",
    Step.PORT: "Port",
    Step.ENCRYPTION: "Encryption and certificate",
    Step.GREETING: "Greeting",
    Step.CAPABILITIES: "What the server can do",
    Step.SIGN_IN: "Sign-in",
    Step.FOLDERS: "What is in the mailbox",
    Step.SIZE: "Largest email",
}
# A state's icon, and its word for those who do not see that.
LOOKS = {
    State.BEGUN: ("circle-dashed", "is tried"),
    State.PASSED: ("circle-check", "works"),
    State.FAILED: ("circle-alert", "failed"),
    State.SKIPPED: ("minus", "was left out"),
}
SIDES = {"incoming": "Incoming mail", "outgoing": "Outgoing mail"}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One line of the test of what was wanted."""

    report: StepReport
    wanted: AccountRequest

    @property
    def id(self) -> str:
        """What a later state of the same step takes the place of."""
        return f"{self.report.side}-{self.report.step}"

    @property
    def side(self) -> str:
        """The server it is about; said once, above its first step."""
        is_first = (self.report.step, self.report.state) == (Step.LOOKUP, State.BEGUN)
        return SIDES[self.report.side] if is_first else ""

    @property
    def host(self) -> str:
        """The server it is about."""
        smtp = self.wanted.smtp if self.report.side == "outgoing" else None
        return (smtp or self.wanted.incoming).host

    @property
    def state(self) -> str:
        """Begun, passed, failed or skipped."""
        return str(self.report.state)

    @property
    def name(self) -> str:
        """What is tried."""
        return NAMES[self.report.step]

    @property
    def icon(self) -> str:
        """The mark of its state."""
        return LOOKS[self.report.state][0]

    @property
    def word(self) -> str:
        """The same in a word."""
        return LOOKS[self.report.state][1]

    @property
    def detail(self) -> str:
        """What was found, or what went wrong."""
        failure = self.report.failure
        return failure.sentence if failure else self.report.detail
