"""What a new weekly feature needs: a start of its SQL, its golden file, what is still to write.

make feature NAME=first_hour      starts sql/features/feat_first_hour.sql; once it is written,
                                  again: builds it, writes its golden file and runs its tests
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
START = """\
-- What it tells of a candidate, in one sentence.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  {name}_plays >= 0

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    plays as {name}_plays,                         -- meaning and unit; null when
from core.fct_weekly_plays
where plays > 0
"""
TESTS = (
    "tests/test_sql_style.py",
    "tests/test_column_comments.py",
    "tests/test_golden.py",
    "tests/test_independent_features.py",
    "tests/test_no_peeking.py",
)
PYTEST = (sys.executable, "-m", "pytest", "-q", "--tb=line", "-n2", "-x", "-m", "not slow")


def main(name: str) -> int:
    """Start a feature, or check the one that is there; the exit code is that of its tests."""
    name = name.removeprefix("feat_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        print(f"NAME={name}: a word of small letters, digits and _ as in NAME=first_hour.")
        return 2
    file = ROOT / f"sql/features/feat_{name}.sql"
    if not file.exists():
        file.write_text(START.format(name=name), encoding="utf-8")
        print(f"{file.relative_to(ROOT)} is started: write the feature, then run this again.")
        return 0
    golden = ROOT / f"tests/golden/feat_{name}.csv"
    if not golden.exists():
        only = ("tests/test_golden.py", "--golden", "-k", f"feat_{name}")
        if subprocess.run([*PYTEST, *only], cwd=ROOT, check=False).returncode:
            return 1
        print(f"{golden.relative_to(ROOT)} is written: read it, it is the review.")
    print("Its columns have a second calculation in features() of tests/independent.py, or the")
    print("tests below name those that lack one.", flush=True)
    return subprocess.run([*PYTEST, *TESTS], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
