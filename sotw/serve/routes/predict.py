"""What each predictor says: routes made of what it declares, none written for one of them."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import inspect
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sotw.actions.score_file import NOT_SCORED, run_score
from sotw.errors import SotwError
from sotw.learning.protocol import options_of
from sotw.predictors.presentation import Ask
from sotw.predictors.registry import PREDICTORS, predictor, presentation
from sotw.serve.asked import MOST_LETTERS, NAME, Configured, Listener, Noting, Read
from sotw.serve.problems import FieldError, Refused
from sotw.text_table import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from sotw.learning.protocol import Traits

MOST_ROWS = 1000
MOST_FIELDS = 100

Text = Annotated[str, StringConstraints(max_length=MOST_LETTERS, pattern=NAME)]
Column = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NAME)]
Cell = bool | int | Annotated[float, Field(allow_inf_nan=False)] | Text | None
Row = Annotated[dict[Column, Cell], Field(min_length=1, max_length=MOST_FIELDS)]


class Predicted(BaseModel):
    """What is predicted, as ``sotw predict PREDICTOR --json`` says it."""

    predictor: str
    listener: str | None = Field(description="Null: the predictor is about no listener.")
    text: str = Field(description="The answer in words.")
    answer: Any


class Rows(BaseModel):
    """Rows such as a predictor learned from."""

    model_config = ConfigDict(extra="forbid")
    items: list[Row] = Field(min_length=1, max_length=MOST_ROWS)


class ScoredRow(BaseModel):
    """A row with what a stored model says of it."""

    predictor: str
    model: str
    run_id: str
    said: dict[str, Any] = Field(description="By the columns that `sotw score` adds.")


class ScoredRows(BaseModel):
    """Rows, each with what a stored model says of it, in the order of those sent."""

    predictor: str
    model: str
    run_id: str
    items: list[dict[str, Any]]


def routes() -> APIRouter:
    """Routes of every predictor of the registry as it is now."""
    router = APIRouter(tags=["predictions"])
    for name in PREDICTORS:
        traits = predictor(name).traits
        about = inspect.getdoc(predictor(name)) or ""
        router.add_api_route(
            f"/predict/{name}",
            _asking(name, traits),
            response_model=Predicted,
            description=f"{about}\n\nThe latest predictions, with what adds most to them.",
            operation_id=f"predict_{name}",
        )
        if traits.of_file is None:
            continue
        for path, handler, model in (
            ("", _one(name, traits), ScoredRow),
            ("/batch", _many(name, traits), ScoredRows),
        ):
            router.add_api_route(
                f"/predict/{name}{path}",
                handler,
                methods=["POST"],
                response_model=model,
                description=f"{about}\n\nOf rows that are sent; nothing of them is kept.",
                operation_id=f"score_{name}{path.replace('/', '_')}",
            )
    return router


def _options(kind: type, verb: str) -> list[inspect.Parameter]:
    """The fields of a predictor's ``Options`` as parameters of an address.

    An instant is none: it builds the warehouse again, which no request may ask for.
    """
    hints = get_type_hints(kind)
    found = []
    for one in options_of(kind, verb):
        hint = hints[one.name]
        if hint == dt.datetime | None:
            continue
        text = Text | None if hint == str | None else hint
        about = Query(description=one.metadata["help"])
        keyword = inspect.Parameter.KEYWORD_ONLY
        found.append(
            inspect.Parameter(
                one.name, keyword, default=one.default, annotation=Annotated[text, about]
            )
        )
    return found


def _signed(
    work: Callable[..., Any],
    own: list[inspect.Parameter],
    **shared: Any,  # noqa: ANN401 - types
) -> Callable[..., Any]:
    """A handler whose parameters are what routes ask for, and a predictor's own."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    both = [
        inspect.Parameter(
            name,
            keyword,
            annotation=hint,
            default=None if hint is Listener else inspect.Parameter.empty,
        )
        for name, hint in shared.items()
    ]
    work.__signature__ = inspect.Signature([*both, *own])  # type: ignore[attr-defined]
    return work


def _asking(name: str, traits: Traits) -> Callable[..., Any]:
    own = _options(traits.options, "predict")

    def ask(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - as signed
        read = given.pop("read")
        asked = given.pop("listener", None)
        listener = read.listener(asked) if traits.is_personal else None
        options = traits.options(**given)
        said = presentation(name).predicted(
            name, read.con, Ask(read.config.settings, listener, options)
        )
        answer = plain(said.data)
        return {"predictor": name, "listener": listener, "text": said.text, "answer": answer}

    shared = {"read": Read} | ({"listener": Listener} if traits.is_personal else {})
    return _signed(ask, own, **shared)


def _one(name: str, traits: Traits) -> Callable[..., Any]:
    def score(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - as signed
        about, [said] = _scored(name, traits, [given.pop("row")], given, "")
        return {**about, "said": said}

    own = _options(traits.options, "score")
    return _signed(score, own, row=Row, state=Noting, config=Configured)


def _many(name: str, traits: Traits) -> Callable[..., Any]:
    def score(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - as signed
        about, items = _scored(name, traits, given.pop("rows").items, given, "items")
        return {**about, "items": items}

    own = _options(traits.options, "score")
    return _signed(score, own, rows=Rows, state=Noting, config=Configured)


def _scored(
    name: str, traits: Traits, rows: list[dict[str, Any]], given: dict[str, Any], place: str
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """What ``sotw score`` says of a file of these rows.

    Raises:
        Refused: A row lacks a field, or says what is not allowed.
        SotwError: There is no model, or the rows are not such as it learned from.
    """
    state, config = given.pop("state"), given.pop("config")
    how = traits.of_file
    assert how is not None
    names = list(dict.fromkeys(column for row in rows for column in row))
    if taken := [one for one in (*how.columns, NOT_SCORED) if one in names]:
        raise SotwError(f"{taken[0]}: is what is said of a row. Leave it out.")
    lenient = dataclasses.replace(config.settings, catalogue_contract="lenient")
    with tempfile.TemporaryDirectory(prefix="sotw-rows-") as folder, state.noting:
        file, output = Path(folder, "rows.csv"), Path(folder, "scored.csv")
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        done = run_score(
            state.path, lenient, name, traits.options(**given), file=file, output=output
        )
        with output.open(encoding="utf-8", newline="") as stream:
            found = list(csv.DictReader(stream))
    errors = [
        FieldError(field=f"{place}[{number}]" if place else "body", message=row[NOT_SCORED])
        for number, row in enumerate(found)
        if row[NOT_SCORED]
    ]
    if errors:
        raise Refused(422, f"{errors[0].field}: {errors[0].message}", errors=errors)
    about = {"predictor": name, "model": done.model, "run_id": done.run_id}
    return about, [{one: _value(row[one]) for one in how.columns} for row in found]


def _value(cell: str) -> float | str:
    with suppress(ValueError):
        return float(cell)
    return cell
