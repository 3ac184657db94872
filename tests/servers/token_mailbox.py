"""A Dovecot that takes an OpenID provider's access tokens, and asks the provider about each."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from servers.dovecot import Dovecot, dovecot
from servers.openid import Provider

_ASK = """
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = email
active_attribute = active
active_value = true
"""
_PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {file}
}}
"""


@contextlib.contextmanager
def dovecot_with_tokens(
    provider: Provider, passwords: dict[str, str] | None = None
) -> Iterator[Dovecot]:
    """Run a Dovecot that lets in whoever the provider says a token is of (XOAUTH2, OAUTHBEARER)."""
    with tempfile.TemporaryDirectory(prefix="postroom-tokens-") as place:
        Path(place).chmod(0o755)
        file = Path(place) / "oauth2.conf"
        file.write_text(_ASK.format(url=provider.url))
        extra = _PASSDB.format(file=file)
        ways = "plain login xoauth2 oauthbearer"
        with dovecot(passwords or {}, mechanisms=ways, extra=extra) as server:
            yield server
