"""Judge the numbers of sentences against the values that the sentence, or the text before it, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.audit.binding import LabelBinding
from tools.audit.cells import judge_spread, prints, show
from tools.audit.directions import claimed_sign, names_a_change
from tools.audit.manuscript import Manuscript
from tools.audit.printed_numbers import PrintedNumber, is_setup, printed_numbers
from tools.audit.report import AuditStatement
from tools.audit.values import MeasuredValue
from tools.evidence.judgement import Verdict

_MEAN = re.compile(r"\b(?:average|averaged|mean|overall)\b", re.IGNORECASE)
_EXTREME = re.compile(r"\b(?:up to|at most|as much as|largest|most substantial|maximum|best)\b", re.IGNORECASE)
_RATIO = re.compile(r"\s*(?:\$?\\times|×|x\b|times\b|-?fold\b)")
_CHANGE_BEFORE = re.compile(
    r"\b(?:by|(?:improve|reduc|increas|decreas|gain|drop|ris|chang|differ)\w*\s+of)(?:\s+(?:up to|about|approximately))?\s*$",
    re.IGNORECASE,
)
_CHANGE_AFTER = re.compile(
    r"\s*(?:points?\s+)?(?:improvement|reduction|increase|decrease|gain|drop|lower|higher)", re.I
)
_CONVENTION = re.compile(
    r"\b(?:confidence|significance|quantile|percentile|alpha)\b|\\alpha|\bp\s*[<>=]", re.IGNORECASE
)
_CITED = re.compile(r"\\[cC]ite|\[\d+(?:, ?\d+)*\]|\bet al\b|\(\w+,? (?:19|20)\d\d\w?\)")


@dataclass
class _Context:
    """What the text before a sentence is about, within one section."""

    runs: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    value: float
    what: str
    right: str
    run: str
    evidence: tuple[str, ...]
    points: float | None = None
    """The change in points, if the text names a change."""


def judge_sentences(paper: Manuscript, binding: LabelBinding) -> Iterator[AuditStatement]:
    """Yield a verdict for each number of the text outside tables."""
    headings = [at for at, _, _ in paper.headings()]
    context, section = _Context(), -1
    for start, end in paper.sentences:
        if any(table.start <= start < table.end for table in paper.tables):
            continue
        here = sum(at <= start for at in headings)
        if here != section:
            context, section = _Context(), here
        text = paper.prose[start:end]
        runs = binding.named(text)
        metrics = [name for _, name in binding.all_metrics(text)]
        others = [run for run in runs if run != binding.results.baseline]
        if others:
            context.runs = others
        if metrics:
            context.metrics = list(dict.fromkeys(metrics))
        yield from _judge_sentence(paper, start, end, context, binding)


def _judge_sentence(
    paper: Manuscript, start: int, end: int, context: _Context, binding: LabelBinding
) -> Iterator[AuditStatement]:
    text = paper.prose[start:end]
    for number in printed_numbers(paper.prose, start, end):
        near = paper.prose[max(start, number.start - 45) : min(end, number.end + 30)]
        bare = not number.decimals and not number.percent
        if is_setup(near) and not binding.all_metrics(near):
            yield _said(number, Verdict.NOT_CHECKABLE, "set-up", "a set-up value, which results do not hold")
        elif bare:
            continue
        elif _CONVENTION.search(near):
            yield _said(number, Verdict.CONVENTIONAL, "convention", "a level that the authors chose")
        elif _CITED.search(paper.text[start:end]):
            yield _said(number, Verdict.CONVENTIONAL, "cited", "the sentence cites another work")
        else:
            yield _judge_number(number, text, start, context, binding)


def _judge_number(
    number: PrintedNumber, text: str, start: int, context: _Context, binding: LabelBinding
) -> AuditStatement:
    base, results = binding.results.baseline, binding.results
    place = number.start - start
    metric = _nearest(binding.all_metrics(text), place) or (context.metrics[-1] if len(context.metrics) == 1 else "")
    if not metric:
        return _said(number, Verdict.NO_EVIDENCE, "unbound", "the text names no metric for this number")
    before, after = text[:place], text[number.end - start :]
    named = [run for run in binding.named(text) if run != base] or context.runs
    change = bool(base) and bool(_CHANGE_BEFORE.search(before) or _CHANGE_AFTER.match(after))
    if number.percent and names_a_change(text):
        change = bool(base) and not re.search(r"\b(?:from|(?<!up )to)\s*$", before)
    runs = list(named) if change else [*named, *([base] if base and (named or base in binding.named(text)) else [])]
    if not change and base and re.search(r"\bfrom\s*(?:an?\s+average\s+of\s*)?$", before):
        runs = [base]
    elif not change and re.search(r"\bto\s*$", before) and re.search(r"\bfrom\b", before):
        runs = list(named)
    elif not change and re.match(r"[^.;]{0,20}\bfor the baseline\b", after):
        runs = [base]
    if base and (ratio := _RATIO.match(after)):
        judged = _judge_ratio(number, text, place, metric, named, binding)
        if judged:
            return judged
        reason = f"the text does not say which {metric} is {number.text} {ratio[0].strip()} another"
        return _said(number, Verdict.NO_EVIDENCE, "unbound", reason, metric)
    every = _candidates(
        number, metric, text, place, [r for r in results.runs if r != base or not change], change, binding
    )
    mine = [candidate for candidate in every if candidate.run in runs]
    if not runs:
        hits = [c for c in every if _prints(number, c, change)]
        hint = f"; {hits[0].what} would fit" if hits else ""
        return _said(number, Verdict.NO_EVIDENCE, "unbound", f"the text names no run for this {metric}{hint}", metric)
    if not mine:
        return _said(
            number, Verdict.NO_EVIDENCE, "no-value", f"the results hold no {metric} of {', '.join(runs)}", metric
        )
    sign = claimed_sign(text, place, metric) if change else 0
    for candidate in mine:
        if not _prints(number, candidate, change) and not _follows(number, candidate, text, binding):
            continue
        if change and sign and candidate.value * sign < 0:
            reason = f"{candidate.what} is {candidate.right}: the direction is the other one"
            return _said(
                number, Verdict.CONTRADICTED, "wrong-sign", reason, metric, candidate.right, candidate.evidence
            )
        if len(mine) > _most_candidates(number):
            reason = f"{len(mine)} values come into question, so a match with {candidate.what} is no evidence"
            return _said(number, Verdict.NO_EVIDENCE, "unbound", reason, metric)
        if number.spread and (value := _value_at(candidate.evidence[0], binding)):
            verdict, code, reason, expected = judge_spread(number.spread, value, binding)
            return _said(number, verdict, code, reason, metric, expected, candidate.evidence)
        reason = f"{candidate.what} is {candidate.right}"
        return _said(number, Verdict.SUPPORTED, "measured", reason, metric, "", candidate.evidence)
    if len(mine) > 4:
        reason = f"none of the {len(mine)} values that the text leaves open is {number.text}"
        return _said(number, Verdict.NO_EVIDENCE, "no-match", reason, metric)
    right = next((c for c in mine if c.run != base), mine[0])
    owner = next(
        (c for c in every if c.run not in runs and (_prints(number, c, change) or _follows(number, c, text, binding))),
        None,
    )
    opposite = "; the direction is the other one" if change and right.value * sign < 0 else ""
    if owner:
        reason = (
            f"the text is about {', '.join(runs)}, but this is {owner.what}; {right.what} is {right.right}{opposite}"
        )
        evidence = (*right.evidence, *owner.evidence)
        return _said(number, Verdict.CONTRADICTED, "wrong-run", reason, metric, right.right, evidence)
    reason = f"{right.what} is {right.right}{opposite}"
    return _said(number, Verdict.CONTRADICTED, "wrong-value", reason, metric, right.right, right.evidence)


def _candidates(
    number: PrintedNumber, metric: str, text: str, place: int, runs: list[str], change: bool, binding: LabelBinding
) -> list[_Candidate]:
    """Return the values that a number may print: of a dataset, a mean or the extreme over datasets, or changes of them."""
    results, base = binding.results, binding.results.baseline
    dataset = (
        _nearest(binding.all_datasets(text), place) if len({n for _, n in binding.all_datasets(text)}) <= 2 else ""
    )
    if follows := re.match(r"[^\s]*\s+(?:on|for|in)\s+(?:\w+\s+){0,2}", text[place:]):
        close = [name for at, name in binding.all_datasets(text) if place < at <= place + follows.end()]
        dataset = close[0] if close else dataset
    names = [dataset] if dataset else (results.datasets or [""])
    found = []
    for run in runs:
        values = [v for name in names if (v := results.find(run, name, metric))]
        bases = [v for name in names if (v := results.find(base, name, metric))] if base else []
        if not values or (change and len(bases) != len(values)):
            continue
        pairs = list(zip(values, bases, strict=True)) if change else []
        if _MEAN.search(text) and len(values) > 1:
            average = sum(v.value for v in values) / len(values)
            level = sum(v.value for v in bases) / len(bases) if bases else 0.0
            size = _change(average, level, number) if change else average
            what = f"the mean of {run}/*/{metric}" + (" against the baseline's" if change else "")
            found.append(_Candidate(size, what, _shown(size, number, change), run, tuple(v.address for v in values)))
            continue
        options = []
        for value in values:
            size, points = value.value, None
            if change:
                level = next(b.value for v, b in pairs if v is value)
                points = (value.value - level) * (100 if max(abs(value.value), abs(level)) <= 1 else 1)
                size = _change(size, level, number)
            what = value.address + (f" against {base}" if change else "")
            options.append(_Candidate(size, what, _shown(size, number, change), run, (value.address,), points))
        if change and _EXTREME.search(text) and len(options) > 1:
            sign = claimed_sign(text, place, metric) or 1
            options = [max(options, key=lambda option: option.value * sign)]
        found += options
    return found


def _judge_ratio(
    number: PrintedNumber, text: str, place: int, metric: str, runs: list[str], binding: LabelBinding
) -> AuditStatement | None:
    """Judge "2.1 times the baseline's time", in either direction, of a dataset or of the mean over datasets."""
    results, base = binding.results, binding.results.baseline
    dataset = _nearest(binding.all_datasets(text), place) if len(set(binding.all_datasets(text))) <= 2 else ""
    names = [dataset] if dataset else (results.datasets or [""])
    if len(runs) != 1:
        return None
    values = [v for name in names if (v := results.find(runs[0], name, metric))]
    bases = [v for name in names if (v := results.find(base, name, metric))]
    total, level = sum(v.value for v in values), sum(v.value for v in bases)
    if not total or not level or len(values) != len(bases):
        return None
    where = f"{runs[0]}/{dataset or '*'}/{metric}"
    up, down = total / level, level / total
    right = f"{up if up >= 1 or number.value < 1 else down:.{max(1, number.decimals)}f}"
    reason, evidence = f"{where} and {base} have the ratio {right}", tuple(v.address for v in (*values, *bases))
    if number.prints(up) or number.prints(down):
        return _said(number, Verdict.SUPPORTED, "measured", reason, metric, "", evidence)
    return _said(number, Verdict.CONTRADICTED, "wrong-ratio", reason, metric, right, evidence)


def _change(value: float, base: float, number: PrintedNumber) -> float:
    if number.percent:
        return 100 * (value - base) / abs(base) if base else 0.0
    return value - base


def _prints(number: PrintedNumber, candidate: _Candidate, change: bool) -> bool:
    if change:
        return number.prints(candidate.value) or (candidate.points is not None and number.prints(candidate.points))
    if len(candidate.evidence) > 1:
        # A mean of rounded values is off by up to half a unit more.
        return abs(number.value - candidate.value) <= 2 * number.half_unit
    return prints(number, MeasuredValue(candidate.run, "", "", candidate.value))


def _follows(number: PrintedNumber, candidate: _Candidate, text: str, binding: LabelBinding) -> bool:
    """Tell whether a percentage follows from the two rounded values that the sentence prints for the same address."""
    span = re.search(r"from\s+(\d+\.\d+)\s+to\s+(\d+\.\d+)", text)
    value = _value_at(candidate.evidence[0], binding)
    if not span or not number.percent or value is None or len(candidate.evidence) != 1:
        return False
    base = binding.results.find(binding.results.baseline, value.dataset, value.metric)
    half = 0.5 * 10 ** -len(span[1].partition(".")[2]) + 1e-12
    first, last = float(span[1]), float(span[2])
    measured = base is not None and abs(first - base.value) <= half and abs(last - value.value) <= half
    return measured and first > 0 and number.prints(100 * (last - first) / first)


def _value_at(address: str, binding: LabelBinding) -> MeasuredValue | None:
    return next((value for value in binding.results.means() if value.address == address), None)


def _most_candidates(number: PrintedNumber) -> int:
    """Return how many values may come into question before a match is no evidence: below 1 % of what could be printed."""
    digits = len(re.sub(r"\D", "", number.text.split("±")[0]).lstrip("0"))
    return max(1, int(0.01 * 9 * 10 ** max(0, digits - 1)))


def _shown(value: float, number: PrintedNumber, change: bool) -> str:
    if change:
        return f"{value:+.{number.decimals}f}" + ("%" if number.percent else "")
    return show(value, number)


def _nearest(found: list[tuple[int, str]], place: int) -> str:
    """Return the last name before a position, or else the first one after it."""
    before = [name for at, name in found if at <= place]
    return before[-1] if before else (found[0][1] if found else "")


def _said(
    number: PrintedNumber, verdict: Verdict, code: str, reason: str, metric: str = "", expected: str = "",
    evidence: tuple[str, ...] = (),
) -> AuditStatement:  # fmt: skip
    return AuditStatement(verdict, code, number.start, number.end, number.text, reason, expected, evidence, metric)


def carry_to_repetitions(statements: list[AuditStatement]) -> list[AuditStatement]:
    """Give a number that no run is bound to the verdict of a bound statement with the same number and metric."""
    bound = {
        (s.said.rstrip(" %"), s.metric): s
        for s in reversed(statements)
        if s.verdict in (Verdict.CONTRADICTED, Verdict.SUPPORTED) and s.metric
    }
    carried = []
    for statement in statements:
        source = bound.get((statement.said.rstrip(" %"), statement.metric)) if statement.code == "unbound" else None
        if source and len(re.sub(r"\D", "", statement.said)) >= 3:
            reason = f"repeats a number of the paper that is judged elsewhere: {source.reason}"
            statement = AuditStatement(
                source.verdict, source.code, statement.start, statement.end, statement.said, reason, source.expected,
                source.evidence, statement.metric,
            )  # fmt: skip
        carried.append(statement)
    return carried
