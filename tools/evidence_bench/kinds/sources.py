"""Builders of defects of citations, figures and completeness."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from tools.evidence_bench.case import Draft, FileEdit
from tools.evidence_bench.kinds.kind import Kind, builds, fill
from tools.evidence_bench.kinds.wording import change_fields, comparison, direction, pick
from tools.evidence_bench.study_facts import StudyFacts, tex

_BIB = "references.bib"
_TABLES = r"\\(?:(?:result|comparison)table\{[^}]*\}|runstable|settingstable)"


@builds
def about_citation(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    key = pick(random, facts.bibliography.keys())
    return kind.say(facts, random, {"key": key}) if key else None


@builds
def attributed_result(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found, key = comparison(facts, random), pick(random, facts.bibliography.keys())
    if found is None or key is None:
        return None
    fields = {**change_fields(kind, facts, random, found), "key": key}
    return kind.say(facts, random, fields, Draft(section="", evidence=(found.result.address,)))


@builds
def typed_citation(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    fields = {"name": random.choice(kind.words), "year": str(random.randint(2012, 2024))}
    fields |= {"n": str(random.randint(10, 60)), "y": str(random.randint(18, 24))}
    return kind.say(facts, random, fields)


@builds
def unknown_citation(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    key = random.choice(kind.words)
    return kind.say(facts, random, {"key": key}, Draft(section="", claimed=key))


@builds
def invented_entry(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    source = facts.paper / _BIB
    if not source.is_file():
        return None
    number = f"24{random.randint(1, 12):02}.{random.randint(90000, 99999)}"
    title = random.choice(kind.words)
    origin = random.choice(
        (f"  colloquium-source = {{arxiv:{number}}},\n", "", f"  url = {{https://arxiv.org/abs/{number}}},\n")
    )
    fields = f"  title = {{{title}}},\n  author = {{Quill, Ada}},\n  year = {{2024}},\n{origin}"
    entry = f"\n@article{{quill2024invented,\n{fields}}}\n"
    edit = FileEdit(_BIB, source.read_bytes() + entry.encode())
    return kind.say(facts, random, about=Draft(section="", claimed=title, edits=(edit,)))


@builds
def altered_entry(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    source = facts.paper / _BIB
    text = source.read_text(encoding="utf-8") if source.is_file() else ""
    chosen = pick(random, list(re.finditer(r"year\s*=\s*[{\"]?(\d{4})", text)))
    if chosen is None:
        return None
    wrong = str(int(chosen[1]) - random.randint(4, 12))
    changed = text[: chosen.start(1)] + wrong + text[chosen.end(1) :]
    edit = FileEdit(_BIB, changed.encode())
    return Draft("", kind.place(facts, random), wrong, chosen[1], right=chosen[1], edits=(edit,))


# ------------------------------------------------------------ figures


def _figure_files(facts: StudyFacts) -> list[str]:
    shown = "".join(facts.sections.values())
    files = [f"figures/{path.name}" for path in sorted((facts.paper / "figures").glob("*.png"))]
    return [file for file in files if file in shown]


def _drawn(random: Random) -> bytes:
    image = Image.new("RGB", (640, 400), "white")
    pen = ImageDraw.Draw(image)
    pen.text((40, 40), f"our method: {random.random():.3f}", fill="black")
    pen.line([(50, 350), (random.randint(200, 400), random.randint(50, 200)), (600, 60)], fill="blue", width=4)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _results_edit(text: str) -> tuple[FileEdit]:
    return (FileEdit("sections/results.tex", text.encode()),)


@builds
def replaced_figure(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    path = pick(random, _figure_files(facts))
    if path is None:
        return None
    return Draft("", "results", kind.claimed, path, edits=(FileEdit(path, _drawn(random)),))


@builds
def new_figure(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    number = random.randrange(1000)
    name, label = f"figures/extra_{number}.png", f"fig:extra{number}"
    text = (
        f"\\begin{{figure}}[htbp]\\centering\\includegraphics[width=\\linewidth]{{{name}}}"
        f"\\caption{{{random.choice(kind.words)}}}\\label{{{label}}}\\end{{figure}} Figure~\\ref{{{label}}} shows it."
    )
    return Draft(text, "results", kind.claimed, kind.actual, edits=(FileEdit(name, _drawn(random)),))


@builds
def swapped_figures(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    text = facts.section("results")
    files = [file for file in _figure_files(facts) if text.count(f"{{{file}}}") == 1]
    metrics = {file: [m for m in facts.metrics if m in file] for file in files}
    pairs = [(a, b) for a in files for b in files if metrics[a] and metrics[b] and metrics[a] != metrics[b]]
    chosen = pick(random, pairs)
    if chosen is None:
        return None
    one, two = chosen
    swapped = text.replace(f"{{{one}}}", "{@}").replace(f"{{{two}}}", f"{{{one}}}").replace("{@}", f"{{{two}}}")
    return Draft("", "results", two, one, edits=_results_edit(swapped))


@builds
def caption_claim(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Let a caption of the paper claim the opposite of a significant difference."""
    text = facts.section("results")
    found = comparison(facts, random, "clear")
    chosen = pick(random, list(re.finditer(r"\\includegraphics.*?\n\\caption\{", text)))
    if found is None or chosen is None:
        return None
    fields = change_fields(kind, facts, random, found, opposite=True)
    changed = text[: chosen.end()] + fill(random, kind.wordings, fields) + text[chosen.end() :]
    evidence, edits = (found.result.address,), _results_edit(changed)
    return Draft("", "results", fields["adjective"], direction(found), evidence, found.change, edits)


# ------------------------------------------------------------ completeness


def _without(name: str, facts: StudyFacts, left: Callable[[str], str]) -> Draft | None:
    """Return a draft that leaves something out of every section. `left` returns the rest of a text."""
    texts = {section: left(text) for section, text in facts.sections.items()}
    edits = tuple(
        FileEdit(f"sections/{section}.tex", (text or "See the results.").encode())
        for section, text in texts.items()
        if text != facts.sections[section]
    )
    return Draft("", "results", f"without {name}", name, edits=edits) if edits else None


@builds
def dropped_run(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    run = pick(random, facts.runs)
    if run is None or len(facts.runs) < 2:
        return None

    def left(text: str) -> str:
        kept = "\n\n".join(p for p in re.split(r"\n\n+", text) if run not in p and tex(run) not in p)
        kept = re.sub(_TABLES, "See the text.", kept)
        return "\n".join(line for line in kept.split("\n") if tex(run) not in line)

    return _without(run, facts, left)


@builds
def dropped_dataset(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    dataset = pick(random, facts.datasets)
    if dataset is None or len(facts.datasets) < 2:
        return None

    def left(text: str) -> str:
        kept = re.sub(_TABLES, "See the text.", text)
        kept = re.sub(rf"[^.;:\n]*(?<![A-Za-z]){re.escape(tex(dataset))}(?![A-Za-z])[^.;\n]*[.;]?", " ", kept)
        kept = re.sub(rf"[^.;:\n]*/{re.escape(dataset)}/[^.;\n]*[.;]?", " ", kept)
        return text if kept == text else kept.strip()

    return _without(dataset, facts, left)


@builds
def invented_failures(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Say that runs failed or were left out although the ledger has no such run."""
    if any(run.status != "completed" for run in facts.ledger.runs):
        return None
    return kind.say(facts, random)
