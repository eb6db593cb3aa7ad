"""Defects: a measured number that was typed, and is wrong."""

from __future__ import annotations

from random import Random

from tools.evidence_bench.case import Draft, FileEdit, Kind
from tools.evidence_bench.study_facts import StudyFacts, printed
from tools.evidence_bench.wording import (
    Certainty,
    any_result,
    comparison,
    fill,
    lower,
    moves,
    names_of,
    wrong_percent,
    wrong_value,
)

_TYPED = frozenset(["typed_number", "contradicted_claim", "unsupported_claim"])
_PARTS = {
    "a tenth": 0.1, "a fifth": 0.2, "a quarter": 0.25, "one third": 1 / 3, "forty percent": 0.4, "half": 0.5,
    "sixty per cent": 0.6, "two thirds": 2 / 3, "three quarters": 0.75, "eighty-five percent": 0.85, "nine tenths": 0.9,
}  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
_VULGAR = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}


def _value(facts: StudyFacts, random: Random, wordings: tuple[str, ...], section: str = "results") -> Draft | None:
    """Return a draft whose wording holds a wrong value {v} of a result."""
    result = any_result(facts, random)
    if result is None:
        return None
    wrong = wrong_value(facts, result, random)
    text = fill(random, wordings, v=wrong, **names_of(facts, result))
    return Draft(text, section, wrong, printed(result.mean, 6), (result.address,), str(result))


def _digits(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "On {dataset}, {run} reaches a {metric} of {v}{unit}.",
            "The {metric} of {run} on {dataset} is {v}{unit}.",
            "{Run} ends at {v} in {metric} on {dataset}.",
            "For {dataset} we measure a {metric} of about {v} in {run}.",
            "With {run} the {metric} on {dataset} comes to {v}{unit}, averaged over the seeds.",
            "{Run} obtains {v} on {dataset} ({metric}).",
            "On {dataset}, the {metric} settles near {v} once {run} has finished.",
        ),
    )


def _percent(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.SIGNIFICANT) or comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None:
        return None
    actual = found.relative * 100
    wrong = wrong_percent(actual, random)
    verb, happens = moves(random, lower(found))
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset} by {p}\\%.",
            "On {dataset} the {metric} {happens} by {p}\\,\\% in {run}.",
            "The {metric} on {dataset} {happens} by {p} percent with {run}.",
            "Relative to the baseline, the {metric} on {dataset} {happens} by ${p}\\%$ under {run}.",
            "We see a {p}\\% change of the {metric} on {dataset} in {run}.",
        ),
        p=f"{wrong:.0f}",
        verb=verb,
        happens=happens,
        **names_of(facts, found.result),
    )
    return Draft(text, "results", f"{wrong}%", f"{actual:.4f}%", (found.result.address,), found.size)


def _words(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None:
        return None
    actual = abs(found.relative)
    options = [word for word, part in _PARTS.items() if abs(part - actual) > max(0.08, actual / 3)]
    word = random.choice(options)
    verb, happens = moves(random, lower(found))
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset} by {word}.",
            "The {metric} on {dataset} {happens} by {word} in {run}.",
            "With {run}, the {metric} on {dataset} {happens} by roughly {word}.",
            "By {word} the {metric} on {dataset} {happens} when we move to {run}.",
        ),
        word=word,
        verb=verb,
        happens=happens,
        **names_of(facts, found.result),
    )
    claimed = f"{_PARTS[word] * 100:.4f}%"
    return Draft(text, "results", claimed, f"{found.relative * 100:.4f}%", (found.result.address,), found.size)


