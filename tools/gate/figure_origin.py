"""Check where the images of a paper come from: plot.py drew them here, from the results that the ledger holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.evidence import Ledger
from tools.evidence.judgement import Verdict
from tools.figures import DrawingRecord, ImageOrigin, RecordedImage, file_digest, results_digests
from tools.gate.report import FindingCode, GateFinding

_REDRAW = "draw it with run_plot and submit it with submit_figures"


def check_origin(
    folder: Path, files: Iterable[str], drawings: DrawingRecord | None, ledger: Ledger
) -> Iterator[GateFinding]:
    """Find images that are not what plot.py drew, and images drawn before the results changed.

    As notes: images that came with a draft, and images whose origin nothing recorded because the workspace has no record.

    Args:
        files: the images that the paper shows, relative to `folder`.
    """
    for file in files:
        if drawings is None:
            reason = "supplied externally, not drawn here: nothing recorded where this image comes from"
            yield _note(file, FindingCode.SUPPLIED_FIGURE, reason)
            continue
        image = drawings.find(file_digest(folder / file))
        if image is None:
            yield _changed(file, drawings)
        elif image.origin is ImageOrigin.SUPPLIED:
            reason = "supplied externally with a draft, not drawn here: what it shows was not compared with the results"
            yield _note(file, FindingCode.SUPPLIED_FIGURE, reason)
        else:
            yield from _outdated(file, image, ledger)
            if image.facts is None:
                reason = "it was not saved by matplotlib's savefig, so its text and its data were not read"
                yield _note(file, FindingCode.UNREADABLE_FIGURE, reason)


def _changed(file: str, drawings: DrawingRecord) -> GateFinding:
    named = [image for image in drawings.images if image.file == Path(file).name]
    reason = (
        "the image is not the one that plot.py drew or that the draft contained: it was replaced or edited"
        if named
        else "plot.py did not draw this image, and no draft contained it"
    )
    return GateFinding(
        code=FindingCode.UNVERIFIED_FIGURE,
        file=file,
        reason=f"{reason}; {_REDRAW}",
        verdict=Verdict.NO_EVIDENCE,
        expected=f"SHA-256 {named[-1].sha256}" if named else "",
    )


def _outdated(file: str, image: RecordedImage, ledger: Ledger) -> Iterator[GateFinding]:
    now = results_digests(ledger)
    changed = [name for name, digest in now.items() if image.results.get(name) != digest]
    gone = [name for name in image.results if name not in now]
    if changed or gone:
        names = ", ".join([*changed, *gone])
        yield GateFinding(
            code=FindingCode.OUTDATED_FIGURE,
            file=file,
            reason=f"it was drawn before the results of {names} were recorded or changed; {_REDRAW}",
            verdict=Verdict.NO_EVIDENCE,
        )


def _note(file: str, code: FindingCode, reason: str) -> GateFinding:
    return GateFinding(kind="note", code=code, file=file, reason=reason, verdict=Verdict.NOT_CHECKABLE)
