"""A measurement that is told to end takes its servers with it."""

import signal


def end_tidily() -> None:
    """Have SIGTERM end it as Ctrl-C does, through every `finally`.

    Ctrl-C as well where the shell had it ignored, as it does for what runs in the background.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
