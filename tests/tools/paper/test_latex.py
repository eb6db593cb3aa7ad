from __future__ import annotations

import math
import re
import statistics
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from tests.tools.paper_sample import ledger, write_paper
from tools.errors import ToolError, UserError
from tools.latex import LatexProblem, changed_inputs, compile_paper, read_log, tex_problem
from tools.sandbox import Sandbox, open_sandbox

needs_tex = pytest.mark.skipif(tex_problem() is not None, reason=f"{tex_problem()}")


@pytest.fixture
async def sandbox() -> Sandbox:
    try:
        return await open_sandbox("bubblewrap")
    except UserError as error:
        pytest.skip(str(error))


def page_texts(pdf: Path) -> list[str]:
    with pdfium.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


@pytest.mark.slow
@needs_tex
async def test_a_paper_compiles_and_keeps_its_pdf_when_it_breaks(tmp_path: Path, sandbox: Sandbox) -> None:
    write_paper(tmp_path)
    good = await compile_paper(tmp_path, sandbox)
    assert (good.ok, good.problems) == (True, [])
    text = page_texts(tmp_path / "paper.pdf")
    assert len(text) == good.pages and good.pages >= 3
    assert "18.0% lower (better, p < 0.001, n = 3)" in text[0] and "(Ho et al., 2020)" in text[0]
    assert "How this paper was made" in text[-1] and "killed at 4.0 GB of memory" in text[-1]
    assert "??" not in " ".join(text)
    assert changed_inputs(tmp_path) == []

    pdf = (tmp_path / "paper.pdf").read_bytes()
    (tmp_path / "sections" / "method.tex").write_text("One.\n\nTwo \\foo{x}.\n")
    bad = await compile_paper(tmp_path, sandbox)
    assert (bad.ok, bad.pdf, bad.pages) == (False, None, None)
    assert (bad.problems[0].file, bad.problems[0].line, bad.problems[0].fatal) == ("sections/method.tex", 3, True)
    assert 'Undefined control sequence after "Two \\foo"' in bad.problems[0].message
    assert (tmp_path / "paper.pdf").read_bytes() == pdf
    assert [path.name for path in (tmp_path / "versions").iterdir()] == ["paper_1.pdf"]
    assert changed_inputs(tmp_path) == ["sections/method.tex"]


@pytest.mark.slow
@needs_tex
async def test_all_errors_are_told_at_once(tmp_path: Path, sandbox: Sandbox) -> None:
    write_paper(tmp_path)
    (tmp_path / "sections" / "method.tex").write_text("First \\foo here.\n\nThen \\bar there.\n")
    bad = await compile_paper(tmp_path, sandbox)
    assert [(problem.file, problem.line) for problem in bad.problems if problem.fatal] == [
        ("sections/method.tex", 1),
        ("sections/method.tex", 3),
    ]


@needs_tex
@pytest.mark.slow
@pytest.mark.parametrize(
    ("latex", "line", "told"),
    [
        ("a\n\nlearning_rate", 3, "in text write \\_"),
        ("a & b", 1, "in text write \\&"),
        ("\\begin{theorem} x \\end{theorem}", 1, "use another"),
        ("a\n\\includegraphics{figures/none.png}", 2, "list_figures"),
        ("\\result{run_9/dino/kl_divergence}", 1, "read_results lists the addresses"),
        ("漢字", 1, "pdfLaTeX cannot print this character"),
        ("\\begin{tabular}{l} a & b \\\\ \\end{tabular}", 1, "more columns than the tabular declares"),
    ],
)
async def test_an_error_names_section_line_and_remedy(
    tmp_path: Path, sandbox: Sandbox, latex: str, line: int, told: str
) -> None:
    write_paper(tmp_path)
    (tmp_path / "sections" / "results.tex").write_text(latex + "\n")
    compilation = await compile_paper(tmp_path, sandbox)
    assert not compilation.ok
    problem = compilation.problems[0]
    assert (problem.file, problem.line) == ("sections/results.tex", line), compilation.log_tail
    assert told in problem.hint


@needs_tex
@pytest.mark.slow
async def test_warnings_name_their_section_and_do_not_fail_a_compilation(tmp_path: Path, sandbox: Sandbox) -> None:
    write_paper(tmp_path)
    section = tmp_path / "sections" / "method.tex"
    section.write_text("See Section~\\ref{sec:nowhere}.\n\n\\citep{nobody}\n\n\\rule{30em}{1pt}\\rule{30em}{1pt}\n")
    compilation = await compile_paper(tmp_path, sandbox)
    assert compilation.ok
    told = {(problem.file, problem.line): problem.message for problem in compilation.problems}
    assert "'sec:nowhere' is undefined" in told["sections/method.tex", 1]
    assert "'nobody' is undefined" in told["sections/method.tex", 3]
    assert "wider than the page" in next(m for (f, n), m in told.items() if f == "sections/method.tex" and n and n > 3)
    assert "no entry 'nobody'" in told["references.bib", None]


