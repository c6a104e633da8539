"""Rows of a training mart as a data frame: numbers as float64, texts as text, keys as they are."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw import warehouse
from sotw.errors import SotwError
from sotw.warehouse import is_built

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    import pandas as pd

    from sotw.warehouse import Connection


def mart_as_of(con: Connection, mart: str) -> dt.datetime:
    """The instant of the build whose mart is there.

    Raises:
        SotwError: Nothing is built.
    """
    rows = con.execute("select as_of from raw.settings").fetchall()
    if not rows or not is_built(con, mart):
        raise SotwError(
            f"{mart}: not built yet, so there is nothing to train on. Run `sotw build`."
        )
    as_of: dt.datetime = rows[0][0]
    return as_of


def columns(con: Connection, mart: str) -> tuple[str, ...]:
    """The columns of a mart."""
    return tuple(con.sql(f"from {mart} limit 0").columns)


def comments(con: Connection, mart: str) -> dict[str, str]:
    """Comment of each column of a mart; its name where there is none."""
    query = "select column_name, comment from duckdb_columns() where schema_name || '.' || "
    found = warehouse.rows(con, f"{query} table_name = ?", [mart])
    return {
        row["column_name"]: row["comment"] or row["column_name"].replace("_", " ") for row in found
    }


def read(con: Connection, query: str, values: object, keys: Collection[str]) -> pd.DataFrame:
    """The result of a query as training takes it.

    Args:
        con: The warehouse.
        query: With an order, so that equal data give equal models to the last bit.
        values: Of its parameters.
        keys: Columns that stay as they are; of the others all numbers become float64.
    """
    table: Any = con.sql(query, params=values).to_arrow_table()
    for position, column in enumerate(table.schema):
        kind = column.type
        is_number = pa.types.is_boolean(kind) or pa.types.is_integer(kind)
        if column.name not in keys and (is_number or pa.types.is_decimal(kind)):
            cast = table.column(position).cast(pa.float64())
            table = table.set_column(position, column.name, cast)
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def fingerprint(rows: pd.DataFrame) -> str:
    """sha256 over the names and values of all columns; rows come in one order."""
    digest = hashlib.sha256()
    for column in sorted(rows.columns):
        values = rows[column]
        is_plain = values.dtype.kind in "biufM"
        data = values.to_numpy().tobytes() if is_plain else "\0".join(map(str, values)).encode()
        digest.update(column.encode() + b"\0" + data)
    return digest.hexdigest()
