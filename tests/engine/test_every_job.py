"""The engine knows each of its jobs, also those of a module that nothing else needs."""

import re
import subprocess
import sys
from pathlib import Path

from postroom import engine

KNOWN = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "postroom.config.settings"
django.setup()
from procrastinate.contrib.django import app
from postroom.engine.running import know_every_job
know_every_job()
print(*app.tasks, "and by the clock:", *(p.task.name for p in
    app.periodic_registry.periodic_tasks.values()))
"""


def test_every_job_is_known_to_the_engine() -> None:
    written = "".join(path.read_text() for path in Path(engine.__path__[0]).glob("*.py"))
    jobs = set(re.findall(r'"(postroom\.[a-z_]+)"', written))
    by_the_clock = written.count("@app.periodic(")
    said = subprocess.run(
        [sys.executable, "-c", KNOWN], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    known, _, by_clock = said.partition("and by the clock:")
    assert "postroom.clean_up" in jobs
    assert jobs <= set(known.split())
    assert len(by_clock.split()) == by_the_clock
