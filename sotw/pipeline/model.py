"""What a file under sql/ says once it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audit:
    """A condition of the header that no row may break; null passes."""

    condition: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """One file under sql/, read.

    Attributes:
        name: ``schema.table``.
        path: The file, relative to the folder of models, for messages.
        sql: The rendered select.
        description: The header's first sentence; the table's comment.
        grain: The columns that make a row unique.
        cutoff: The column a feature may not see past; empty outside features.
        audits: What must hold for every row.
        parents: Tables read, ``schema.table``, sorted.
        comments: Comment of each column that this file explains.
        columns: Names the last select gives; empty where it has a star.
    """

    name: str
    path: str
    sql: str
    description: str
    grain: tuple[str, ...]
    cutoff: str
    audits: tuple[Audit, ...]
    parents: tuple[str, ...]
    comments: dict[str, str]
    columns: tuple[str, ...]

    @property
    def schema(self) -> str:
        """The layer, which is also the schema."""
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        """The name without its schema."""
        return self.name.split(".")[1]

    @property
    def is_view(self) -> bool:
        """Staging models are views, all others tables."""
        return self.schema == "staging"
