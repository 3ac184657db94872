"""Sign in the best way both sides know, once: a refused password is never tried again."""

from dataclasses import replace

from postroom.imap.commands.session import Capability
from postroom.imap.commands.sign_in import Authenticate, Login
from postroom.imap.errors import ImapError
from postroom.net.credentials import Credential, Password, shows_in
from postroom.net.errors import ProtocolViolation
from postroom.net.imap_exchange import exchange, in_time
from postroom.net.imap_wire import ImapWire
from postroom.net.refusals import error_for_sign_in
from postroom.net.sasl_choice import find_mechanism, not_offered


async def sign_in(wire: ImapWire, credential: Credential) -> None:
    """Sign in and learn the capabilities that hold from here on. Raises SignInRefused and kin."""
    server = wire.server
    command = _command_for(wire, credential)
    async with in_time(wire):
        wire.send(command)
        outcome = await wire.completed(command)
    if outcome.kind != "OK":
        if shows_in(credential, outcome.text):
            outcome = replace(outcome, text="")
        raise error_for_sign_in(outcome, server)
    try:
        if isinstance(command, Authenticate):
            command.mechanism.verify()
    except ImapError:
        raise ProtocolViolation(server) from None
    if not command.brought_capabilities:
        await exchange(wire, Capability())


def _command_for(wire: ImapWire, credential: Credential) -> Authenticate | Login:
    offered = wire.connection.capabilities
    names = {name.removeprefix("AUTH=") for name in offered if name.startswith("AUTH=")}
    mechanism = find_mechanism(credential, names)
    if mechanism is not None:
        return Authenticate(mechanism, wire.limits.sasl_steps)
    if isinstance(credential, Password) and "LOGINDISABLED" not in offered:
        return Login(credential.user, credential.secret)
    raise not_offered(credential, names, wire.server)
