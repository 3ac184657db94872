"""What is typed for `account add` becomes a request, with what the service is known to want."""

from typing import Any, Final

import pytest

from postroom.cli.connecting import compose_request
from postroom.team.models import User

NOTHING: Final[dict[str, Any]] = dict.fromkeys(
    [f"{kind}_{part}" for kind in ("imap", "pop", "smtp") for part in ("host", "port", "security")]
) | {"provider": "", "protocol": None, "username": ""}


@pytest.mark.parametrize(
    ("address", "choices", "names"),
    [
        ("alice@gmail.com", {}, ("", "")),
        # It reads by the part before the @, and sends by the whole.
        ("alice@icloud.com", {}, ("alice", "alice@icloud.com")),
        ("alice@free.fr", {}, ("alice", "alice")),
        ("alice@icloud.com", {"username": "her.own"}, ("her.own", "")),
        ("alice@firm.example", {"imap_host": "mail.firm.example"}, ("", "")),
        ("alice@firm.example", {"provider": "icloud"}, ("", "")),
    ],
)
def test_the_user_name_is_the_one_the_service_wants(
    address: str, choices: dict[str, str], names: tuple[str, str]
) -> None:
    request = compose_request(address, User(email=address), "secret", NOTHING | choices)
    assert (request.username, request.smtp_username) == names
    assert request.incoming.host
