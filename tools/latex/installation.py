"""Checks whether the TeX installation of this machine can compile a paper."""

from __future__ import annotations

import shutil
import subprocess

_NEEDED = {
    "latexmk": "latexmk",
    "pdflatex": "texlive-latex-base",
    "bibtex": "texlive-binaries",
    "article.cls": "texlive-latex-base",
    "geometry.sty": "texlive-latex-base",
    "amsmath.sty": "texlive-latex-base",
    "amssymb.sty": "texlive-base",
    "graphicx.sty": "texlive-latex-base",
    "natbib.sty": "texlive-latex-base",
    "plainnat.bst": "texlive-latex-base",
    "hyperref.sty": "texlive-latex-base",
    "mathptmx.sty": "texlive-latex-base",
    "booktabs.sty": "texlive-latex-recommended",
    "caption.sty": "texlive-latex-recommended",
    "subcaption.sty": "texlive-latex-recommended",
    "multirow.sty": "texlive-latex-extra",
    "algorithm.sty": "texlive-science",
    "algpseudocode.sty": "texlive-science",
    "microtype.sty": "texlive-latex-recommended",
    "xcolor.sty": "texlive-latex-recommended",
    "ptmr8t.tfm": "texlive-fonts-recommended",
    "utmr8a.pfb": "texlive-fonts-recommended",
    "t1txtt.fd": "texlive-fonts-recommended",
}
"""Files and programs that a paper needs, with their Debian packages."""


def tex_problem() -> str | None:
    """Return what TeX lacks and the command that installs it; None if a paper can be compiled."""
    programs = [name for name in _NEEDED if "." not in name]
    missing = [name for name in programs if not shutil.which(name)]
    missing += _missing_files([name for name in _NEEDED if "." in name])
    if not missing:
        return None
    packages = " ".join(sorted({_NEEDED[name] for name in missing}))
    shown = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
    return f"TeX lacks {shown}; on Debian and Ubuntu: apt-get install --no-install-recommends {packages}"


def _missing_files(names: list[str]) -> list[str]:
    if not shutil.which("kpsewhich"):
        return names
    done = subprocess.run(["kpsewhich", *names], capture_output=True, text=True, check=False, timeout=60)
    found = {line.rpartition("/")[2] for line in done.stdout.splitlines()}
    return [name for name in names if name not in found]
