"""Fail when a test was skipped that nobody expected to be.

A skip is easily read as a pass. Each expected one is a line of ``expected-skips.txt``:

    test | reason
    test | reason | path

where ``*`` stands for anything and a test is named as in ``tests.ingest.test_zip::test_name``.
With a path, the skip is expected only while that path, from the checkout's root, is absent.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def expected(list_file: Path) -> list[tuple[str, str]]:
    """The patterns of test and reason that count on this machine."""
    found = []
    for number, line in enumerate(list_file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) not in (2, 3) or not all(parts):
            sys.exit(
                f"{list_file}:{number}: '{line}' is not 'test | reason' or 'test | reason | path'"
            )
        if len(parts) == 2 or not (ROOT / parts[2]).exists():
            found.append((parts[0], parts[1]))
    return found


def matches(pattern: str, text: str) -> bool:
    """Whether the text is the pattern; brackets of a parametrized test are plain characters."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL) is not None


def skips(cases: list[ET.Element]) -> list[tuple[str, str]]:
    """Test and reason of each skip; an expected failure (xfail) is none."""
    found = []
    for case in cases:
        skipped = case.find("skipped")
        if skipped is None or skipped.get("type") == "pytest.xfail":
            continue
        test = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        reason = skipped.get("message") or ""
        # A module skipped while it was collected has its reason in the text.
        found.append((test, skipped.text or "" if reason == "collection skipped" else reason))
    return found


def main(report: str, list_file: str) -> int:
    """Print the unexpected skips and the counts; 1 when there is one, or no test ran."""
    if not Path(report).exists():
        sys.exit(f"{report}: missing, so the tests did not run to their end")
    cases = list(ET.parse(report).getroot().iter("testcase"))
    skipped = skips(cases)
    known = expected(Path(list_file))
    unexpected = [
        (test, reason)
        for test, reason in skipped
        if not any(matches(t, test) and matches(r, reason) for t, r in known)
    ]
    for test, reason in unexpected:
        print(f"UNEXPECTED SKIP {test}: {reason}")
    if unexpected:
        print(f"Make it run, or add a line to {list_file}.")
    failed = sum(any(case.find(tag) is not None for tag in ("failure", "error")) for case in cases)
    passed = sum(case.find("skipped") is None for case in cases) - failed
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if unexpected or failed or passed == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} REPORT.xml EXPECTED.txt")
    sys.exit(main(sys.argv[1], sys.argv[2]))
