"""What a predictor is, and what learning does for all of them.

A predictor says what it reads, how its rows are divided, what fits and how good is measured;
``learning.train`` and ``learning.evaluate`` do the rest: fit, store, score, ledger, intervals,
differences. What is fitted on something else than one row a candidate fits too: a learner gets
the rows of a part as its predictor divided them (a recommender: who played which artist), and a
scorer that chooses from all there is (``Listing``) says what it would name to each group.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

import pandas as pd

from sotw.errors import SotwError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray, Parameter
    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.of_file import FileScoring
    from sotw.settings import Settings
    from sotw.warehouse import Connection

Link = Literal["logit", "softmax", "identity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is fitted by itself; a predictor may add what its learners need to know.

    Attributes:
        name: For messages, such as ``ana, calendar``.
        key: Columns of ml tables: task and target; listener_id, cutoff_policy, label_kind,
            catalogue.
        features: Columns that may be read.
        label: Column of the truth.
        time: Column by which rows are in order, where they are.
        group: Columns of what splits do not cut, the bootstrap draws again and softmax sums over.
        cohort: Which of the rows, such as ``all``.
        is_served: Its scores go to ml.predictions; else it is only measured.
        about: What is said of it beside the sizes of its parts.
    """

    name: str
    key: Mapping[str, Any]
    features: tuple[str, ...] = ()
    label: str = ""
    time: str = ""
    group: tuple[str, ...] = ()
    cohort: str = "all"
    is_served: bool = True
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that something is learned from or measured on.

    Attributes:
        rows: Of the mart.
        groups: Every group there is, one row each, where some may have no row; else null.
    """

    rows: pd.DataFrame
    groups: pd.DataFrame | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to measure on."""
        return bool(len(self.rows) or (self.groups is not None and len(self.groups)))

    @staticmethod
    def together(parts: Sequence[Part]) -> Part:
        """The rows and groups of all, in their order."""
        groups = [part.groups for part in parts if part.groups is not None]
        return Part(
            pd.concat([part.rows for part in parts], ignore_index=True),
            pd.concat(groups, ignore_index=True) if groups else None,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """What is learned from, what chooses, and what is measured on; each later than the one before.

    Where nothing is measured, validation and test are empty.
    """

    train: Part
    validation: Part
    test: Part


@dataclass(frozen=True, slots=True)
class Artifact:
    """A scorer that is no table of coefficients: its library's text, and makes its matrices."""

    format: str
    content: str
    arrays: Callable[[], Mapping[str, Any]] = dict


@runtime_checkable
class Scorer(Protocol):
    """A fitted thing."""

    @property
    def link(self) -> Link:
        """What a score says: log-odds of a row or within its group, or the value itself."""
        ...

    @property
    def has_converged(self) -> bool:
        """Whether the optimum was reached."""
        ...

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Higher is likelier or more; one for each row, in the order of ``rows``.

        -inf: the row is no candidate, and is not predicted.
        """
        ...


@runtime_checkable
class Stored(Scorer, Protocol):
    """A scorer that a run keeps."""

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What each feature adds to the scores of the chosen ones of ``rows``.

        Returns:
            A row for each chosen one; it adds up to what ``score`` gives it among ``rows``. NaN:
            the feature says nothing of the row.
        """
        ...

    def stored(self) -> tuple[Parameter, ...] | Artifact:
        """Rows of ml.parameters, scored in SQL; or a text for ml.artifacts."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A scorer that also says how far off it may be."""

    def bounds(self, rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bound of the 95 % interval of each row."""
        ...


@runtime_checkable
class Listing(Protocol):
    """A scorer that chooses from all there is, not only among ``rows``: an artist out of all."""

    def best(self, rows: pd.DataFrame) -> IntArray:
        """What it would name to the group of each row, by number, the best first.

        Returns:
            Shape (n_rows, places), in the order of ``rows``; -1 where nothing is left to name.
        """
        ...


@dataclass(frozen=True, slots=True)
class Formula:
    """A scorer that learns nothing: equal formulas are one scorer, whatever they were fitted on."""

    formula: Callable[[pd.DataFrame], FloatArray]
    link: Link = "identity"
    has_converged: bool = True

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """What the formula says."""
        return self.formula(rows)

    def learner(self, _train: pd.DataFrame, _validation: pd.DataFrame, /) -> Learned:
        """As a learner."""
        return Learned(self, self)


@dataclass(frozen=True, slots=True)
class Learned:
    """A scorer with what the validation rows decided.

    Attributes:
        first: Fitted on the training rows only.
        final: Fitted on training and validation rows.
        threshold: Probability from which on a row is chosen; null: nothing is chosen.
        hyperparameters: What was chosen, and how each choice did on validation.
    """

    first: Scorer
    final: Scorer
    threshold: float | None = None
    hyperparameters: dict[str, Any] = field(default_factory=dict)


class Learner(Protocol):
    """Fits one model."""

    def __call__(self, train: pd.DataFrame, validation: pd.DataFrame, /) -> Learned:
        """Fit on training rows, choose on later ones, which may be none."""
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """What one scorer says of the rows of a part.

    Attributes:
        score: By row; higher is likelier or more. NaN where a list says it (``best``).
        probability: By the scorer's link; null for ``identity``.
        is_chosen: At or above the threshold; null without one.
        low: Lower bound of the 95 % interval; null where the scorer has none.
        high: Upper bound.
        best: What it would name to the group of each row; null where it chooses among the rows.
    """

    score: FloatArray
    probability: FloatArray | None = None
    is_chosen: BoolArray | None = None
    low: FloatArray | None = None
    high: FloatArray | None = None
    best: IntArray | None = None


def option(default: Any, text: str, *verbs: str) -> Any:  # noqa: ANN401 - the type is the field's
    """A field of ``Options``: a flag of the command line and a field of the service.

    Args:
        default: Its value when nothing is said.
        text: The help.
        verbs: The commands that have it, such as ``predict``; all when none is named.
    """
    return field(default=default, metadata={"help": text, "verbs": verbs})


def options_of(kind: type, verb: str) -> list[dataclasses.Field[Any]]:
    """The fields of an ``Options`` that a command has."""
    fields = dataclasses.fields(kind)
    return [one for one in fields if not one.metadata["verbs"] or verb in one.metadata["verbs"]]


T = TypeVar("T", bound=Task)


def refuse_unknown(options: object) -> None:
    """Refuse an option whose value is not among those its type names.

    Raises:
        SotwError: It is not; the message names them.
    """
    hints = get_type_hints(type(options))
    for one in dataclasses.fields(options):  # type: ignore[arg-type]
        names = literals(hints[one.name])
        value = getattr(options, one.name)
        if names and value is not None and value not in names:
            raise SotwError(f"no {one.name} is called '{value}'; there is {', '.join(names)}.")


def literals(hint: Any) -> tuple[str, ...]:  # noqa: ANN401 - a type
    """The names that a type allows, ``None`` left out; empty where it is no choice."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return tuple(name for part in get_args(hint) for name in literals(part))


@dataclass(frozen=True, slots=True)
class NoOptions:
    """Nothing can be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is fixed of a predictor.

    Attributes:
        name: As in ``ml.runs`` and on the command line.
        mart: The table it learns from.
        entity: Columns of the mart that name one row.
        models: Every name that ``evaluate`` takes, the default first; a task may have some of them,
            and its default is the first it has.
        keys: Columns of its rows that ml.predictions has: what a prediction is about.
        options: A frozen dataclass of ``option`` fields: what can be asked of it.
        ties: Columns that break ties of the ranking in a group, ``-`` for descending; null: no
            ranking.
        explained: How many of a group get contributions, best first; unranked: of the last rows.
        kept: How many of a group go to ml.predictions, best first; null: all.
        splits: What ``evaluate`` measures; ``train`` fits and measures the first.
        parts: What ``train`` measures beside the first split: ``train``, ``validation``.
        baselines: Models that the default is measured as being over; all others are over it.
        compared: Metrics with paired differences; null: all.
        is_pooled: Tasks that differ by listener only are also measured together.
        measured: Columns that metrics and formulas read once rows are scored; null: all.
        refits: What serves is fitted once more, on all rows.
        is_personal: It is about listeners; else no command asks for one.
        extras: By model, the extra that it needs.
        by_chance: What is expected of no model at all, by name.
        calibration: How often it was so, by how sure a model was: a row for each band.
        advice: What would make it better, a sentence each.
        of_file: How ``sotw score`` scores the rows of a file; null: it cannot.
        documents: What a run and a scored file leave beside them, such as how the data keep a
            contract: texts by how the file's name ends.
        constants: What ml.runs remembers beside the settings.
        libraries: Packages whose version it remembers too.
    """

    name: str
    mart: str
    entity: tuple[str, ...]
    models: tuple[str, ...]
    keys: tuple[str, ...]
    options: type = NoOptions
    ties: tuple[str, ...] | None = None
    explained: int = 0
    kept: int | None = None
    splits: tuple[str, ...] = ("test",)
    parts: tuple[str, ...] = ("validation",)
    baselines: tuple[str, ...] = ()
    compared: tuple[str, ...] | None = None
    is_pooled: bool = False
    measured: tuple[str, ...] | None = None
    refits: bool = False
    is_personal: bool = True
    extras: Mapping[str, str] = field(default_factory=dict)
    by_chance: Callable[[Part, Any], Mapping[str, list[Measure]]] | None = None
    calibration: Callable[[Part, Scored, Any], list[dict[str, Any]]] | None = None
    advice: Callable[[Connection], list[str]] | None = None
    of_file: FileScoring | None = None
    documents: Callable[[Connection, Settings], Mapping[str, str]] | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()


class Predictor(Protocol[T]):
    """What is predicted: its rows, splits, learners and metrics.

    Attributes:
        traits: What is fixed.
    """

    traits: Traits

    def tasks(self, con: Connection, settings: Settings, options: Any) -> list[T]:  # noqa: ANN401
        """What is fitted, each by itself.

        Raises:
            SotwError: An option is not among what there is.
        """
        ...

    def rows(self, con: Connection, task: T) -> pd.DataFrame:
        """Rows of the mart in one order, so that equal data give equal models to the last bit.

        Raises:
            SotwError: There are too few to learn from.
        """
        ...

    def blocks(self, rows: pd.DataFrame, task: T, split: str) -> list[Block]:
        """How one of the splits divides the rows.

        Raises:
            SotwError: There are too few.
        """
        ...

    def learners(self, task: T) -> Mapping[str, Learner]:
        """By name: models and baselines alike."""
        ...

    def serving(self, rows: pd.DataFrame, task: T) -> tuple[str, ...]:
        """What ``train`` fits; the first is the default, whose scores are predictions."""
        ...

    def metrics(self, part: Part, scored: Scored, task: T) -> list[Measure]:
        """How good the scores are; equal parts draw equal resamples."""
        ...

    def to_predict(self, rows: pd.DataFrame, task: T, block: Block) -> pd.DataFrame:
        """The rows that predictions are made of, with a ``split`` for each."""
        ...
