"""The only package that imports autogen. It re-exports the public types that the rest of the project uses.

The parts that rely on autogen's private code are in `private.py`. This package imports nothing else of the project.
"""

from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import (
    BaseAgentEvent,
    BaseChatMessage,
    TextMessage,
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallSummaryMessage,
)
from autogen_core import CancellationToken, FunctionCall, Image
from autogen_core.model_context import ChatCompletionContext, UnboundedChatCompletionContext
from autogen_core.models import (
    AssistantMessage,
    ChatCompletionClient,
    CreateResult,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    ModelFamily,
    ModelInfo,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import ParametersSchema, TextResultContent, Tool, ToolResult, ToolSchema, Workbench

__all__ = [
    "AssistantAgent",
    "AssistantMessage",
    "BaseAgentEvent",
    "BaseChatAgent",
    "BaseChatMessage",
    "CancellationToken",
    "ChatCompletionClient",
    "ChatCompletionContext",
    "CreateResult",
    "FunctionCall",
    "FunctionExecutionResult",
    "FunctionExecutionResultMessage",
    "Image",
    "LLMMessage",
    "ModelFamily",
    "ModelInfo",
    "ParametersSchema",
    "RequestUsage",
    "Response",
    "SystemMessage",
    "TextMessage",
    "TextResultContent",
    "ThoughtEvent",
    "Tool",
    "ToolCallExecutionEvent",
    "ToolCallSummaryMessage",
    "ToolResult",
    "ToolSchema",
    "UnboundedChatCompletionContext",
    "UserMessage",
    "Workbench",
]
