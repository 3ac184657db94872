"""Measurements, side by side with others on the same server in the same run.

They use the servers and the mail of the tests.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))
