"""The offline researcher works on data, and says which is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    ToolSchema,
    UserMessage,
)
from agents.autogen import LLMMessage as ModelMessage
from agents.conversation.policies import says_done
from agents.durable.tool_calls import ToolResults
from agents.journal import Journal
from agents.offline.checks import CHECKLISTS
from agents.offline.client import OfflineClient
from agents.offline.state import (
    IdeationVariables,
    MissingData,
    NoConversation,
    ParticipantState,
    PromptVariables,
    TemplateData,
)
from agents.role_card import RoleCard
from tools.experiments.template import Profile
from tools.toolsets.data import FilePart, ListedFiles

TEMPLATE = TemplateData(title="Descent", field="optimization", description="", metrics={})
SOURCE = "step_size = 0.1\n"
TOOLS = [ToolSchema(name="submit_idea", description="", parameters={"type": "object", "properties": {}})]


def variables(**changed: object) -> PromptVariables:
    given = {"template": TEMPLATE, "profile": Profile(), "archived_ideas": [], **changed}
    return PromptVariables.of("ideation", {name: value for name, value in given.items() if value is not None})


def proposer(folder: Path, given: PromptVariables) -> tuple[OfflineClient, ToolResults]:
    results = ToolResults(Journal(folder / "journal.jsonl"), "phase/student")
    card = RoleCard(name="student", description="Proposes.", prompt="Propose.")
    return OfflineClient(ParticipantState("student", given, NoConversation(), results, card)), results


def after_reading(call_id: str) -> list[ModelMessage]:
    messages: list[ModelMessage] = [UserMessage(content="Words that nobody reads.", source="lab")]
    for name, number, content in (
        ("read_file", call_id, SOURCE),
        ("list_files", f"{call_id}_files", "experiment.py 16"),
    ):
        messages.append(
            AssistantMessage(content=[FunctionCall(id=number, name=name, arguments="{}")], source="student")
        )
        result = FunctionExecutionResult(content=content, call_id=number, is_error=False, name=name)
        messages.append(FunctionExecutionResultMessage(content=[result]))
    return messages


async def test_a_proposal_needs_no_prompt(tmp_path: Path) -> None:
    client, results = proposer(tmp_path, variables())
    results.put("call_1", FilePart(characters=len(SOURCE), next_line=None).model_dump())
    results.put("call_1_files", ListedFiles(configuration=()).model_dump())
    answer = await client.create(after_reading("call_1"), tools=TOOLS)
    assert not isinstance(answer.content, str) and answer.content[0].name == "submit_idea"
    assert '"step_size_sensitivity"' in answer.content[0].arguments


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (variables(archived_ideas=None), ("'ideation'", "archived_ideas")),
        (variables(template={"title": "Descent", "description": "", "metrics": {}}), ("'ideation'", "template.field")),
        (variables(profile={"time_limit": "long"}), ("'ideation'", "profile.time_limit")),
    ],
)
async def test_a_missing_variable_is_named_with_its_prompt(
    tmp_path: Path, given: PromptVariables, names: tuple[str, ...]
) -> None:
    client, _ = proposer(tmp_path, given)
    with pytest.raises(MissingData) as raised:
        await client.create([UserMessage(content="Propose an idea.", source="lab")], tools=TOOLS)
    assert raised.value.permanent and all(name in str(raised.value) for name in names)


@pytest.mark.parametrize(("phase", "reads"), [("writeup", True), ("caveats", False)])
async def test_a_role_without_a_script_reads_the_results_in_the_writeup_alone(
    tmp_path: Path, phase: str, reads: bool
) -> None:
    client, _ = proposer(tmp_path, PromptVariables(phase, {}))
    tools = [ToolSchema(name="read_section", description="", parameters={"type": "object", "properties": {}})]
    answer = await client.create([UserMessage(content="Begin.", source="lab")], tools=tools)
    if reads:
        assert not isinstance(answer.content, str) and answer.content[0].name == "read_section"
    else:
        assert isinstance(answer.content, str) and says_done(answer.content) and "student" in answer.content


async def test_a_result_without_data_is_named_with_its_tool(tmp_path: Path) -> None:
    client, _ = proposer(tmp_path, variables())
    with pytest.raises(MissingData, match=r"read_file.*characters"):
        await client.create(after_reading("call_1"), tools=TOOLS)


def test_the_data_of_results_is_found_again_in_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    data = {"tool": "read_file", "call_id": "call_1", "data": {"characters": 3}}
    journal.put("phase/student/1/tool:a:1", "tool", data)
    journal.put("phase/student_2/1/tool:a:1", "tool", data | {"call_id": "call_2"})
    journal.close()
    results = ToolResults(Journal(tmp_path / "journal.jsonl"), "phase/student")
    assert results.get("call_1") == {"characters": 3} and results.get("call_2") is None


def test_variables_survive_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.put("phase/task", "step", {"variables": variables().values})
    journal.close()
    record = Journal(tmp_path / "journal.jsonl").get("phase/task")
    assert record is not None
    kept = PromptVariables("ideation", record.data["variables"])
    assert kept.read(IdeationVariables) == variables().read(IdeationVariables)


def test_role_cards_can_name_every_checklist() -> None:
    card = RoleCard(name="all", description="All.", prompt="All.", checks=tuple(CHECKLISTS))  # type: ignore[arg-type]
    assert card.checks == tuple(CHECKLISTS)
