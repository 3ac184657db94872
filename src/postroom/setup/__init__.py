"""Connect an account: try the connection, then save it."""

from postroom.setup.connecting import ConnectionFailed, connect_account, save_account
from postroom.setup.connection_test import try_connection
from postroom.setup.recognition import Asked, Recognition, Source, recognise
from postroom.setup.reconnecting import reconnect_account
from postroom.setup.requests import AccountRequest, ServerAddress
from postroom.setup.steps import Failure, State, Step, StepReport, steps_of
from postroom.setup.throttle import Tester

__all__ = [
    "AccountRequest",
    "Asked",
    "ConnectionFailed",
    "Failure",
    "Recognition",
    "ServerAddress",
    "Source",
    "State",
    "Step",
    "StepReport",
    "Tester",
    "connect_account",
    "recognise",
    "reconnect_account",
    "save_account",
    "steps_of",
    "try_connection",
]
