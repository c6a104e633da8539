"""A report as files: one page that needs nothing else, or Markdown with its plots beside it.

The page fetches nothing: the plotting library stands in it once, and its own policy forbids the
network and any script that was not put there by this module.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import hashlib
import json
import logging
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sotw.errors import SotwError
from sotw.plain_text import shown_in
from sotw.render import render
from sotw.report.plots import DARK
from sotw.warehouse.appearing import appearing, refuse_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sotw.report.parts import Part, Table

log = logging.getLogger(__name__)

FORMATS = ("html", "md")
# What the library gives to the page.
_LIBRARY = "window.vegaEmbed = vegaEmbed;"
_PLOT_WIDTH = 640
# What every file of a report says, and makes it one that the next may replace.
_SIGNED = "written by sotw report"
_OURS = (
    '<meta name="generator" content="sotw">',
    '"generator": "sotw"',
    "Written by `sotw report ",
    _SIGNED,
)
# A fact's number, not a date: "18,925 that count" and "31 %".
_NUMBER = re.compile(r"^(\d[\d,.]*(?: %)?)(?=$| )(?: )?")
# What a Markdown reader would take for markup.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


@dataclass(frozen=True, slots=True)
class Document:
    """What a report says, before it is a file.

    Attributes:
        predictor: What it is about; the file is named after it.
        title: The heading.
        facts: What a reader has to know before reading on; a number comes first and stands out.
        groups: The parts by chapter: anchor, heading, parts.
        is_demo: Whether the history is synthetic.
        is_proxy: Whether its favourites are derived from later plays.
        accent: The one name of the title that matters, if any.
    """

    predictor: str
    title: str
    facts: Mapping[str, str]
    groups: tuple[tuple[str, str, tuple[Part, ...]], ...]
    is_demo: bool
    is_proxy: bool = False
    accent: str = ""

    @property
    def heading(self) -> tuple[str, ...]:
        """The title; every second piece is the name that matters."""
        return self.title.partition(self.accent) if self.accent else (self.title,)

    @property
    def counted_facts(self) -> tuple[tuple[str, str, str], ...]:
        """Each fact as its name, the number that it begins with, if any, and the rest."""
        return tuple(
            (name, *_NUMBER.sub(r"\1\n", said).rpartition("\n")[::2])
            for name, said in self.facts.items()
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts in their order."""
        return tuple(part for _, _, found in self.groups for part in found)


def file_of(folder: Path, predictor: str, form: str) -> Path:
    """Where a report goes; makes the folder.

    Raises:
        SotwError: There is no such form, the folder cannot be made, or another file is there.
    """
    if form not in FORMATS:
        raise SotwError(f"a report cannot be written as '{form}'; there is {', '.join(FORMATS)}.")
    path = folder / f"{predictor}.{form}"
    refuse_foreign(path, _OURS)
    with _explained(path):
        folder.mkdir(parents=True, exist_ok=True)
    return path


def write(document: Document, path: Path) -> None:
    """Write a report as what its file is named: ``.html`` or ``.md``.

    Raises:
        SotwError: It cannot be written.
    """
    document = _shown(document)
    with _explained(path):
        text = page(document) if path.suffix == ".html" else _markdown(document, path.parent)
        _write(path, text)
    lacking = sum(part.is_missing for part in document.parts)
    log.info("%s: %d parts, %d without data", path, len(document.parts), lacking)


def write_beside(texts: Mapping[str, str], stem: Path) -> list[Path]:
    """Write texts by how their file's name ends, which begins as ``stem``; their paths.

    Each says that sotw is its generator; an earlier one that says so gives way.

    Raises:
        SotwError: They cannot be written, or another file is there.
    """
    files = {stem.with_name(f"{stem.name}.{end}"): text for end, text in texts.items()}
    with _explained(stem):
        for file, text in files.items():
            _write(file, text)
    return [*files]


def _shown(value: Any) -> Any:  # noqa: ANN401 - a document, and whatever is in it
    """A document of which no text turns the direction of what stands beside it."""
    if isinstance(value, tuple):
        return tuple(map(_shown, value))
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return shown_in(value)
    names = [one.name for one in dataclasses.fields(value)]
    return dataclasses.replace(value, **{one: _shown(getattr(value, one)) for one in names})


def _write(path: Path, text: str) -> None:
    """Write a file of a report; an earlier one of ours gives way."""
    with appearing(path, is_replacing=True, ours=_OURS) as partial:
        partial.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SotwError(
            f"{path}: cannot be written: {error.strerror}. Name another folder with --output."
        ) from error


def page(document: Document) -> str:
    """The report as one page."""
    plots = {part.key: part.plot for part in document.parts if part.plot}
    library = _library()
    folder = Path(__file__).resolve().parent
    start = render("report.js", root=folder).strip()
    return render(
        "report.html",
        root=folder,
        page=document,
        plots=_json(plots),
        dark=json.dumps(DARK),
        library=library,
        start=start,
        hashes=" ".join(f"'{_hash(script)}'" for script in (library, start)),
    )


@cache
def _library() -> str:
    """vega, vega-lite and vega-embed as one script; making it takes seconds."""
    import vl_convert

    text = vl_convert.javascript_bundle(_LIBRARY)
    # Within a string of the library this would end the element that it stands in.
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE)


def _json(value: object) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _markdown(document: Document, folder: Path) -> str:
    """The report as Markdown; its plots are written beside it."""
    plots = f"{document.predictor}_plots"
    lines = [f"# {_escaped(document.title)}", ""]
    if document.is_demo:
        lines += ["**Synthetic demo history.** Every play and name here is invented.", ""]
    if document.is_proxy:
        lines += ["**Proxy label.** Nobody named these favourites.", ""]
    lines += [f"- {name}: {_escaped(said)}" for name, said in document.facts.items()]
    for _, heading, parts in document.groups:
        lines += ["", f"## {_escaped(heading)}"]
        for part in parts:
            lines += ["", f"### {_escaped(part.title)}", ""]
            if part.plot:
                (folder / plots).mkdir(exist_ok=True)
                picture = folder / plots / f"{part.key}.svg"
                _write(picture, _svg(part.plot))
                lines += [f"![{_escaped(part.title)}]({plots}/{part.key}.svg)", ""]
            lines.append(part.sentence if part.is_missing else _escaped(part.sentence))
            if part.table:
                lines += ["", *_table(part.table)]
    command = f"sotw report {document.predictor} --format md"
    lines += ["", f"Written by `{command}`; every sentence is computed from the warehouse."]
    return "\n".join(lines) + "\n"


def _svg(plot: Mapping[str, Any]) -> str:
    import vl_convert

    spec = {**plot, "width": _PLOT_WIDTH, "background": "white", "padding": 8}
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return f"{drawn}\n<!-- {_SIGNED} -->\n"


def _table(table: Table) -> list[str]:
    marks = [":--", *(":--" if name in table.texts else "--:" for name in table.columns[1:])]
    rows = [table.columns, *table.rows]
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return [lines[0], "| " + " | ".join(marks) + " |", *lines[1:]]


def _cell(text: str) -> str:
    return _escaped(text).replace("\n", " ")


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
