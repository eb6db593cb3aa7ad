"""A text that counts although its evidence does not carry it is handed on with the objections."""

from __future__ import annotations

from tools.gate import GateFinding
from tools.gate.report import FindingCode
from tools.toolsets.evidence_checks import with_objections


def finding(kind: str) -> GateFinding:
    return GateFinding(
        file="findings",
        line=None,
        reason="the ledger says otherwise",
        excerpt="outperforms",
        kind=kind,
        code=next(iter(FindingCode)),
    )


def test_readers_see_what_is_not_carried() -> None:
    marked = with_objections("It outperforms the baseline.", [finding("error"), finding("note")])
    assert marked.startswith("It outperforms the baseline.\n") and marked.count("the ledger says otherwise") == 1


def test_a_text_that_is_carried_stays_as_it_is() -> None:
    assert with_objections("As written.", [finding("note")]) == "As written.\n"
