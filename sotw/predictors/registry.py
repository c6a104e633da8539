"""Every predictor there is: its name and where it lives. A new one is a line here."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sotw.learning.protocol import Predictor, Traits
    from sotw.predictors.presentation import Presentation

# The first is meant where none is named. Read when it is used: the libraries are heavy.
PREDICTORS = {
    "week_favorite": "sotw.predictors.week_favorite.predictor",
    "completion": "sotw.predictors.completion.predictor",
    "artists": "sotw.predictors.artists.predictor",
    "taste": "sotw.predictors.taste.predictor",
    "popularity": "sotw.predictors.popularity.predictor",
}


def predictor(name: str) -> Predictor[Any]:
    """A predictor by name."""
    found: Predictor[Any] = import_module(PREDICTORS[name]).PREDICTOR
    return found


def every() -> list[Traits]:
    """What is fixed of each predictor."""
    return [predictor(name).traits for name in PREDICTORS]


def presentation(name: str) -> Presentation:
    """What is said of a predictor: ``shown.py`` beside it, or else the words for any."""
    from sotw.predictors.presentation import Presentation

    folder = PREDICTORS[name].rpartition(".")[0]
    if not folder or not find_spec(f"{folder}.shown"):
        return Presentation()
    found: Presentation = import_module(f"{folder}.shown").PRESENTATION
    return found
