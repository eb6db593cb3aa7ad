"""autogen's agent at a seat of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_core import FunctionCall
from autogen_core.models import FunctionExecutionResult

from agents.durable.tool_calls import ToolWorkbench


class PassthroughAgent(AssistantAgent):
    """Hands every call to the workbench as the model wrote it. autogen answers calls of unknown tools and broken
    arguments itself, where no journal sees them, and waits for ever where reading the arguments raises more than it
    expects: on a number of 5,000 digits, or on lists a thousand deep."""

    @staticmethod
    async def _execute_tool_call(
        tool_call: FunctionCall, workbench: Sequence[Any], *_: Any, **__: Any
    ) -> tuple[FunctionCall, FunctionExecutionResult]:
        bench: ToolWorkbench = workbench[0]
        result = await bench.call_as_written(tool_call.name, tool_call.arguments, tool_call.id)
        answer = FunctionExecutionResult(
            content=result.to_text(), call_id=tool_call.id, is_error=result.is_error, name=tool_call.name
        )
        return tool_call, answer
