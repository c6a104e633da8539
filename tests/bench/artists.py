"""How long a recommendation takes of a stored scorer: 18,000 artists, 1,900 people.

    python tests/bench/artists.py [--answers 40]

People and tags are generated, as many as HetRec 2011 Last.fm 2K has. One answer is what
`sotw recommend artists` does once it has read what `sotw train artists` stored: ten artists with
reasons and shared tags. Aim: less than 50 ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

import numpy as np
import pandas as pd

from sotw import text_table
from sotw.predictors.artists import answer, stored
from sotw.predictors.artists.people import World
from sotw.predictors.artists.recommend import BY_KNOWN, Recommender

ARTISTS, PEOPLE, EACH, TAGS, TAGGED = 18_000, 1_900, 50, 2_000, 60_000
AIM_MS = 50


def main() -> None:
    """Fit once, answer often, print the times."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--answers", type=int, default=40)
    answers = parser.parse_args().answers
    random = np.random.default_rng(42)
    chance = 1 / np.arange(1, ARTISTS + 1)
    chance /= chance.sum()
    own = [random.choice(ARTISTS, EACH, replace=False, p=chance) for _ in range(PEOPLE)]
    rows = pd.DataFrame(
        {
            "person": np.repeat([f"p {one}" for one in range(PEOPLE)], EACH),
            "artist_id": np.concatenate(own),
            "plays": random.pareto(0.5, PEOPLE * EACH) + 1,
        }
    )
    tags = pd.DataFrame(
        {
            "person": "",
            "artist": random.choice(ARTISTS, TAGGED, p=chance),
            "tag_key": random.choice([f"tag {one}" for one in range(TAGS)], TAGGED),
            "is_played": False,
        }
    ).drop_duplicates(ignore_index=True)
    ids = np.arange(ARTISTS, dtype=np.int64)
    world = World(ids, ids.astype(str).astype(object), tags, lambda weighted: weighted)
    started = time.perf_counter()
    made = Recommender(rows, world, BY_KNOWN).prepare()
    fitted = time.perf_counter() - started
    kept = made.stored()
    arrays = kept.arrays()
    size = sum(array.nbytes for array in arrays.values()) / 1e6
    started = time.perf_counter()
    made = stored.of_arrays(arrays, world.names, json.loads(kept.content)["mixes"])
    restored = time.perf_counter() - started
    found = []
    for known in (3, EACH, 500, 2500):
        times, cpu = [], []
        for number in range(answers):
            chosen = np.random.default_rng(number).choice(ARTISTS, known, replace=False)
            liked = answer.liking(chosen.tolist(), np.arange(1, known + 1).tolist())
            wall, busy = time.perf_counter(), time.process_time()
            answer.answer(made, liked, 10)
            times.append(1000 * (time.perf_counter() - wall))
            cpu.append(1000 * (time.process_time() - busy))
        found.append(
            {
                "artists known": f"{known:,}",
                "median ms": f"{statistics.median(times):.0f}",
                "CPU ms": f"{statistics.median(cpu):.0f}",
                "worst of 20 ms": f"{sorted(times)[int(0.95 * answers)]:.0f}",
                "aim ms": f"{AIM_MS}",
            }
        )
    print(
        f"{PEOPLE:,} people, {ARTISTS:,} artists; fitted in {fitted:.1f} s, restored from "
        f"{size:.0f} MB in {restored:.2f} s"
    )
    print(text_table.table(found, list(found[0])))


if __name__ == "__main__":
    main()
