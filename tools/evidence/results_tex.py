"""References to results: the macros by which a paper prints what the ledger holds, and nothing else.

    \\result{run_2/dino/kl_divergence}   0.82 ± 0.03                               mean ± standard error over seeds
    \\change{run_2/dino/kl_divergence}   12.3% lower (better, p = 0.004, n = 3)    against run_0
    \\noisefloor{dino/kl_divergence}     0.11                                      see `Ledger.noise_floor`
    \\setting{experiment.learning_rate}  0.003                                     of run_0; `run_2/…` of run_2
    \\env{torch}                         2.13.0
    \\resulttable{kl_divergence}, \\settingstable, \\runstable                      generated tables

What a reference prints is decided once, as plain text (`references`); LaTeX and `expand` both render that.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pylatexenc.latexencode import UnicodeToLatexEncoder  # type: ignore[import-untyped]

from tools.atomic import write_text
from tools.errors import ToolError, nearest
from tools.evidence.ledger import BASELINE, Ledger, Result, RunRecord
from tools.evidence.statistics import power_of, write_exactly, write_power, write_value

_BLOCK = 4
"""Datasets side by side in a table; more go into a further block below."""
_MISSING = "–"
_BARE = ("settingstable", "runstable")
_KINDS = {
    "result": "result",
    "change": "result to compare",
    "noisefloor": "baseline result",
    "setting": "setting",
    "env": "fact of the environment",
    "resulttable": "metric",
}
_REFERENCE = re.compile(rf"(\\*)\\({'|'.join((*_KINDS, *_BARE))})(?![A-Za-z@])(?:\s*\{{([^{{}}]*)\}})?")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")


@dataclass(frozen=True)
class Table:
    """A generated table as plain text. `layout` is its LaTeX column specification."""

    layout: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """A reference that the ledger does not carry. `nearest` says what does exist."""

    line: int
    macro: str
    address: str
    message: str
    nearest: str

    def __str__(self) -> str:
        shown = f"\\{self.macro}" + ("" if self.macro in _BARE else f"{{{self.address}}}")
        return f"line {self.line}: {shown}: {self.message}" + (f"; {self.nearest}" if self.nearest else "")


def write_results_tex(ledger: Ledger, environment: Mapping[str, str], path: Path) -> None:
    """Generate results.tex, to be input in the preamble after booktabs (and after graphicx and hyperref if used)."""
    lines = [_PRELUDE.strip()]
    for macro, texts in references(ledger, environment).items():
        lines += [rf"\colloquium@define{{{macro}}}{{{_latex_address(a)}}}{{{to_latex(t)}}}%" for a, t in texts.items()]
    for macro, tables in generated_tables(ledger).items():
        for address, blocks in tables.items():
            body = "\n\\par\\medskip\n".join(_latex_table(block) for block in blocks)
            lines.append(f"\\colloquium@define{{{macro}}}{{{_latex_address(address)}}}{{%\n{body}}}%")
    write_text(path, "\n".join([*lines, r"\makeatother", ""]))


def check_references(tex: str, ledger: Ledger, environment: Mapping[str, str] | None = None) -> list[Problem]:
    """The references in a LaTeX text that nothing stands behind. Comments are skipped; without `environment`, the
    baseline's counts."""
    if environment is None:
        environment = ledger.baseline.environment if ledger.baseline else {}
    known: dict[str, set[str]] = {macro: set(texts) for macro, texts in references(ledger, environment).items()}
    known |= {macro: set(tables) for macro, tables in generated_tables(ledger).items()}
    text = _COMMENT.sub(r"\1", tex)
    found = []
    for match in _REFERENCE.finditer(text):
        before, macro, given = match.groups()
        address = "" if macro in _BARE else _plain_address(given or "")
        line = text.count("\n", 0, match.start()) + 1
        if len(before) % 2:
            message = "two backslashes are a line break, after which the reference would be printed as words"
            found.append(Problem(line, macro, address, message, "write one"))
        elif address not in known[macro]:
            message, hint = _why_missing(macro, address, given is None, ledger, known[macro])
            found.append(Problem(line, macro, address, message, hint))
    return found


