"""The one door to the files under sql/: each is a template, read here and nowhere else."""

from __future__ import annotations

import csv
import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sotw.errors import ModelError
from sotw.paths import sql_root

if TYPE_CHECKING:
    import jinja2

__all__ = ["contracts", "render", "source_text", "sql_files"]

_MARKS = re.compile(r"\{[{%#]")


def render(path: str, root: Path | None = None, **values: object) -> str:
    """Render one file under sql/.

    Args:
        path: Relative to the folder of the SQL, such as ``score/week_favorite.sql``.
        root: Another such folder, for tests.
        values: What the template may use beside the macros.

    Raises:
        ModelError: The file is missing, or uses something that is not defined.
    """
    folder = root or sql_root()
    if (folder / path).is_file() and not _MARKS.search(text := source_text(path, root)):
        return text
    import jinja2  # slow to import, and most commands render nothing

    try:
        return _environment(folder).get_template(path).render(**values)
    except jinja2.TemplateNotFound as error:
        raise ModelError(f"sql/{error.name}: no such file under {folder}.") from error
    except jinja2.TemplateError as error:
        where = _template_line(error, folder, path)
        raise ModelError(f"{where}: does not render: {error}. Correct it.") from error


def source_text(path: str, root: Path | None = None) -> str:
    """One file under sql/ as it was written."""
    return ((root or sql_root()) / path).read_text(encoding="utf-8")


def sql_files(pattern: str, root: Path | None = None) -> list[str]:
    """The files under sql/ that a pattern fits, as ``render`` takes them, sorted."""
    folder = root or sql_root()
    return sorted(file.relative_to(folder).as_posix() for file in folder.glob(pattern))


def contracts(root: Path | None = None) -> str:
    """The statements that make every table Python writes."""
    return "\n".join(render(path, root) for path in sql_files("contracts/*.sql", root))


@cache
def _environment(root: Path) -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(root),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.globals["seed"] = partial(_seed, root)
    return environment


def _seed(root: Path, name: str) -> str:
    """The rows of ``seeds/<name>.csv`` as a table to select from, named after the file.

    A column of whole numbers is one of integers, any other of texts.
    """
    import jinja2

    path = root / "seeds" / f"{name}.csv"
    if not path.exists():
        raise jinja2.TemplateNotFound(f"seeds/{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    is_number = [all(re.fullmatch(r"-?\d+", row[n]) for row in rows) for n in range(len(columns))]
    lines = [
        ", ".join(
            value if number else "'" + value.replace("'", "''") + "'"
            for value, number in zip(row, is_number, strict=True)
        )
        for row in rows
    ]
    values = ",\n    ".join(f"({line})" for line in lines)
    return f"(\n    values\n    {values}\n) as {name} ({', '.join(columns)})"


def _template_line(error: jinja2.TemplateError, root: Path, path: str) -> str:
    """File and line in which rendering failed, from jinja's own traceback frames."""
    import jinja2

    file, line, trace = root / path, 0, error.__traceback__
    if isinstance(error, jinja2.TemplateSyntaxError):
        file, line = Path(error.filename or file), error.lineno
    else:
        while trace:
            if trace.tb_frame.f_code.co_filename.endswith(".sql"):
                file, line = Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno
            trace = trace.tb_next
    where = f"sql/{file.relative_to(root)}:{line}"
    return where if file == root / path else f"sql/{path}: uses {where}"
