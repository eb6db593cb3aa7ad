"""Bibliography files on this machine as a literature source. It needs no network and is always available."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools.literature.bibtex_reader import read_bibliography
from tools.literature.record import PaperRecord, ascii_fold

TITLE_WEIGHT = 3
"""Weight of a word in the title relative to one in the abstract."""
STOP_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "how", "in"}
    | {"into", "is", "it", "its", "of", "on", "or", "that", "the", "their", "then", "this", "to", "we", "what", "when"}
    | {"where", "which", "with"}
)


class LocalLibrary:
    """Ranks the entries of `files` by BM25 over title, authors, abstract and keywords. Deterministic."""

    name = "local"

    def __init__(self, files: Sequence[Path]) -> None:
        self.records: list[PaperRecord] = []
        self.notes: list[str] = []
        for file in files:
            entries = read_bibliography(file)
            self.records += entries.records
            self.notes += entries.notes
        self._index = Bm25([_record_words(record) for record in self.records])

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        """Return the best records, one for each identifier: a template's bibliography may repeat the shared one."""
        found = (self.records[place] for place in self._index.best(index_words(query), len(self.records)))
        return list({record.id: record for record in reversed(list(found))}.values())[::-1][:limit]


class Bm25:
    """Okapi BM25 (Robertson and Zaragoza, 2009) with the usual k1 = 1.2 and b = 0.75.

    It is written out because importing `bm25s`, which has the same formula, takes longer than all searches of a run.
    """

    def __init__(self, documents: Sequence[Sequence[str]], k1: float = 1.2, b: float = 0.75) -> None:
        self._counts = [Counter(document) for document in documents]
        lengths = [len(document) for document in documents]
        mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
        self._norms = [k1 * (1 - b + b * length / mean) for length in lengths]
        holding = Counter(word for counts in self._counts for word in counts)
        self._weights = {
            word: (k1 + 1) * math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in holding.items()
        }

    def best(self, query: Sequence[str], limit: int) -> list[int]:
        """Return the positions of documents that share a word with the query, best first, ties in document order."""
        words = [word for word in dict.fromkeys(query) if word in self._weights]
        scores = [
            sum(self._weights[word] * counts[word] / (counts[word] + norm) for word in words)
            for counts, norm in zip(self._counts, self._norms, strict=True)
        ]
        found = [place for place, score in enumerate(scores) if score > 0]
        return sorted(found, key=lambda place: -scores[place])[:limit]


def _record_words(record: PaperRecord) -> list[str]:
    return index_words(record.title) * TITLE_WEIGHT + index_words(
        " ".join((*record.authors, record.abstract, record.venue))
    )


def index_words(text: str) -> list[str]:
    """Return the significant words, normalised so that "learning rates" finds "learning-rate"."""
    words = re.findall(r"\w+", (ascii_fold(text) or text).casefold())
    return [_singular(word) for word in words if word not in STOP_WORDS]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