def expand(tex: str, ledger: Ledger, environment: Mapping[str, str]) -> str:
    """The text with every reference replaced by what it prints, as plain text; tables as Markdown.

    Raises:
        ToolError: a reference has nothing behind it.
    """
    if problems := check_references(tex, ledger, environment):
        raise ToolError("; ".join(map(str, problems)))
    plain: dict[str, dict[str, str]] = references(ledger, environment)
    for macro, tables in generated_tables(ledger).items():
        plain[macro] = {a: "\n\n".join(map(_markdown_table, blocks)) for a, blocks in tables.items()}

    def rendered(match: re.Match[str]) -> str:
        before, macro, given = match.groups()
        address = "" if macro in _BARE else _plain_address(given or "")
        known = plain[macro].get(address)
        return match.group() if known is None else before + known  # none are unknown but those in comments

    return _REFERENCE.sub(rendered, tex)


def references(ledger: Ledger, environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Macro -> address -> what it prints, in plain text."""
    addresses = ledger.addresses()
    own = [address for address in addresses if address.startswith(f"{BASELINE}/")]
    compared = [a for a in addresses if a not in own and f"{BASELINE}/{a.partition('/')[2]}" in own]
    settings = {f"{run.name}/{name}": value for run in ledger.completed for name, value in run.settings.items()}
    if ledger.baseline:
        settings |= ledger.baseline.settings
    return {
        "result": {address: str(ledger.result(address)) for address in addresses},
        "change": {address: ledger.compare(address).change for address in compared},
        "noisefloor": {address.partition("/")[2]: _noise_floor(ledger, address) for address in own},
        "setting": {name: _write_setting(value) for name, value in settings.items()},
        "env": dict(environment),
    }


def generated_tables(ledger: Ledger) -> dict[str, dict[str, list[Table]]]:
    """Macro -> address -> the table's blocks; the two tables without an argument have the address ''."""
    metrics = dict.fromkeys(ledger.result(address).metric.name for address in ledger.addresses())
    return {
        "resulttable": {metric: _result_table(ledger, metric) for metric in metrics},
        "settingstable": {"": [_settings_table(ledger.completed)]},
        "runstable": {"": [_runs_table(ledger.runs)]},
    }


def _result_table(ledger: Ledger, metric: str) -> list[Table]:
    results = {(r.run, r.dataset): r for r in map(ledger.result, ledger.addresses()) if r.metric.name == metric}
    datasets = list(dict.fromkeys(dataset for _, dataset in results))
    power = power_of([result.mean for result in results.values()])
    width = math.ceil(len(datasets) / math.ceil(len(datasets) / _BLOCK))
    blocks = [datasets[i : i + width] for i in range(0, len(datasets), width)]

    def cell(run: str, dataset: str) -> str:
        result = results.get((run, dataset))
        if result is None:
            return _MISSING
        comparable = run != BASELINE and (BASELINE, dataset) in results
        star = "*" if comparable and ledger.compare(result.address).significant else ""
        error = None if result.censored else result.stderr
        return write_value(result.mean, error, power=power) + (" (capped)" if result.censored else star)

    return [
        Table(
            layout=r"lp{0.24\linewidth}" + "r" * len(block),
            head=("Run", "What it changes", *block),
            rows=tuple(
                (run.name, _short(run.note, 60), *(cell(run.name, d) for d in block)) for run in ledger.completed
            ),
            note=_result_note(list(results.values()), power) if block is blocks[-1] else "",
        )
        for block in blocks
    ]


def _result_note(results: list[Result], power: int) -> str:
    """What the numbers of a table are: metric, unit, seeds, which way is better, what the star means."""
    counts = sorted({result.n for result in results})
    metric = results[0].metric
    unit = " ".join(filter(None, [write_power(power) if power else "", metric.unit]))
    name = metric.printed[:1].upper() + metric.printed[1:] + (f" in {unit}" if unit else "")
    goal = {"min": "; lower is better", "max": "; higher is better", None: ""}[metric.goal]
    capped = " Capped: the value hit its limit and is a bound." if any(r.censored for r in results) else ""
    if counts == [1]:
        return f"{name}{goal}. One value a run, so there is no standard error and no test.{capped}"
    seeds = f"{counts[0]} seeds" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} seeds"
    return (
        f"{name}, mean ± standard error over {seeds}{goal}. * differs from {BASELINE} by Welch's test at 5%, "
        f"not corrected for the number of comparisons.{capped}"
    )


