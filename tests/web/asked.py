"""A request as the server hands it to Django."""


def asked(path: str, cookie: str, method: str = "GET") -> dict[str, object]:
    """Its ASGI scope."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"cookie", cookie.encode())],
    }
