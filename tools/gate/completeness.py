"""Check that a paper leaves out no run and no dataset, and says of each result what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.evidence import BASELINE, Ledger
from tools.evidence.judgement import Verdict
from tools.evidence.ledger_gaps import RunGaps, gaps_of
from tools.evidence.names import split_address
from tools.gate.report import FindingCode, GateFinding
from tools.gate.section_source import SectionSource

_RUN = re.compile(
    r"\bruns?[\s_~\\]*(\d+)((?:\s*(?:,\s*and\b|,|and\b|or\b|to\b|through\b|-{1,3}|–|—)\s*(?:run[\s_~\\]*)?\d+\b)*)",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:improv\w+|better|best|outperform\w*|lower\w*|higher|smaller|larger|reduc\w+|increas\w+|decreas\w+|rais\w+|worse"
    r"|worst|beat\w*|wins?|won|gain\w*|helps?|helped|drop\w*|fall\w*|fell|rise\w*|rose|cuts?|superior|faster|slower"
    r"|reach\w*|achiev\w+|attain\w*|unchanged|same|doubl\w+|halv\w+|surpass\w*|degrad\w+|exceed\w*|matches|matched|significant\w*)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all|every|each|both)\s+(?:(?!run)[\w-]+\s+){0,3}(?:datasets?|tasks?|benchmarks?|point sets?|problems?|settings)\b"
    r"|\bconsistently\b|\buniformly\b|\bacross the board\b|\bwithout exception\b|\beverywhere\b"
    r"|\bin (?:all|every|each) cases?\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|nor|never|neither|but not|except|apart from)\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
_ABSENT = re.compile(
    r"\b(?:lacks?|lacked|lacking|missing|without|omit\w*|exclud\w+|left out|leave[sn]? out|drop(?:s|ped)?"
    r"|not (?:\w+ )?(?:measured|run|evaluated|reported|tested|included|shown|available)"
    r"|no (?:results?|values?|measurements?|data)|only (?:on|has|measured))\b",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(?:fail\w*|killed|crash\w*|tamper\w*|invalid|exclud\w+|discard\w+|abort\w+|stopped|timed out|diverged"
    r"|(?:did|does|do) not (?:complete|finish|count|end|run|converge)|not completed|never (?:completed|finished)"
    r"|no (?:results?|values?)|without (?:a )?results?|out of memory|incomplete|unsuccessful\w*|broke\w*)\b",
    re.IGNORECASE,
)
_RUNS_FAILED = re.compile(
    r"\b(?:runs?|attempts?)\b[^.]{0,40}\bfail\w*|\bfail\w*[^.]{0,20}\b(?:runs?|attempts?)\b", re.IGNORECASE
)
_ONE_SEED = re.compile(
    r"\b(?:single|one)[\s-]+(?:random\s+)?(?:seeds?|values?|measurements?|repetitions?|runs? per)\b|\bn\s*=\s*1\b"
    r"|\bnot tested\b|\buntested\b|\bmeasured once\b|\bno (?:standard error|repetition)",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:reports?|reported|lists?|listed|shows?|shown|gives?|given|includes?|included|presents?|presented|documents?|documented"
    r"|tabulates?|contains?|omits? (?:no|none)|left out)\b",
    re.IGNORECASE,
)
_EVERY_RUN = re.compile(
    r"\b(?:every|all|each)\b(?:\s+(?:single|of|the|our|these|\w+ed|other|experiment(?:al)?|training)){0,4}\s+(?:runs?|attempts?|experiments)\b"
    r"|\bno (?:run|attempt|experiment) (?:is|was|has been) (?:left out|omitted|excluded|hidden)",
    re.IGNORECASE,
)
_MEASURED_HERE = re.compile(
    r"\bwe\s+(?:\w+\s+)?(?:ran|run|measured|measure|trained|executed|conducted|performed|carried out)\b", re.IGNORECASE
)


def check_completeness(sources: Sequence[SectionSource], ledger: Ledger) -> Iterator[GateFinding]:
    """Find runs and datasets that the paper does not name, and claims on runs that cannot carry them.

    A generated table shows every completed run; a run that the text names counts as shown or as declared. Not seen: whether
    a declared reason for an omission is true.
    """
    if not ledger.completed:
        return
    yield from _unreported(sources, ledger)
    for gaps in gaps_of(ledger):
        yield from _incomplete(sources, ledger, gaps)
    yield from _every_run(sources, ledger)
    for source in sources:
        yield from _origins(source, ledger, sources)


def runs_named(text: str) -> set[str]:
    """Return the runs that a text names: "run_2", "runs 1 and 3", "runs 1--3"."""
    found: set[str] = set()
    for match in _RUN.finditer(text):
        numbers = [int(match[1])]
        for joint, number in re.findall(
            r"(,\s*and|,|and|or|to|through|-{1,3}|–|—)\s*(?:run[\s_~\\]*)?(\d+)", match[2], re.I
        ):
            last = numbers[-1]
            if joint.lower() in ("to", "through", "-", "--", "---", "–", "—") and 0 < int(number) - last < 100:
                numbers += range(last + 1, int(number))
            numbers.append(int(number))
        found |= {f"run_{number}" for number in numbers}
    return found


def runs_of(source: SectionSource, start: int, end: int) -> set[str]:
    """Return the runs that a span of a section names or refers to."""
    addresses = [ref.address for ref in source.references if start <= ref.start < end]
    return runs_named(source.prose[start:end]) | {a.partition("/")[0] for a in addresses if a.startswith("run_")}


def _unreported(sources: Sequence[SectionSource], ledger: Ledger) -> Iterator[GateFinding]:
    named = {run for source in sources for run in runs_of(source, 0, len(source.tex))}
    tables = {ref.address for source in sources for ref in source.references if ref.macro == "resulttable"}
    listed = any(re.search(r"\\runstable(?![A-Za-z])", source.tex) for source in sources)
    for run in ledger.completed:
        if run.name != BASELINE and run.name not in named and not tables and not listed:
            yield _finding(
                FindingCode.UNREPORTED_RUN,
                f"{run.name} ({run.note or 'no note'}) is completed, and the paper neither shows it nor says why not",
                suggestion="\\runstable",
            )
    for name in dict.fromkeys(run.name for run in ledger.runs):
        failed = ledger.failed_attempt(name)
        if failed and name not in named and not listed:
            yield _finding(
                FindingCode.UNREPORTED_RUN,
                f"{name} {failed.status}, and the paper does not say so",
                kind="note",
                suggestion="\\runstable",
            )
    yield from _unreported_datasets(sources, ledger)


def _unreported_datasets(sources: Sequence[SectionSource], ledger: Ledger) -> Iterator[GateFinding]:
    """Find datasets that the paper does not name, and those of the primary metric that its results section does not."""
    primary = ledger.plan.primary_metric if ledger.plan else ""
    datasets: dict[str, set[str]] = {}
    for run in ledger.completed:
        for dataset, metrics in run.values.items():
            datasets.setdefault(dataset, set()).update(metrics)
    results = [source for source in sources if source.section == "results"]
    judged = {name for name, metrics in datasets.items() if primary in metrics} if results else set()
    missing = {
        "the results section shows no {metric} of {datasets} and does not say why not": [
            name for name in datasets if name in judged and not _shows(results, name, {primary})
        ],
        "{datasets} {was} measured, and the paper neither shows it nor says why not": [
            name for name in datasets if name not in judged and not _shows(sources, name, datasets[name])
        ],
    }
    for reason, names in missing.items():
        if names:
            measured = set.intersection(*(datasets[name] for name in names)) or datasets[names[0]]
            metric = primary if primary in measured else min(measured)
            listed = f"the dataset{'s' * (len(names) > 1)} {', '.join(names)}"
            yield _finding(
                FindingCode.UNREPORTED_DATASET,
                reason.format(metric=metric, datasets=listed, was="was" if len(names) == 1 else "were"),
                suggestion=f"\\resulttable{{{metric}}}",
            )


def _shows(sources: Sequence[SectionSource], dataset: str, metrics: set[str]) -> bool:
    """Return whether sections name a dataset or print one of the metrics on it."""
    pattern = rf"(?<![A-Za-z0-9]){re.escape(dataset)}(?![A-Za-z0-9])"
    for source in sources:
        if re.search(pattern, re.sub(r"\\_", "_", source.prose), re.IGNORECASE):
            return True
        for reference in source.references:
            *names, metric = split_address(reference.address.partition("}")[0])
            if dataset in names and metric in metrics:
                return True
            if reference.macro in ("resulttable", "comparisontable") and metric in metrics:
                return True
    return False


def _incomplete(sources: Sequence[SectionSource], ledger: Ledger, gaps: RunGaps) -> Iterator[GateFinding]:
    """Find claims about all datasets by a run that lacks one; report the gap itself as a note."""
    yield _finding(FindingCode.INCOMPLETE_RUN, str(gaps), kind="note")
    if not gaps.datasets:
        return
    others = {run.name for run in ledger.completed} - {BASELINE}
    for source in sources:
        for start, end in source.sentences:
            prose = source.prose[start:end]
            found = _ALL.search(prose)
            if found is None or not _CLAIM.search(prose) or _NEGATED.search(prose[: found.start()]):
                continue
            about = runs_of(source, start, end) & others
            declared = _ABSENT.search(prose) and any(name in re.sub(r"\\_", "_", prose) for name in gaps.datasets)
            if (about and gaps.run not in about) or declared:
                continue
            yield _finding(
                FindingCode.INCOMPLETE_RUN,
                f'"{found[0]}" includes {gaps.run}, which has no results on {", ".join(gaps.datasets)}',
                source=source,
                span=(start, end),
                place=start + found.start(),
                verdict=Verdict.CONTRADICTED,
                expected=f"{gaps.run} was measured on {', '.join(gaps.measured)} only",
                suggestion=f"name the datasets: {', '.join(gaps.measured)}",
            )


def _every_run(sources: Sequence[SectionSource], ledger: Ledger) -> Iterator[GateFinding]:
    """Find the statement that every run is reported in a paper that does not list all of them."""
    named = {run for source in sources for run in runs_of(source, 0, len(source.tex))}
    if any(re.search(r"\\runstable(?![A-Za-z])", source.tex) for source in sources):
        return
    tables = any(ref.macro == "resulttable" for source in sources for ref in source.references)
    told_failed = any(_RUNS_FAILED.search(source.prose) for source in sources)
    for source in sources:
        for start, end in source.sentences:
            prose = source.prose[start:end]
            found = _EVERY_RUN.search(prose)
            if found is None or not (_REPORTED.search(prose) or found[0].lower().startswith("no ")):
                continue
            if _NEGATED.search(prose[: found.start()]):
                continue
            # "Table 1 shows every run" is about runs that have results.
            completed = re.search(r"\b(?:complet|finish|success)\w*", found[0], re.IGNORECASE) or re.search(
                r"\\(?:auto|c|C)?ref\b[^.]*?\b(?:shows?|gives?|draws?|contains?)\b", source.tex[start:end]
            )
            wanted = [run.name for run in (ledger.completed if completed or told_failed else ledger.runs)]
            shown = named | ({run.name for run in ledger.completed} if tables else set())
            missing = [name for name in dict.fromkeys(wanted) if name not in shown and name != BASELINE]
            if missing:
                yield _finding(
                    FindingCode.INCOMPLETE_TABLE,
                    f'"{found[0]}", but the paper does not show {", ".join(missing)}',
                    source=source,
                    span=(start, end),
                    place=start + found.start(),
                    verdict=Verdict.CONTRADICTED,
                    expected=f"not shown: {', '.join(missing)}",
                    suggestion="\\runstable",
                )


def _origins(source: SectionSource, ledger: Ledger, sources: Sequence[SectionSource]) -> Iterator[GateFinding]:
    """Find claims that rest on failed or tampered runs, on one seed or on supplied results without saying so."""
    external = {run.name for run in ledger.completed if "origin" in run.environment}
    told_once = any(_ONE_SEED.search(each.prose) for each in sources)
    tables = {ref.address for each in sources for ref in each.references if ref.macro == "resulttable"}
    for start, end in source.sentences:
        prose = source.prose[start:end]
        runs = runs_of(source, start, end)
        for name in sorted(runs):
            failed = ledger.failed_attempt(name)
            if failed and _CLAIM.search(prose) and not _FAILED.search(prose):
                yield _undeclared(
                    source, (start, end), f"{name} {failed.status} and has no results", f"{name} {failed.status}"
                )
        if (here := _MEASURED_HERE.search(prose)) and (given := sorted(runs & external)):
            reason = f'"{here[0]}", but the results of {", ".join(given)} were supplied and not measured here'
            yield _undeclared(source, (start, end), reason, "the results were supplied")
        if not _CLAIM.search(prose) or told_once:
            continue
        for ref in (each for each in source.references if each.macro == "result" and start <= each.start < end):
            if ref.address not in ledger.addresses():
                continue
            result = ledger.result(ref.address)
            if result.n == 1 and not result.censored and result.metric.name not in tables:
                reason = f"the claim rests on one value of {ref.address}, and the paper does not say so"
                yield _undeclared(source, (start, end), reason, "n = 1")
                break


def _undeclared(source: SectionSource, span: tuple[int, int], reason: str, expected: str) -> GateFinding:
    return _finding(
        FindingCode.UNDECLARED_ORIGIN,
        reason,
        source=source,
        span=span,
        place=span[0] + len(source.prose[slice(*span)]) - len(source.prose[slice(*span)].lstrip()),
        verdict=Verdict.NO_EVIDENCE,
        expected=expected,
        suggestion="say it in this sentence, or remove the claim",
    )


def _finding(
    code: FindingCode,
    reason: str,
    *,
    kind: str = "error",
    source: SectionSource | None = None,
    span: tuple[int, int] = (0, 0),
    place: int = 0,
    verdict: str = "",
    expected: str = "",
    suggestion: str = "",
) -> GateFinding:
    return GateFinding(
        kind="note" if kind == "note" else "error",
        code=code,
        file=source.file if source else "",
        line=source.line(place) if source else None,
        excerpt=" ".join(source.tex[slice(*span)].split())[:200] if source else "",
        reason=reason,
        verdict=verdict,
        expected=expected,
        suggestion=suggestion,
    )