def _settings_table(runs: list[RunRecord]) -> Table:
    """The settings (`module.name`) that are not the same in all completed runs."""
    names = dict.fromkeys(name for run in runs for name in run.settings if "." in name)
    written = {name: [_write_setting(run.settings.get(name, _MISSING)) for run in runs] for name in names}
    rows = tuple((name, *(_short(v, 30) for v in values)) for name, values in written.items() if len(set(values)) > 1)
    return Table("l" + "r" * len(runs), ("Setting", *(run.name for run in runs)), rows, "" if rows else _SAME)


_SAME = "No setting differs between the completed runs; what they change is in the code."


def _runs_table(runs: list[RunRecord]) -> Table:
    def row(run: RunRecord) -> tuple[str, ...]:
        text = _short(f"{run.note} ({run.kept})" if run.kept else run.note, 120)
        if run.status != "completed":
            text = f"{text} ({run.status}: {_short(run.reason.splitlines()[0], 160)})".strip()
        seed = _MISSING if run.seed is None else str(run.seed)
        wall = f"{run.usage['wall_seconds']:.1f} s" if "wall_seconds" in run.usage else _MISSING
        return run.name, str(run.attempt), run.status, seed, wall, text

    head = ("Run", "Attempt", "Outcome", "Seed", "Time", "What it changes")
    return Table(r"lrlrrp{0.42\linewidth}", head, tuple(map(row, runs)))


def _noise_floor(ledger: Ledger, address: str) -> str:
    result = ledger.result(address)
    conversation = ledger.noise_floor(result.dataset, result.metric.name)
    return write_value(conversation, digits=2) if conversation is not None else f"unknown (n = {result.n})"


