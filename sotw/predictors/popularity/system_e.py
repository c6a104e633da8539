"""System E's own way, step by step, so that its published figures come out (SYSTEMS E.2).

It is here to be compared with, not to be believed: rows are left out by their *target* (E-B7),
means and ranges are those of the test rows too (E-B4), and songs stand on both sides. Beside the
391 test rows it is therefore measured on the 230 rows that it held out before all that.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import PolynomialFeatures

SEED = 42
HELD_OUT, TESTED = 0.1, 0.2
QUARTILE_RANGES = 1.5
TRIMMED = ("duration_ms", "popularity")
SCALED = (
    *("danceability", "energy", "loudness", "speechiness", "acousticness", "liveness"),
    *("valence", "tempo", "duration_ms", "key"),
)
MULTIPLIED = (
    *("danceability", "energy", "liveness", "loudness", "speechiness", "tempo", "valence"),
    *("duration_ms", "artist_popularity"),
)
# Parts of words, in whatever case; the default's are whole words, in sql/features/.
GENRES = {
    "genre_pop": "pop",
    "genre_rock": "rock",
    "genre_electronic": "house|edm|electro|techno|progressive",
    "genre_latin": "latin|reggaeton|salsa|bachata",
    "genre_hip_hop": "hip hop|rap|urban|trap",
    "genre_indie": "indie",
    "genre_jazz": "jazz",
    "genre_randb": "r&b|soul",
    "genre_metal": "metal|punk|hardcore",
    "genre_classic": "classical|orchestra|symphony",
    "genre_country": "country",
}
PART = "part"
TRAIN, TEST, HOLDOUT = "train", "test", "holdout"


def features() -> tuple[str, ...]:
    """Its 65 columns: nine fields, their 45 squares and products, eleven genres."""
    products = [
        f"{one}^2" if one == other else f"{one} {other}"
        for one, other in combinations_with_replacement(MULTIPLIED, 2)
    ]
    return (*MULTIPLIED, *products, *GENRES)


def as_system_e(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a catalogue as system E trains, tests and holds out.

    Args:
        rows: As stated, in the order of the file; fields of ``SCALED``, ``MULTIPLIED``,
            ``popularity`` and ``genre_keys``. What no row states is 0.

    Returns:
        Those with a ``part``: train and test in the order of its own shuffle, then the rows held
        out, in theirs. The others it left out.
    """
    rest, held = train_test_split(rows, test_size=HELD_OUT, random_state=SEED)
    for name in TRIMMED:
        low, high = rest[name].quantile([0.25, 0.75])
        reach = QUARTILE_RANGES * (high - low)
        rest = rest[rest[name].between(low - reach, high + reach)]
    mean = rest[[*SCALED]].mean()
    filled = rest[[*SCALED]].fillna(mean)
    least, most = filled.min(), filled.max()
    train, test = train_test_split(rest.index, test_size=TESTED, random_state=SEED)
    every = pd.concat([rest.loc[train], rest.loc[test], held])
    scaled = (every[[*SCALED]].fillna(mean) - least) / (most - least).replace(0, 1)
    found = every.assign(**{name: scaled[name] for name in SCALED})
    products = PolynomialFeatures(2, include_bias=False)
    values = found[[*MULTIPLIED]].astype(np.float64).fillna(0.0)
    columns = [*features()[: -len(GENRES)]]
    made = pd.DataFrame(products.fit_transform(values), columns=columns, index=found.index)
    for name, words in GENRES.items():
        # A genre that is not stated is none.
        made[name] = every["genre_keys"].fillna("").str.contains(words).astype(np.float64)
    parts = [TRAIN] * len(train) + [TEST] * len(test) + [HOLDOUT] * len(held)
    kept = every[["catalogue_row_id", "popularity", "artist_key"]]
    both: pd.DataFrame = pd.concat([kept, made], axis=1).assign(**{PART: parts})
    return both.reset_index(drop=True)


def adjusted(r_squared: float, n: int, features_count: int) -> float:
    """R² less what so many features reach by chance."""
    return 1 - (1 - r_squared) * (n - 1) / (n - features_count - 1)
