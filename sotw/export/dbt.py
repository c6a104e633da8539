"""The models as a dbt project: what somebody takes along who goes on without sotw.

Each model keeps its select; the tables it reads become ``ref`` and ``source``, its header the
description and the tests, its comments those of the columns. raw and ml are sources, as sotw wrote
them. YAML is written as JSON, which it includes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sotw.pipeline.lineage import contract_columns
from sotw.pipeline.models import LAYERS
from sotw.pipeline.run import inherited_comments
from sotw.warehouse.appearing import appearing_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sotw.pipeline.models import Model

# Texts and comments are matched too, so that no table is seen inside them.
_TABLE_READ = re.compile(r"'(?:[^']|'')*'|--[^\n]*|\b(\w+)\.(\w+)\b")
_PROJECT = {
    "name": "sotw",
    "version": "1.0",
    "profile": "sotw",
    "flags": {"send_anonymous_usage_stats": False},
    "models": {
        "sotw": {
            "+persist_docs": {"relation": True, "columns": True},
            "+materialized": "table",
            **{layer: {"+schema": layer} for layer in LAYERS},
            "staging": {"+schema": "staging", "+materialized": "view"},
        }
    },
}
_PROFILE = {
    "sotw": {
        "target": "warehouse",
        "outputs": {
            "warehouse": {
                "type": "duckdb",
                "path": "{{ env_var('SOTW_WAREHOUSE', 'sotw.duckdb') }}",
                "threads": 2,
            }
        },
    }
}
_MACROS = {
    "generate_schema_name.sql": """{# Schemas are called as sotw calls them. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
""",
    "grain.sql": """{# The columns that make a row unique. #}
{% test grain(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as copies
    from {{ model }}
    group by all
    having count(*) > 1
{% endtest %}
""",
    "holds.sql": """{# A condition that no row may break; null passes. #}
{% test holds(model, condition) %}
    select * from {{ model }} where not ({{ condition }})
{% endtest %}
""",
}
_README = """# sotw as a dbt project

    pip install 'dbt-core>=1.11' 'dbt-duckdb>=1.11'
    cp …/warehouse/sotw.duckdb . && chmod u+w sotw.duckdb    # raw and ml are read from it
    dbt build

`raw.settings` holds the instant that the models see plays up to, and what `sotw.toml` said: change
it there. Ingestion, training and scoring stay with sotw.
"""


def write_project(models: Sequence[Model], folder: Path) -> int:
    """Write a dbt project.

    Args:
        models: All models, parents first.
        folder: A new or empty folder.

    Returns:
        How many tests it has.

    Raises:
        SotwError: The folder holds something, or the disk refuses.
    """
    comments = inherited_comments(models)
    properties = {model.name: _properties(model, comments[model.name]) for model in models}
    files = {
        "README.md": _README,
        "dbt_project.yml": _yaml(_PROJECT),
        "profiles.yml": _yaml(_PROFILE),
        "models/sources.yml": _yaml({"version": 2, "sources": _sources()}),
        **{f"macros/{name}": text for name, text in _MACROS.items()},
    }
    for layer in LAYERS:
        of_layer = [properties[model.name] for model in models if model.schema == layer]
        files[f"models/{layer}.yml"] = _yaml({"version": 2, "models": of_layer})
    for model in models:
        files[f"models/{model.schema}/{model.table}.sql"] = _select(model)
    with appearing_folder(folder) as partial:
        for name, text in files.items():
            file = partial / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return sum(1 + len(model.grain) + len(model.audits) for model in models)


def _yaml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _select(model: Model) -> str:
    """The model's select with the tables it reads named as dbt does."""

    def as_dbt(match: re.Match[str]) -> str:
        schema, table = match.groups()
        if f"{schema}.{table}" not in model.parents:
            return match[0]
        if schema in LAYERS:
            return f"{{{{ ref('{table}') }}}}"
        return f"{{{{ source('{schema}', '{table}') }}}}"

    return _TABLE_READ.sub(as_dbt, model.sql)


def _properties(model: Model, comments: dict[str, str]) -> dict[str, Any]:
    tests: list[dict[str, Any]] = [{"grain": {"arguments": {"columns": list(model.grain)}}}]
    tests += [{"holds": {"arguments": {"condition": one.condition}}} for one in model.audits]
    columns: dict[str, dict[str, Any]] = {
        name: {"name": name, "description": text} for name, text in comments.items()
    }
    for name in model.grain:
        columns.setdefault(name, {"name": name})["data_tests"] = ["not_null"]
    return {
        "name": model.table,
        "description": model.description,
        "data_tests": tests,
        "columns": list(columns.values()),
    }


def _sources() -> list[dict[str, Any]]:
    tables: dict[str, list[dict[str, str]]] = {}
    for name in contract_columns():
        schema, table = name.split(".")
        tables.setdefault(schema, []).append({"name": table})
    return [{"name": schema, "schema": schema, "tables": names} for schema, names in tables.items()]
