"""The cost of a run's model calls, from its journal: by phase, role and model, with and without caching."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agents.journal import Record, read_journal
from agents.models.usage import UsageDetail, usage_detail
from tools.errors import UserError
from tools.run_dir import RunDir


@dataclass
class CostRow:
    """The calls of one role to one model in one phase.

    `failed` calls returned nothing; what they used is in the dollars and, if the provider reported it, in `tokens`.
    """

    phase: str
    role: str
    model: str
    calls: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    answer_tokens: int = 0
    tokens: int = 0
    dollars: float = 0.0
    uncached_dollars: float = 0.0

    @property
    def cached_share(self) -> float:
        """Return the share of prompt tokens that the provider read from its cache."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    def add(self, other: CostRow) -> None:
        """Add another row's calls."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_COUNTED = (
    "calls",
    "failed",
    "prompt_tokens",
    "cached_tokens",
    "answer_tokens",
    "tokens",
    "dollars",
    "uncached_dollars",
)


def cost_rows(folder: Path) -> list[CostRow]:
    """Return one row for each phase, role and model of a run, in order of first use, over all ideas.

    Raises:
        UserError: the folder has no journal, or one whose records lack what a cost is made of.
    """
    path = RunDir(folder).journal_file
    if not path.exists():
        raise UserError(f"{folder}: there is no journal.jsonl, so no model has been called in this run yet")
    return merged(_read_row(record, path) for record in read_journal(path) if record.type in ("model", "fault"))


def total(rows: Iterable[CostRow]) -> CostRow:
    """Return the sum of all rows."""
    whole = CostRow("total", "", "")
    for row in rows:
        whole.add(row)
    return whole


def merged(rows: Iterable[CostRow]) -> list[CostRow]:
    """Return one row for each phase, role and model, in order of first occurrence."""
    found: dict[tuple[str, str, str], CostRow] = {}
    for row in rows:
        key = (row.phase, row.role, row.model)
        found.setdefault(key, CostRow(*key)).add(row)
    return list(found.values())


def _read_row(record: Record, path: Path) -> CostRow:
    try:
        return _row(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: the record {record.key} is not one of a model call: {error!r}") from None


def _row(record: Record) -> CostRow:
    _, phase, role = record.key.split("/")[:3]
    data = record.data
    answered = record.type == "model"
    usage = usage_detail(data["result"]) if answered else UsageDetail(0, 0)
    return CostRow(
        phase=phase,
        role=role,
        model=str(data["model"]),
        calls=1,
        failed=0 if answered else 1,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        answer_tokens=usage.completion_tokens,
        tokens=int(data["tokens"]),
        dollars=float(data["dollars"]),
        uncached_dollars=float(data.get("uncached_dollars", data["dollars"])),
    )
