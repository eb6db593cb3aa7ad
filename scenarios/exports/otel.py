"""OpenTelemetry spans with the GenAI semantic conventions, as one OTLP/JSON request that collectors take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from agents.models.usage import usage_detail
from scenarios.exports.steps import StepSpan, record_data, span_id, step_spans
from scenarios.viewer.library import OpenRun
from tools.atomic import write_text

_INTERNAL, _CLIENT = 1, 3
"""Kinds of spans."""
_OK, _ERROR = 1, 2
"""Statuses of spans."""


def write_otel(run: OpenRun, target: Path) -> None:
    """Write a trace with a span for the run and for each phase, turn, model call and tool call."""
    trace, root = span_id(f"trace {run.id}", 32), span_id(f"run {run.id}")
    spans = list(step_spans(run))
    written = [_span(run, span, trace, root) for span in spans]
    if spans:
        start, end = min(span.start for span in spans), max(span.end for span in spans)
        whole = {"traceId": trace, "spanId": root, "name": f"run {run.id}", "kind": _INTERNAL, "status": {"code": _OK}}
        times = {"startTimeUnixNano": _nano(start), "endTimeUnixNano": _nano(end)}
        written.insert(0, {**whole, **times, "attributes": _attributes({"gen_ai.conversation.id": run.id})})
    resource = {"attributes": _attributes({"service.name": "colloquium"})}
    scope = {"name": "colloquium", "version": "1"}
    request = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": written}]}]}
    write_text(target, json.dumps(request, ensure_ascii=False) + "\n")


def _span(run: OpenRun, span: StepSpan, trace: str, root: str) -> dict[str, Any]:
    data = record_data(run, span)
    name, attributes = _described(span, data)
    failed = bool(span.entry and span.entry.failed and span.kind in ("tool", "fault"))
    status = {"code": _ERROR, "message": str(data.get("text", ""))[:500]} if failed else {"code": _OK}
    return {
        "traceId": trace,
        "spanId": span.id,
        "parentSpanId": span.parent or root,
        "name": name,
        "kind": _CLIENT if span.kind in ("model", "fault") else _INTERNAL,
        "startTimeUnixNano": _nano(span.start),
        "endTimeUnixNano": _nano(span.end),
        "attributes": _attributes({"gen_ai.conversation.id": run.id, **attributes}),
        "status": status,
    }


def _described(span: StepSpan, data: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    """Return the name and the attributes of a span."""
    if span.kind == "phase":
        return f"phase {span.name}", {"colloquium.outcome": str(data.get("reason", ""))}
    if span.kind == "turn":
        spoken = [{"role": "assistant", "parts": [{"type": "text", "content": str(data.get("text", ""))}]}]
        messages = json.dumps(spoken, ensure_ascii=False)
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": span.name}
        return f"invoke_agent {span.name}", {**agent, "gen_ai.output.messages": messages}
    if span.kind == "tool":
        return f"execute_tool {data['tool']}", {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": str(data["tool"]),
            "gen_ai.tool.call.id": str(data.get("call_id", "")),
            "gen_ai.tool.call.arguments": json.dumps(data["arguments"], ensure_ascii=False),
            "gen_ai.tool.call.result": str(data["text"]),
        }
    model = str(data["model"])
    shared = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": model.partition(" ")[0],
        "gen_ai.request.model": model.partition(" ")[2] or model,
        "colloquium.dollars": float(data.get("dollars", 0.0)),
    }
    if span.kind == "fault":
        return f"chat {model}", {**shared, "error.type": str(data.get("kind", "")) or "_OTHER"}
    usage = usage_detail(data["result"])
    return f"chat {model}", {
        **shared,
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
    }


def _attributes(values: Mapping[str, object]) -> list[dict[str, Any]]:
    return list(_attribute_list(values))


def _attribute_list(values: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    for key, value in values.items():
        if isinstance(value, float):
            yield {"key": key, "value": {"doubleValue": value}}
        elif isinstance(value, int):
            yield {"key": key, "value": {"intValue": str(value)}}
        else:
            yield {"key": key, "value": {"stringValue": str(value)}}


def _nano(time: datetime) -> str:
    return str(int(time.timestamp() * 1_000_000) * 1000)
