"""Recompute reported statistics: p values, means and deviations that integers cannot give, impossible spreads.

p values are recomputed as statcheck does (Nuijten et al. 2016), means by GRIM (Brown and Heathers 2017), standard
deviations by GRIMMER (Anaya 2016).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from scipy import stats

from tools.audit.manuscript import Manuscript
from tools.audit.report import AuditStatement
from tools.evidence.judgement import Verdict

_NUM = r"([-−]?\d*\.?\d+)"
_P = r"[^.;]{0,12}?[,;]\s*(?P<one>one-(?:sided|tailed),?\s*)?p\s*(?P<relation>[<>=≤≥])\s*(?P<p>\d*\.\d+)"
_TESTS = (
    ("t", re.compile(rf"\bt\s*\(\s*(\d+(?:\.\d+)?)\s*\)\s*=\s*{_NUM}{_P}")),
    ("F", re.compile(rf"\bF\s*\(\s*(\d+)\s*,\s*(\d+(?:\.\d+)?)\s*\)\s*=\s*{_NUM}{_P}")),
    ("r", re.compile(rf"\br\s*\(\s*(\d+)\s*\)\s*=\s*{_NUM}{_P}")),
    (
        "chi2",
        re.compile(rf"(?:χ|\\chi|chi)\s*\^?\{{?[2²]?\}}?\s*\(\s*(\d+)(?:\s*,\s*N\s*=\s*\d+)?\s*\)\s*=\s*{_NUM}{_P}"),
    ),
    ("z", re.compile(rf"\b[zZ]\s*=\s*{_NUM}{_P}")),
)
_MEAN = re.compile(r"\bM(?:ean)?\s*=\s*(\d+\.(\d+))")
_SD = re.compile(r"\bSD\s*=\s*(\d+\.(\d+))")
_N = re.compile(r"\b[nN]\s*=\s*(\d+)")
_INTEGERS = re.compile(r"\b(?:likert|scale|ratings?|rated|points?|items?|counts?|scores? from)\b", re.IGNORECASE)
_RANGE = re.compile(r"(?:from|between|of|range[sd]?(?: from)?|\()\s*(\d+)\s*(?:to|and|–|-)\s*(\d+)", re.IGNORECASE)


def check_statistics(paper: Manuscript) -> Iterator[AuditStatement]:
    """Yield tests, means and deviations that cannot be as printed."""
    for start, end in paper.sentences:
        # Formulas keep their marks in the prose; the patterns need none of them.
        text = re.sub(r"[$\\](?!chi)", " ", paper.prose[start:end])
        yield from _check_tests(text, start)
        yield from _check_moments(text, start)


def _check_tests(text: str, start: int) -> Iterator[AuditStatement]:
    for name, pattern in _TESTS:
        for match in pattern.finditer(text):
            groups = [float(g.replace("−", "-")) for g in match.groups()[: pattern.groups - 3]]
            places = len(match["p"].partition(".")[2])
            statistic = match[pattern.groups - 3]
            slack = 0.5 * 10 ** -len(statistic.partition(".")[2])
            edges = [p_value(name, [*groups[:-1], abs(groups[-1]) + step]) for step in (-slack, 0, slack)]
            if match["one"]:
                edges = [p / 2 for p in edges]
            low, high, printed = min(edges), max(edges), float(match["p"])
            wrong = {
                "=": printed < low - 0.5 * 10**-places or printed > high + 0.5 * 10**-places,
                "<": low >= printed, "≤": low > printed, ">": high <= printed, "≥": high < printed,
            }[match["relation"]]  # fmt: skip
            if wrong:
                expected = f"p = {edges[1]:.3g}"
                yield AuditStatement(
                    Verdict.CONTRADICTED, "p-value", start + match.start(), start + match.end(), " ".join(match[0].split()),
                    f"the test statistic gives {expected}", expected,
                )  # fmt: skip


def p_value(test: str, numbers: list[float]) -> float:
    """Return the two-sided p value of t, r and z, or that of F and chi2."""
    *degrees, statistic = numbers
    if test == "t":
        return float(2 * stats.t.sf(abs(statistic), degrees[0]))
    if test == "F":
        return float(stats.f.sf(statistic, degrees[0], degrees[1]))
    if test == "chi2":
        return float(stats.chi2.sf(statistic, degrees[0]))
    if test == "z":
        return float(2 * stats.norm.sf(abs(statistic)))
    if abs(statistic) >= 1:
        return 0.0
    return float(2 * stats.t.sf(abs(statistic) * math.sqrt(degrees[0] / (1 - statistic**2)), degrees[0]))


def _check_moments(text: str, start: int) -> Iterator[AuditStatement]:
    mean, sd, count = _MEAN.search(text), _SD.search(text), _N.search(text)
    size = int(count[1]) if count else 0
    limits = _RANGE.search(text)

    def bad(code: str, match: re.Match[str], reason: str) -> AuditStatement:
        at = (start + match.start(), start + match.end())
        return AuditStatement(Verdict.CONTRADICTED, code, *at, match[0], reason)

    if mean and size and _INTEGERS.search(text):
        if not grim(mean[1], size):
            yield bad("grim", mean, f"no {size} integers have the mean {mean[1]}")
        elif sd and not grimmer(mean[1], sd[1], size):
            yield bad("grimmer", sd, f"no {size} integers have the mean {mean[1]} and the deviation {sd[1]}")
    if sd and limits:
        low, high = float(limits[1]), float(limits[2])
        middle = float(mean[1]) if mean else (low + high) / 2
        most = math.sqrt(max(0.0, (high - middle) * (middle - low)) * (size / (size - 1) if size > 1 else 2))
        if low < high and float(sd[1]) > most + 0.5 * 10 ** -len(sd[2]):
            reason = f"values between {limits[1]} and {limits[2]} have at most the deviation {most:.2f}"
            yield bad("impossible-deviation", sd, reason)


def grim(mean: str, size: int) -> bool:
    """Tell whether the mean of `size` integers can round to a printed mean."""
    half = 0.5 * 10 ** -len(mean.partition(".")[2]) + 1e-9
    nearest = round(float(mean) * size)
    return any(abs(total / size - float(mean)) <= half for total in (nearest - 1, nearest, nearest + 1))


def grimmer(mean: str, deviation: str, size: int) -> bool:
    """Tell whether `size` integers can have a printed mean and sample standard deviation."""
    if size < 2:
        return True
    half_mean = 0.5 * 10 ** -len(mean.partition(".")[2]) + 1e-9
    half = 0.5 * 10 ** -len(deviation.partition(".")[2]) + 1e-9
    low, high = max(0.0, float(deviation) - half), float(deviation) + half
    nearest = round(float(mean) * size)
    for total in (nearest - 1, nearest, nearest + 1):
        if abs(total / size - float(mean)) > half_mean:
            continue
        first = math.ceil((size - 1) * low**2 + total**2 / size - 1e-6)
        last = math.floor((size - 1) * high**2 + total**2 / size + 1e-6)
        # The sum of squares of integers has the parity of their sum.
        if any(squares % 2 == total % 2 for squares in range(first, min(last, first + 2) + 1)):
            return True
    return False
