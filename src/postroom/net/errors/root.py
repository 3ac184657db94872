"""What all failures of a server have: a kind, a cause, a fix, and the server's own words."""

from typing import ClassVar

from postroom.imap.server_words import server_words
from postroom.net.server import Server

_WORDS_MAX = 200


class NetError(Exception):
    """The root. `kind` is a stable slug; `sentence` is safe to show; `words` are the server's."""

    kind: ClassVar[str] = "unknown"
    says: ClassVar[str] = "The mail server could not be used."
    advises: ClassVar[str] = "Try again later."

    def __init__(self, server: Server | None = None, words: str = "", code: str = "") -> None:
        self.host = _printable(server.host.strip()) if server else ""
        self.port = server.port if server else 0
        self.words = _printable(words)
        self.code = code
        names = {"host": self.host or "the server", "port": self.port}
        self.cause = self.says.format_map(names)
        self.fix = self.advises.format_map(names)
        self.sentence = f"{self.cause} {self.fix}"
        if self.words:
            self.sentence += f" The server said: “{self.words}”"
        super().__init__(self.sentence)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (), vars(self)

    def __str__(self) -> str:
        return self.sentence

    @property
    def said(self) -> str:
        """The server's words behind their code, as they came: `[CODE] words` or `535 words`."""
        code = self.code if self.code.isdigit() else f"[{self.code}]"
        return f"{code} {self.words}" if self.code else self.words


def _printable(text: str) -> str:
    return server_words(text.encode("utf-8", "replace"), _WORDS_MAX)
