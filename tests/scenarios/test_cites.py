"""The exit codes of `cites`, and its JSON."""

from __future__ import annotations

import json
from pathlib import Path

ADAM = "title={Adam: A Method for Stochastic Optimization}, author={Kingma, Diederik P. and Ba, Jimmy}, year={2015}"
TRUE = f"@article{{adam, {ADAM}}}"
INVENTED = "@article{ghost, title={An invented study of nothing at all}, author={A, B.}, year={2001}}"


def test_exit_codes_tell_right_wrong_and_unchecked(command, tmp_path: Path) -> None:
    paper = tmp_path / "paper.bib"
    for text, options, code in [
        (TRUE, ("--literature", "local"), 0),
        (f"{TRUE}\n{INVENTED}", ("--literature", "local"), 1),
        (INVENTED, ("--literature", "crossref", "--minutes", "0.01"), 3),
        ("", ("--literature", "local"), 0),
    ]:
        paper.write_text(text, encoding="utf-8")
        assert command("cites", paper, *options).returncode == code, text


def test_json_holds_every_reference(command, tmp_path: Path) -> None:
    (tmp_path / "paper.bib").write_text(f"{TRUE}\n{INVENTED}", encoding="utf-8")
    data = json.loads(command("cites", tmp_path / "paper.bib", "--literature", "local", "--json").stdout)
    assert {check["key"]: check["verdict"] for check in data["references"]} == {"adam": "exists", "ghost": "not found"}
