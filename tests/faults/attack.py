"""Attack the warehouse file as a bad day would; what must never happen is counted.

    python tests/faults/attack.py [--short] [--seed N] [--kills N] [--files N]

Every command that writes (commands.py) is killed at its fsyncs, renames, links and unlinks and at
random moments, is asked to end, and runs into full disks; two writers compete while ten readers
look on. After each fault the warehouse must open and be as before the command or as after it,
nothing of a person's own may be touched, no noted pick be lost, no output be there in part, and
the next writer must find its way (watch.py). Exports of every family are spoilt by
bench/fuzz_ingest.py. Bounded and seeded: equal seeds plan equal faults. Exit code 1: harm.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import pkgutil
import resource
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / name) for name in ("bench", "ingest", "")]
sys.path.insert(0, str(HERE.parent.parent))

import commands  # noqa: E402
import every_kind  # noqa: E402
import faults  # noqa: E402
import fuzz_ingest  # noqa: E402

import sotw  # noqa: E402


def import_all(*, is_training: bool) -> None:
    """Import what commands import, once and not in every child."""
    for one in pkgutil.walk_packages(sotw.__path__, "sotw."):
        if one.name != "sotw.__main__":
            importlib.import_module(one.name)
    learning = ("sklearn.pipeline", "xgboost") if is_training else ()
    for name in ("pandas", "pyarrow.csv", "pyarrow.parquet", *learning):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def spoilt_files(wanted: int, seed: int, minutes: float) -> tuple[int, int]:
    """Spoilt exports of every family; how many, and how many were taken badly."""
    families = list(every_kind.FAMILIES)
    done = failed = 0
    until = time.monotonic() + minutes * 60
    kept = Path(tempfile.gettempdir()) / "sotw-fuzz-found"
    for number, family in enumerate(families):
        left = max(0.0, (until - time.monotonic()) / 60)
        each = -(-(wanted - done) // (len(families) - number))
        cases, bad = fuzz_ingest.fuzz(family, left, kept, most=each, first=seed)
        done, failed = done + cases, failed + bad
    return done, failed


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="what a gate can wait for")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kills", type=int, help="sudden deaths; else 240, of --short 6")
    parser.add_argument("--stops", type=int, help="polite signals; else 52, of --short 1")
    parser.add_argument("--files", type=int, help="spoilt exports; else 10,000, of --short 20")
    parser.add_argument("--disks", type=int, help="full disks; else 104, of --short 1")
    parser.add_argument("--minutes", type=float, default=60, help="at most, for spoilt exports")
    parser.add_argument("--full", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--prepared", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Attack; print figures; exit code 1 where anything was harmed."""
    asked, started = _asked(), time.monotonic()
    import_all(is_training=not asked.short)
    planned = {"kills": 6, "stops": 1, "files": 20, "disks": 1, "seconds": 1}
    if not asked.short:
        planned = {"kills": 240, "stops": 52, "files": 10_000, "disks": 104, "seconds": 20}
    planned |= {name: many for name, many in vars(asked).items() if many is not None}
    with tempfile.TemporaryDirectory(prefix="sotw-faults-") as name:
        folder = Path(name)
        prepared = asked.prepared or folder / "prepared"
        attack = faults.Attack(prepared, folder, asked.seed, is_trained=not asked.short)
        if asked.full:
            faults.on_full_disks(attack, asked.full, asked.disks)
            return
        commands.prepare(prepared, is_trained=not asked.short)
        harm = []
        for work, wanted, what in (
            (faults.kill, planned["kills"], "kills: {} commands died"),
            (faults.stop, planned["stops"], "signals: {} commands were stopped"),
        ):
            done, tried, found = 0, 0, []
            while done < wanted and tried < 2 * wanted:
                is_done, more = work(attack)
                done, tried, found = done + is_done, tried + 1, found + more
                print("".join(f"{one}\n" for one in more), end="", flush=True)
            print(f"{what.format(done)}, {len(found)} did harm", flush=True)
            harm += found
        reads, found = faults.crowd(folder / "crowd", asked.seed, planned["seconds"])
        print(f"crowd: 2 writers, 10 readers, {reads:,} reads, {len(found)} harmed", flush=True)
        harm += found
        disks, found = faults.full_disks(attack, planned["disks"])
        print(f"full disks: {disks}, {len(found)} did harm", flush=True)
        harm += found
    files, failed = spoilt_files(planned["files"], asked.seed, asked.minutes)
    print(f"spoilt files: {files:,}, {failed} taken badly")
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    print(f"{time.monotonic() - started:.0f} s, {cpu:.0f} s of CPU, seed {asked.seed}")
    print("\n".join(["Harm:", *harm]) if harm else "No harm.")
    sys.exit(bool(harm or failed))


if __name__ == "__main__":
    main()