def _ratio(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None or found.baseline.mean <= 0:
        return None
    actual = found.result.mean / found.baseline.mean
    ratios = {"halved": 0.5, "doubled": 2.0, "tripled": 3.0, "quartered": 0.25, "quadrupled": 4.0}
    options = [word for word, ratio in ratios.items() if not 0.75 < ratio / actual < 1.33]
    word = random.choice(options)
    text = fill(
        random,
        (
            "In {run} the {metric} on {dataset} is {word}.",
            "The {metric} on {dataset} has {word} in {run}.",
            "On {dataset}, {run} has {word} the {metric}.",
            "Compared with the baseline, the {metric} on {dataset} is {word} by {run}.",
        ),
        word=word,
        **names_of(facts, found.result),
    )
    return Draft(text, "results", f"x{ratios[word]}", f"x{actual:.4f}", (found.result.address,), found.size)


def _math(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "On {dataset} {run} reaches a {metric} of $\\approx{v}$.",
            "The {metric} of {run} on {dataset} is $\\sim {v}$.",
            "On {dataset} we find $m={v}$ for the {metric} of {run}.",
            "On {dataset} the {metric} in {run} is \\({v}\\).",
            "For {run} and {dataset}: \\[\\text{{{metric}}} = {v}.\\]",
            "On {dataset} {run} has a {metric} of ${v}\\pm0.01$.",
        ),
    )


def _scientific(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    wrong = float(wrong_value(facts, result, random))
    mantissa, exponent = f"{wrong:.1e}".split("e")
    text = fill(
        random,
        (
            "The {metric} of {run} on {dataset} is ${m}\\cdot10^{{{e}}}$.",
            "On {dataset}, {run} reaches ${m}\\times 10^{{{e}}}$ in {metric}.",
            "On {dataset} the {metric} of {run} amounts to {m}e{e}.",
        ),
        m=mantissa,
        e=str(int(exponent)),
        **names_of(facts, result),
    )
    value = float(f"{mantissa}e{exponent}")
    return Draft(text, "results", repr(value), printed(result.mean, 6), (result.address,), str(result))


def _unicode(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    wrong, shown = wrong_value(facts, result, random), ""
    if random.random() < 0.4:
        options = {sign: v for sign, v in _VULGAR.items() if abs(v - abs(result.mean)) > 0.2 * abs(result.mean)}
        shown = random.choice(sorted(options))
        wrong = f"{options[shown]:.4f}"
    else:
        shown = wrong.translate(random.choice((_FULL_WIDTH, _ARABIC)))
    text = fill(
        random,
        (
            "The {metric} of {run} on {dataset} is {v}{unit}.",
            "On {dataset}, {run} reaches {v} ({metric}).",
            "On {dataset} the {metric} comes to {v} in {run}.",
        ),
        v=shown,
        **names_of(facts, result),
    )
    return Draft(text, "results", wrong, printed(result.mean, 6), (result.address,), str(result))


def _literal(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "On {dataset} {run} prints \\texttt{{{v}}} as its {metric}.",
            "\\begin{{verbatim}}\n{dataset} {metric} {v}\n\\end{{verbatim}}",
            "On {dataset} {run} logs \\verb|{v}| for the {metric}.",
            "On {dataset} {run} reaches \\href{{https://example.org}}{{{v}}} in {metric}.",
            "On {dataset} the {metric} of {run} is \\mbox{{{v}}}.",
            "\\fbox{{{Run}, {dataset}: {v}}}",
        ),
    )


def _caption(facts: StudyFacts, random: Random) -> Draft | None:
    label = f"tab:x{random.randrange(100)}"
    return _value(
        facts,
        random,
        (
            "\\begin{{table}}[htbp]\\centering\\caption{{The {metric} of {run} is {v} on {dataset}.}}\\label{{LABEL}}"
            "\\settingstable\\end{{table}} See Table~\\ref{{LABEL}}.".replace("LABEL", label),
            "\\begin{{table}}[htbp]\\centering\\settingstable\\caption{{All settings. With those of {run}, the {metric} on "
            "{dataset} reaches {v}{unit}.}}\\label{{LABEL}}\\end{{table}} Table~\\ref{{LABEL}} lists them.".replace(
                "LABEL", label
            ),
        ),
        random.choice(("results", "experimental_setup")),
    )


def _footnote(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "We keep what worked.\\footnote{{In {run} the {metric} on {dataset} is {v}.}}",
            "The order of the runs does not matter.\\footnote{{On {dataset}, {run} arrives at {v} in {metric}.}}",
            "See the tables.\\footnote{{For instance {v}{unit} for the {metric} of {run} on {dataset}.}}",
        ),
        random.choice(("method", "results", "conclusion")),
    )