@needs_tex
@pytest.mark.slow
async def test_tex_cannot_write_to_the_paper_nor_start_a_program(tmp_path: Path, sandbox: Sandbox) -> None:
    write_paper(tmp_path)
    before = (tmp_path / "references.bib").read_text()
    (tmp_path / "sections" / "method.tex").write_text(
        "\\newwrite\\f \\immediate\\openout\\f=references.bib \\immediate\\write\\f{@misc{x}}\\immediate\\closeout\\f\n"
        "\\immediate\\write18{touch started}\n"
    )
    await compile_paper(tmp_path, sandbox)
    assert (tmp_path / "references.bib").read_text() == before
    assert not list(tmp_path.rglob("started"))


async def test_without_paper_tex_there_is_nothing_to_compile(tmp_path: Path, sandbox: Sandbox) -> None:
    with pytest.raises(ToolError, match=r"no paper\.tex"):
        await compile_paper(tmp_path, sandbox)


def test_a_log_is_read_as_problems_fatal_ones_first() -> None:
    log = """\
[[sections/results.tex]]
(./sections/results.tex
LaTeX Warning: Reference `fig:kl' on page 2 undefined on input line 7.
Package natbib Warning: Citation `ho2020' on page 2 undefined on input line 9.
Overfull \\hbox (35.5pt too wide) in paragraph at lines 12--14
Overfull \\hbox (3.5pt too wide) in paragraph at lines 15--16
) [[paper.tex]]
LaTeX Warning: Label `tab:a' multiply defined.
./sections/method.tex:3: Missing $ inserted.
<inserted text>
                $
l.3 the learning_
                 rate
"""
    assert [str(problem) for problem in read_log(log)] == [
        'sections/method.tex, line 3: Missing $ inserted after "the learning_" '
        "(use _, ^ and mathematical commands between dollars; in text write \\_)",
        "sections/results.tex, line 7: reference 'fig:kl' is undefined (no \\label has this name)",
        "sections/results.tex, line 9: citation 'ho2020' is undefined (add_citation adds an entry)",
        "sections/results.tex, line 12: 35.5 pt wider than the page (break it or make it smaller)",
        "label 'tab:a' is defined more than once (use unique names)",
    ]
    assert read_log("This is pdfTeX\nOutput written on paper.pdf (3 pages).") == []


def test_a_broken_bibliography_is_told_with_its_line() -> None:
    told = read_log("", "I was expecting a `,' or a `}'---line 4 of file references.bib\n")
    assert told == [
        LatexProblem(
            "references.bib", 4, "BibTeX: I was expecting a `,' or a `}'", "the entry is not valid", fatal=True
        )
    ]


def test_missing_tex_is_told_with_the_line_that_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = tex_problem() or ""
    assert "latexmk" in told and "apt-get install" in told and "texlive-latex-recommended" in told


@needs_tex
async def test_every_number_printed_by_reference_is_the_ledgers(tmp_path: Path, sandbox: Sandbox) -> None:
    """Read the printed numbers from the PDF and compare them with statistics computed here from the seeds."""
    evidence = ledger()
    addresses = evidence.addresses()
    results = "\n\n".join(f"Item {i}: \\result{{{a}}} end {i}" for i, a in enumerate(addresses))
    changes = [a for a in addresses if a.startswith("run_1/")]
    write_paper(tmp_path, results=results, method="\n\n".join(f"Diff \\change{{{a}}} end" for a in changes))
    compilation = await compile_paper(tmp_path, sandbox)
    assert compilation.ok, compilation.log_tail
    text = " ".join(page_texts(tmp_path / "paper.pdf"))

    def values(address: str) -> list[float]:
        run, dataset, metric = address.split("/")
        return next(r for r in evidence.runs if r.name == run).values[dataset][metric]

    def check(printed: str, value: float) -> None:
        places = len(printed.partition(".")[2])
        assert abs(float(printed) - value) <= 0.5 * 10**-places + 1e-9, (printed, value)

    for i, address in enumerate(addresses):
        found = re.search(rf"Item {i}: ([\d.]+)(?: ?± ?([\d.]+))? end {i}\b", text)
        assert found, f"{address} is not printed"
        seeds = values(address)
        check(found[1], statistics.fmean(seeds))
        assert (found[2] is None) == (len(seeds) == 1)
        if found[2]:
            check(found[2], statistics.stdev(seeds) / math.sqrt(len(seeds)))

    printed = re.findall(r"Diff (.*?) end", text)
    assert len(printed) == len(changes)
    for phrase, address in zip(printed, changes, strict=True):
        mean, baseline = statistics.fmean(values(address)), statistics.fmean(values(f"run_0/{address[6:]}"))
        if mean == baseline:
            assert "no change" in phrase
            continue
        percent = re.search(r"([\d.]+)% (lower|higher)", phrase)
        assert percent and percent[2] == ("lower" if mean < baseline else "higher"), (address, phrase)
        check(percent[1], abs(mean - baseline) / baseline * 100)
