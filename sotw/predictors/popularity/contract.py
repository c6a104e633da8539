"""How catalogues keep their contract: for a program as JSON, for a person as a page."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.plain_text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.settings import Settings
    from sotw.warehouse import Connection

PASS, WARN, FAIL = "pass", "warn", "fail"
MOST_EXAMPLES = 5
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;text-align:right;"
    "border-bottom:1px solid #ccc}td:first-child,th:first-child,td.text{text-align:left}"
    ".fail{color:#a00}.warn{color:#850}.pass{color:#060}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.fail{color:#f77}"
    ".warn{color:#fc6}.pass{color:#7d7}}"
)


def contract(con: Connection, *, is_strict: bool) -> dict[str, Any]:
    """What every catalogue keeps and breaks.

    Args:
        con: With core.fct_catalogue_columns and the tables it is made of.
        is_strict: Whether a row that breaks the contract keeps its catalogue from being used.

    Returns:
        ``result`` (pass, warn or fail; fail: rows break it), ``mode``, and by catalogue its own
        result, ``rows``, ``rows_broken``, ``songs_again``, ``errors``, ``warnings`` and
        ``details`` by field with examples. An absent value is told of, and breaks nothing.
    """
    found = {}
    query = "select catalogue, count(*) as rows, count(*) filter (where song_row_rank > 1) as again"
    query += " from core.fct_catalogue_rows group by catalogue order by catalogue"
    for row in warehouse.rows(con, query):
        found[row["catalogue"]] = _of_one(con, row["catalogue"], row["rows"], row["again"])
    results = {one["result"] for one in found.values()}
    result = next((one for one in (FAIL, WARN) if one in results), PASS)
    mode = "strict" if is_strict else "lenient"
    return {"result": result, "mode": mode, "catalogues": found}


def _of_one(con: Connection, catalogue: str, rows: int, again: int) -> dict[str, Any]:
    query = "select count(*) from core.fct_catalogue_sound where catalogue = ? and not is_sound_row"
    [(broken,)] = con.execute(query, [catalogue]).fetchall()
    errors: list[str] = []
    warnings: list[str] = []
    details: dict[str, Any] = {}
    query = "from core.fct_catalogue_columns where catalogue = ? order by field_place"
    for row in warehouse.rows(con, query, [catalogue]):
        field, aside = row["field"], row["is_set_aside_column"]
        allowed = f"{row['least_value']:g} to {row['most_value']:g}"
        details[field] = {
            "allowed": [row["least_value"], row["most_value"]],
            "stated": rows - row["unstated_rows_count"],
            "not_stated": row["unstated_rows_count"],
            "out_of_range": row["out_of_range_rows_count"],
            "not_of_its_type": row["untyped_rows_count"],
            "is_absent": row["is_absent_column"],
            "is_set_aside": aside,
            "examples": _examples(con, catalogue, field),
        }
        odd = [
            f"{row[f'{name}_rows_count']:,} {said}"
            for name, said in (("out_of_range", f"not in {allowed}"), ("untyped", "no number"))
            if row[f"{name}_rows_count"]
        ]
        if aside:
            warnings.append(f"{field}: set aside whole: {', '.join(odd)}")
        elif odd:
            is_error = row["fault_action"] == "reject"
            (errors if is_error else warnings).append(f"{field}: {', '.join(odd)}")
        if row["is_absent_column"]:
            warnings.append(f"{field}: no row states it")
        elif row["unstated_rows_count"]:
            warnings.append(f"{field}: {row['unstated_rows_count']:,} rows do not state it")
    if again:
        warnings.append(f"{again:,} rows are of a song that has one already")
    return {
        "result": FAIL if errors else WARN if warnings else PASS,
        "rows": rows,
        "rows_broken": broken,
        "songs_again": again,
        "errors": errors,
        "warnings": warnings,
        "details": details,
    }


def _examples(con: Connection, catalogue: str, field: str) -> list[dict[str, Any]]:
    """The first lines that break it, with what stands there."""
    query = "select line, fault_type, coalesce(stated_text, stated_value::varchar) as stated"
    query += " from core.fct_catalogue_faults inner join core.fct_catalogue_rows"
    query += " using (catalogue_row_id) where fct_catalogue_faults.catalogue = ? and field = ?"
    return warehouse.rows(con, f"{query} order by line limit {MOST_EXAMPLES}", [catalogue, field])


def documents(con: Connection, settings: Settings) -> dict[str, str]:
    """The contract for a program and for a person, by how the file's name ends."""
    kept = contract(con, is_strict=settings.is_strict)
    text = json.dumps({"generator": "sotw", **kept}, ensure_ascii=False, indent=2) + "\n"
    # JSON that shows its controls is the same JSON.
    return {"contract.json": shown(text), "contract.html": shown(page(kept))}


def page(found: Mapping[str, Any]) -> str:
    """The same for a person: a page that needs nothing else."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name="generator" content="sotw">'
        "<meta name=viewport content='width=device-width'>"
        f"<title>Contract of the catalogues</title><style>{_STYLE}</style>"
        f"<h1>Contract of the catalogues: <span class={found['result']}>{found['result']}</span>"
        f"</h1><p>{_MODES[found['mode']]}</p>"
    ]
    for name, one in found["catalogues"].items():
        said = f"{one['rows']:,} rows, {one['rows_broken']:,} break the contract"
        lines = [
            *(("fail", text) for text in one["errors"]),
            *(("warn", t) for t in one["warnings"]),
        ]
        parts += [
            f"<h2>{html.escape(name)}: <span class={one['result']}>{one['result']}</span></h2>",
            f"<p>{said}.</p><ul>",
            *(f"<li class={kind}>{html.escape(text)}</li>" for kind, text in lines),
            "</ul><table><tr><th>field<th>allowed<th>stated<th>not stated<th>out of range"
            "<th>no number<th>such as</tr>",
            *(_row(field, about) for field, about in one["details"].items()),
            "</table>",
        ]
    return "\n".join([*parts, "</html>\n"])


_MODES = {
    "strict": "Strict: a catalogue of which a row breaks it is not used.",
    "lenient": "Lenient: rows that break it are left out, and the others are used.",
}


def _row(field: str, about: Mapping[str, Any]) -> str:
    low, high = about["allowed"]
    such = ", ".join(f"line {one['line']}: {one['stated']}" for one in about["examples"][:3])
    cells = "".join(
        f"<td>{about[name]:,}</td>"
        for name in ("stated", "not_stated", "out_of_range", "not_of_its_type")
    )
    named = f"{field} (set aside)" if about["is_set_aside"] else field
    return (
        f"<tr><td>{html.escape(named)}</td><td>{low:g} to {high:g}</td>{cells}"
        f"<td class=text>{html.escape(such)}</td></tr>"
    )