def _elsewhere(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "In our measurements {run} reaches a {metric} of {v} on {dataset}.",
            "We find that the {metric} on {dataset} is {v}{unit} in {run}.",
            "Unlike these works, our {run} attains {v} on {dataset} ({metric}).",
        ),
        random.choice(("method", "related_work", "introduction", "background", "experimental_setup")),
    )


def _title(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None:
        return None
    wrong = wrong_percent(found.relative * 100, random)
    text = fill(
        random,
        (
            "A {p}\\% change of the {metric} on {dataset}",
            "How one setting changes the {metric} on {dataset} by {p}\\%",
            "{p} percent: what {run} does to the {metric} on {dataset}",
        ),
        p=f"{wrong:.0f}",
        **names_of(facts, found.result),
    )
    actual = f"{found.relative * 100:.4f}%"
    return Draft(text, "title", f"{wrong}%", actual, (found.result.address,), found.size)


def _abstract(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "Our best result on {dataset} is a {metric} of {v} in {run}.",
            "On {dataset}, {run} attains {v}{unit} in {metric}.",
            "We report a {metric} of {v} on {dataset} for {run}.",
        ),
        "abstract",
    )


def _error_bar(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None or not result.stderr:
        return None
    error = printed(result.stderr * random.choice((0.1, 0.22, 4.1, 6.7)), 1)
    text = fill(
        random,
        (
            "The {metric} of {run} on {dataset} is {v} $\\pm$ {s}{unit}.",
            "On {dataset}, {run} reaches ${v}\\pm{s}$ in {metric}.",
            "On {dataset}, {run} has a {metric} of {v} with a standard error of {s}.",
            "The standard error of the {metric} of {run} on {dataset} is {s}.",
        ),
        v=printed(result.mean, 4),
        s=error,
        **names_of(facts, result),
    )
    return Draft(text, "results", error, printed(result.stderr, 6), (result.address,), str(result))


def _p_value(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.OPEN)
    if found is None or found.p_value is None or found.p_value < 0.1:
        return None
    wrong = random.choice(("0.003", "0.012", "0.0004", "0.021"))
    text = fill(
        random,
        (
            "The difference of the {metric} of {run} on {dataset} has $p={p}$.",
            "On {dataset}, the test gives a $p$-value of {p} for the {metric} of {run}.",
            "For {run} and the {metric} on {dataset} we obtain p = {p}.",
        ),
        p=wrong,
        **names_of(facts, found.result),
    )
    return Draft(text, "results", wrong, f"{found.p_value:.4f}", (found.result.address,), f"{found.p_value:.2g}")


def _table(facts: StudyFacts, random: Random) -> Draft | None:
    return _value(
        facts,
        random,
        (
            "\\begin{{tabular}}{{lr}}run & {metric} on {dataset}\\\\{run} & {v}\\end{{tabular}}",
            "\\begin{{tabular}}{{lll}}& {dataset}\\\\ \\hline {run} & {v} & {metric}\\\\\\end{{tabular}}",
            "\\begin{{itemize}}\\item {run}, {dataset}, {metric}: {v}\\end{{itemize}}",
            "\\begin{{description}}\\item[{run}] {v} in {metric} on {dataset}\\end{{description}}",
        ),
    )


def _split(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    wrong = wrong_value(facts, result, random)
    whole, _, rest = wrong.partition(".")
    rest = rest or "0"
    names = names_of(facts, result)
    on = f"On {names['dataset']} {names['run']} has a {names['metric']} of"
    forms = (
        f"\\def\\z{{{wrong}}}The {names['metric']} of {names['run']} on {names['dataset']} is \\z.",
        f"\\newcommand{{\\zz}}[1]{{#1.{rest}}}{on} \\zz{{{whole}}}.",
        f"{on} {whole}\\/.\\/{rest}.",
        f"{on} {whole}{{}}.{{}}{rest}.",
        f"{on} ${whole}\\mathord.{rest}$.",
        f"{on} \\textbf{{{whole}.}}\\textbf{{{rest}}}.",
    )
    text = random.choice(forms)
    return Draft(text, "results", f"{whole}.{rest}", printed(result.mean, 6), (result.address,), str(result))


def _note(facts: StudyFacts, random: Random) -> Draft | None:
    keys = facts.bibliography.keys()
    if not keys:
        return None
    draft = _value(
        facts,
        random,
        (
            "The change agrees with others \\citep[which gives {v} in {metric} on {dataset} for {run}][]{{KEY}}.",
            "The results agree \\citep[our {run} has {v} on {dataset}]{{KEY}}.",
        ),
    )
    if draft is None:
        return None
    text = draft.text.replace("KEY", random.choice(keys))
    return Draft(text, draft.section, draft.claimed, draft.actual, draft.evidence, draft.right)


def _replaced(facts: StudyFacts, random: Random) -> Draft | None:
    """Replace a reference in the paper's own text by a wrong number."""
    path = facts.paper / "sections" / "results.tex"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = [c for c in facts.comparisons if f"\\change{{{c.result.address}}}" in text and c.relative is not None]
    if not found:
        return None
    chosen = random.choice(found)
    assert chosen.relative is not None
    wrong = wrong_percent(chosen.relative * 100, random)
    direction = "lower" if lower(chosen) else "higher"
    edit = FileEdit(
        "sections/results.tex", old=f"\\change{{{chosen.result.address}}}", new=f"{wrong:.0f}\\% {direction}"
    )
    actual = f"{chosen.relative * 100:.4f}%"
    return Draft("", "results", f"{wrong}%", actual, (chosen.result.address,), chosen.size, (edit,))


KINDS = (
    Kind("wrong value in digits", "numbers", _digits, _TYPED),
    Kind("wrong change in percent", "numbers", _percent, _TYPED),
    Kind("wrong change in words", "numbers", _words, _TYPED),
    Kind("wrong ratio in a verb", "numbers", _ratio, _TYPED),
    Kind("wrong value in math", "numbers", _math, _TYPED),
    Kind("wrong value in scientific notation", "numbers", _scientific, _TYPED),
    Kind("wrong value in other digits", "numbers", _unicode, _TYPED),
    Kind("wrong value in a box, link or verbatim", "numbers", _literal, _TYPED | {"unknown_command"}),
    Kind("wrong value in a caption", "numbers", _caption, _TYPED),
    Kind("wrong value in a footnote", "numbers", _footnote, _TYPED),
    Kind("wrong value outside the results", "numbers", _elsewhere, _TYPED),
    Kind("wrong number in the title", "numbers", _title, _TYPED),
    Kind("wrong number in the abstract", "numbers", _abstract, _TYPED),
    Kind("invented error bar", "numbers", _error_bar, _TYPED),
    Kind("invented p-value", "numbers", _p_value, _TYPED | {"insignificant_claim"}),
    Kind("wrong value in a typed table or list", "numbers", _table, _TYPED),
    Kind("wrong value in pieces or by macro", "numbers", _split, _TYPED | {"unknown_command"}),
    Kind("wrong value in a citation's note", "numbers", _note, _TYPED | {"attributed_claim"}),
    Kind("reference replaced by a wrong number", "numbers", _replaced, _TYPED),
)
