"""What the warehouse says of a column is about that column, and a whole sentence."""

from __future__ import annotations

import re

import pytest
from sql_files import write_tree

from sotw.pipeline.lineage import all_columns, edges
from sotw.pipeline.models import Model, load_models
from sotw.pipeline.run import inherited_comments

MODELS = load_models()
HEADER = "-- A sentence.\n--\n-- grain: name_id\n\n"


def cut_off(comments: dict[str, dict[str, str]]) -> list[str]:
    """Comments that end where something would have to follow."""
    return [
        f"{model}.{column}: {comment}"
        for model, found in comments.items()
        for column, comment in found.items()
        if re.search(r"[,;:]$|\b(and|or|the)$", comment)
    ]


def by_accident(models: list[Model]) -> list[str]:
    """Comments taken from a parent whose column of that name is not where this one comes from."""
    columns, comments = all_columns(models), inherited_comments(models)
    found = []
    for model in models:
        taken = {
            name: comments[model.name][name]
            for name in columns[model.name]
            if name in comments[model.name] and name not in model.comments
        }
        sources = edges(model, columns) if taken else {}
        for name, comment in taken.items():
            own = {comments.get(table, {}).get(name) for table, it in sources[name] if it == name}
            if comment not in own:
                found.append(f"{model.name}.{name}: {comment}")
    return found


def tree(folder, **bodies: str) -> list[Model]:
    """Models of these selects; a name is a layer and a table."""
    files = {f"{name.replace('__', '/')}.sql": HEADER + text for name, text in bodies.items()}
    return load_models(write_tree(folder, files))


NAMES = "select\n    name_id,\n    kind,  -- what it names\nfrom raw.names\n"


def test_no_published_comment_stops_in_the_middle():
    assert cut_off(inherited_comments(MODELS)) == []


def test_no_comment_names_what_a_user_cannot_look_up():
    told = {model.name: [model.description, *model.comments.values()] for model in MODELS}
    named = re.compile(r"SYSTEMS|MARKET|BENCHMARKS|[Ss]ystem [A-E]\b")
    assert not [
        (name, text) for name, texts in told.items() for text in texts if named.search(text)
    ]
    assert named.search("system A's variant")
    assert named.search("words (SYSTEMS A.6)")


def test_every_column_of_a_mart_has_a_comment():
    columns, comments = all_columns(MODELS), inherited_comments(MODELS)
    lacking = [
        f"{model.name}.{column}"
        for model in MODELS
        if model.schema == "marts"
        for column in columns[model.name]
        if column not in comments[model.name]
    ]
    assert lacking == []


@pytest.mark.slow
def test_a_comment_is_inherited_only_along_the_lineage_of_its_column():
    assert by_accident(MODELS) == []


def test_a_comment_goes_on_where_the_next_line_begins_below_it(tmp_path):
    body = (
        "select\n    name_id,      -- the spelling; of several\n                  -- the first\n"
        "    -- Why, not what.\n    kind,         -- which\n    -- Also why.\n"
        "    artist_name,\n"
    )
    (model,) = tree(tmp_path, staging__stg_a=f"{body}from raw.names\n")
    assert model.comments == {"name_id": "the spelling; of several the first", "kind": "which"}


def test_a_parent_without_the_column_passes_no_comment_of_it_on(tmp_path):
    models = tree(
        tmp_path,
        staging__stg_a=NAMES,
        core__dim_a="select\n    name_id,\nfrom staging.stg_a\n",
        core__dim_b="select\n    name_id,\n    upper('x') as kind,\nfrom core.dim_a\n",
    )
    assert inherited_comments(models)["core.dim_b"] == {}


# --- and the planted faults ------------------------------------------------------------------


def test_a_cut_comment_is_named(tmp_path):
    (model,) = tree(tmp_path, staging__stg_a=NAMES.replace("names\nfrom", "names,\nfrom"))
    assert cut_off({model.name: model.comments}) == ["staging.stg_a.kind: what it names,"]


@pytest.mark.parametrize("made", ["upper('x') as kind", "stg_b.kind"])
def test_a_comment_of_a_parent_that_the_column_is_not_from_is_named(tmp_path, made):
    models = tree(
        tmp_path,
        staging__stg_a=NAMES,
        staging__stg_b=NAMES.replace("what it names", "another thing"),
        core__dim_a=(
            f"select\n    stg_a.name_id,\n    {made},\nfrom staging.stg_a\n"
            "inner join staging.stg_b using (name_id)\n"
        ),
    )
    assert by_accident(models) == ["core.dim_a.kind: what it names"]
