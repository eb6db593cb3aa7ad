"""The offline researcher varies a number of a configuration file as it varies one of experiment.py."""

from __future__ import annotations

from agents.offline.coder import coder
from agents.offline.messages import Order, change, changed_setting
from agents.offline.project import read_tunables
from agents.offline.script import Call, CallResult, Message, Opening
from agents.offline.state import NoConversation, ParticipantState, PromptVariables, TemplateData
from tools.experiments.template import Profile

FILES = {"experiment.py": "import yaml\n", "configs/base.yaml": "degree: 5\nseed: 3\n"}
TEMPLATE = TemplateData(title="Fit", field="", description="", metrics={})


class NoResults:
    def get(self, call_id: str, /) -> None:
        return None


def answer(act: Call) -> CallResult:
    if act.tool == "list_files":
        return CallResult(act.tool, "", data={"configuration": ["configs/base.yaml"]})
    text = FILES[act.arguments["file"]]
    return CallResult(act.tool, text, data={"characters": len(text), "next_line": None})


def test_the_numbers_of_configuration_files_can_be_varied() -> None:
    reading = read_tunables(TEMPLATE, Profile())
    act = next(reading)
    while True:
        try:
            act = reading.send(answer(act))
        except StopIteration as end:
            found = end.value
            break
    assert [(setting.name, setting.file) for setting in found] == [("degree", "configs/base.yaml")]
    assert changed_setting(change(found[0])) == "degree"


def test_the_coder_edits_the_file_that_has_the_setting() -> None:
    state = ParticipantState("coder", PromptVariables("experiments", {}), NoConversation(), NoResults())
    order = Message("phd_student", str(Order(1, "configs/base.yaml", "degree", "5", "9")))
    script = coder(Opening(state, {}, 0, (order,)))
    edit = script.send(answer(next(script)))
    assert edit == Call("edit_file", {"file": "configs/base.yaml", "search": "degree: 5", "replace": "degree: 9"})
