"""Find what text generators and drafts leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.audit.manuscript import Manuscript
from tools.audit.report import AuditStatement
from tools.errors import UserError
from tools.evidence.judgement import Verdict

_LEFTOVERS = (
    (
        "assistant-phrase",
        re.compile(
            r"\bas an AI (?:language )?model\b|\bI cannot (?:fulfil|browse|access)|\bmy (?:knowledge cutoff|last training)"
            r"|\bcertainly! here\b|\bhere is (?:the|a) (?:revised|rewritten|updated) (?:version|section|paragraph)",
            re.IGNORECASE,
        ),
    ),
    (
        "placeholder",
        re.compile(
            r"\[(?:insert|add|your|todo|fill|citation needed|placeholder)\b[^\]]*\](?!\()|\blorem ipsum\b"
            r"|\b(?:TODO|FIXME|TBD)\b|<placeholder>|\bplaceholder (?:text|value|figure)\b",
            re.IGNORECASE,
        ),
    ),
    ("unresolved-reference", re.compile(r"(?<!\?)\?\?(?!\?)|\[\?\]|\(\?\)")),
)
_CITATION = re.compile(r"\\[cC]ite\w*\*?(?:\[[^\]]*\])*\{([^{}]*)\}")
_FAKE_KEY = re.compile(r"^(?:todo|xxx+|placeholder|key|cite|ref\d*|author\d*year|citation\d*|\?+|)$", re.IGNORECASE)


def check_leftovers(paper: Manuscript) -> Iterator[AuditStatement]:
    """Yield phrases of assistants, placeholders, unresolved references and placeholder citations."""
    for code, pattern in _LEFTOVERS:
        for match in pattern.finditer(paper.prose):
            said = " ".join(match[0].split())
            yield AuditStatement(
                Verdict.CONTRADICTED, code, *match.span(), said, "the draft was not finished: this is a leftover"
            )
    for match in _CITATION.finditer(paper.text if paper.kind == "tex" else ""):
        for key in match[1].split(","):
            if _FAKE_KEY.match(key.strip()):
                reason = f"'{key.strip()}' is no citation key of a work"
                yield AuditStatement(Verdict.CONTRADICTED, "placeholder-citation", *match.span(), match[0], reason)


def check_citations(paper: Manuscript, bibliography: Path) -> Iterator[AuditStatement]:
    """Yield citations whose key is not in a .bib file.

    Raises:
        UserError: there is no such file.
    """
    if not bibliography.is_file():
        raise UserError(f"{bibliography}: no such file; --bib names a .bib file")
    known = set(re.findall(r"@\w+\s*\{\s*([^,\s]+)", bibliography.read_text(encoding="utf-8", errors="replace")))
    for match in _CITATION.finditer(paper.text if paper.kind == "tex" else ""):
        for key in (part.strip() for part in match[1].split(",")):
            if key not in known:
                yield AuditStatement(
                    Verdict.CONTRADICTED,
                    "unknown-citation",
                    *match.span(),
                    match[0],
                    f"{bibliography.name} has no {key}",
                )