def _write_setting(value: object) -> str:
    return write_exactly(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _short(text: str, width: int) -> str:
    return textwrap.shorten(text, width, placeholder=" …")


def _why_missing(macro: str, address: str, bare: bool, ledger: Ledger, known: set[str]) -> tuple[str, str]:
    """What is wrong with a reference, and what there is instead."""
    if bare:
        return "it needs an address in braces", nearest("", known)
    if macro == "change" and address in ledger.addresses():
        if address.startswith(f"{BASELINE}/"):
            return f"{BASELINE} is the baseline itself; name the run that is compared with it", nearest(address, known)
        return f"{BASELINE} has no such result to compare it with", nearest(address, known)
    run = address.partition("/")[0]
    failed = next((r for r in reversed(ledger.runs) if r.name == run and r.status != "completed"), None)
    if failed and run not in {r.name for r in ledger.completed}:
        return f"{run} {failed.status} and has no results", nearest(address, known)
    return f"there is no such {_KINDS[macro]}", nearest(address, known)


def _plain_address(written: str) -> str:
    return re.sub(r"\\([%#_])", r"\1", written)


def _latex_address(address: str) -> str:
    return re.sub(r"([%#])", r"\\\1", address)


_NUMBER = r"−?\d+(?:\.\d+)?"
_POWER = "10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_MATH = re.compile(
    rf"\({_NUMBER} ± {_NUMBER}\)×{_POWER}|{_NUMBER} ± {_NUMBER}|{_NUMBER}×{_POWER}|{_POWER}"
    rf"|−\d+(?:\.\d+)?|\b[pn] [=<] {_NUMBER}"
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def to_latex(text: str) -> str:
    """Plain text as LaTeX: numbers with an error, a power of ten or a sign in math, everything else escaped.

    A character that LaTeX's own fonts do not have is printed as its code point, `[U+4E2D]`.
    """
    parts: list[str] = []
    end = 0
    for match in _MATH.finditer(text):
        parts += [_escape(text[end : match.start()]), _math(match.group())]
        end = match.end()
    return "".join([*parts, _escape(text[end:])])


def _math(text: str) -> str:
    text = re.sub(_POWER, lambda m: f"10^{{{m.group()[2:].translate(_RAISED)}}}", text)
    return r"\ensuremath{" + text.replace("±", r"\pm").replace("×", r" \times ").replace("−", "-") + "}"


def _escape(text: str) -> str:
    return str(_encoder().unicode_to_latex(text))


@cache
def _encoder() -> UnicodeToLatexEncoder:
    return UnicodeToLatexEncoder(
        unknown_char_policy=lambda character: f"[U+{ord(character):04X}]", unknown_char_warning=False
    )


def _latex_table(table: Table) -> str:
    def line(cells: tuple[str, ...]) -> str:
        wide = [bool(width) for width in re.findall(r"[lr]|p(\{[^}]*\})", table.layout)]
        texts = [(r"\raggedright " if w else "") + _latex_cell(cell) for cell, w in zip(cells, wide, strict=True)]
        return " & ".join(texts) + r" \tabularnewline"

    note = f"\\par\\smallskip{{\\footnotesize {to_latex(table.note)}\\par}}" if table.note else ""
    if not table.rows:
        return note
    lines = [r"\toprule", line(table.head), r"\midrule", *map(line, table.rows), r"\bottomrule"]
    return "\n".join([rf"\colloquium@fit{{\begin{{tabular}}{{{table.layout}}}", *lines, rf"\end{{tabular}}}}{note}"])


def _latex_cell(text: str) -> str:
    """The star hangs out of the column, so that digits stay aligned."""
    return to_latex(text.removesuffix("*")) + r"\rlap{*}" * text.endswith("*")


def _markdown_table(table: Table) -> str:
    if not table.rows:
        return table.note
    rows = [table.head, tuple("---" for _ in table.head), *table.rows]
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + (f"\n\n{table.note}" if table.note else "")


_PRELUDE = r"""
% Generated from the ledger. Do not edit: the next compilation writes it again.
\makeatletter
\edef\colloquium@underscore{\string_}%
\edef\colloquium@hash{\expandafter\@gobble\string\#}%
\def\colloquium@name#1#2{% \colloquium@key becomes macro and address, whether _ % # were written with a backslash or not
  \begingroup
  \let\_\colloquium@underscore \let\%\@percentchar \let\#\colloquium@hash
  \edef\colloquium@key{\endgroup\def\noexpand\colloquium@key{#1@#2}}\colloquium@key
  \edef\colloquium@key{colloquium@\detokenize\expandafter{\colloquium@key}}}%
\def\colloquium@define#1#2{\colloquium@name{#1}{#2}\expandafter\gdef\csname\colloquium@key\endcsname}%
\def\colloquium@show#1#2{\colloquium@name{#1}{#2}%
  \ifcsname\colloquium@key\endcsname \csname\colloquium@key\endcsname
  \else \textbf{??}\PackageError{colloquium}{Nothing stands behind \@backslashchar #1{\detokenize{#2}}}%
    {results.tex lists every address there is.}\fi}%
\protected\def\result#1{\colloquium@show{result}{#1}}%
\protected\def\change#1{\colloquium@show{change}{#1}}%
\protected\def\noisefloor#1{\colloquium@show{noisefloor}{#1}}%
\protected\def\setting#1{\colloquium@show{setting}{#1}}%
\protected\def\env#1{\colloquium@show{env}{#1}}%
\protected\def\resulttable#1{\colloquium@show{resulttable}{#1}}%
\protected\def\settingstable{\colloquium@show{settingstable}{}}%
\protected\def\runstable{\colloquium@show{runstable}{}}%
\ifdefined\pdfstringdefDisableCommands
  \def\colloquium@plain#1{[\detokenize{#1}]}%
  \pdfstringdefDisableCommands{\let\result\colloquium@plain \let\change\colloquium@plain
    \let\noisefloor\colloquium@plain \let\setting\colloquium@plain \let\env\colloquium@plain}\fi
\newsavebox\colloquium@box
\long\def\colloquium@fit#1{\sbox\colloquium@box{\small#1}\leavevmode
  \ifdim\wd\colloquium@box>\linewidth \ifdefined\resizebox
    \resizebox{\linewidth}{!}{\usebox\colloquium@box}\else \usebox\colloquium@box\fi
  \else \usebox\colloquium@box\fi}%
"""
