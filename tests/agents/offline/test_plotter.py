"""The plotter's figures and captions are such as a paper can print, whatever the template's own plot.py draws."""

from __future__ import annotations

from agents.offline.plotter import plotter
from agents.offline.script import CallResult, Opening
from agents.offline.state import NoConversation, ParticipantState, PromptVariables, TemplateData
from tests.agents.offline.test_configured import NoResults
from tools.evidence import Metric
from tools.paper import check_caption

DRAWN = ["effect_acc.png", "seeds_acc.png", "train_loss_flat.png", "loss by run.png", "val.loss.png"]


def test_captions_have_no_bare_special_characters_and_names_are_such_as_latex_includes() -> None:
    template = TemplateData(
        title="", field="", description="", metrics={"acc": Metric(name="acc", label="acc_1 (%) & #2")}
    )
    given = PromptVariables.of("figures", {"template": template, "runs": [], "has_plot": False})
    script = plotter(Opening(ParticipantState("plotter", given, NoConversation(), NoResults()), {}, 0, ()))
    row = {"run": "run_0", "dataset": "d", "metric": "acc", "mean": 1, "n": 2, "goal": None, "censored": False}
    answers = {"read_results": {"rows": [row]}, "write_file": None, "run_plot": {"files": DRAWN}}
    act = next(script)
    while act.tool in answers:
        act = script.send(CallResult(act.tool, "", data=answers[act.tool]))
    assert act.tool == "submit_figures" and act.arguments["files"] == DRAWN[:3]
    for file, caption in zip(act.arguments["files"], act.arguments["captions"], strict=True):
        check_caption(file, caption)
    assert all(r"acc\_1 (\%) \& \#2" in caption for caption in act.arguments["captions"][:2])
    assert r"\texttt{train\_loss\_flat}" in act.arguments["captions"][2]
