"""A log that `inspect view` and `inspect_ai.log.read_eval_log` open: one sample for each idea."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from agents.models.usage import usage_detail
from scenarios.exports.steps import record_data, span_id, step_spans, summary_of
from scenarios.viewer.library import OpenRun
from tools.atomic import write_json
from tools.run_dir import IdeaSummary, RunStatus

_VERSION = 2
"""Of the format of Inspect's logs."""
_STATUSES = {RunStatus.FINISHED: "success", RunStatus.FAILED: "error", RunStatus.RUNNING: "started"}


def write_inspect_log(run: OpenRun, target: Path) -> None:
    """Write the conversation of each idea as a sample with its messages, events, scores and usage."""
    summary = summary_of(run)
    spans = list(step_spans(run))
    times = [span.start.isoformat() for span in spans] + [span.end.isoformat() for span in spans]
    began, ended = (min(times), max(times)) if times else ("", "")
    slots = run.conversation.slots
    ideas = {idea.slot: idea for idea in (summary.ideas if summary else [])}
    samples = [_sample(run, slot, ideas.get(slot)) for slot in slots]
    usage: Counter[tuple[str, str]] = Counter()
    for sample in samples:
        usage.update({(model, key): n for model, counts in sample["model_usage"].items() for key, n in counts.items()})
    scenario = summary.scenario if summary else run.id
    log = {
        "version": _VERSION,
        "status": _STATUSES.get(summary.status, "cancelled") if summary else "cancelled",
        "eval": {
            "eval_id": span_id(f"eval {run.id}", 22),
            "run_id": span_id(f"run {run.id}", 22),
            "created": began,
            "task": f"colloquium/{scenario}",
            "task_id": span_id(f"task {scenario}", 22),
            "task_version": 0,
            "task_attribs": {},
            "task_args": {},
            "dataset": {"name": "ideas", "samples": len(samples), "sample_ids": slots, "shuffled": False},
            "model": f"colloquium/{summary.models}" if summary else "colloquium",
            "model_args": {},
            "config": {},
            "packages": {},
            "metadata": {"run": run.id},
        },
        "plan": {"name": "plan", "steps": [], "config": {}},
        "results": {"total_samples": len(samples), "completed_samples": len(samples), "scores": []},
        "stats": {"started_at": began, "completed_at": ended, "model_usage": _by_model(usage)},
        "samples": samples,
    }
    write_json(target, log)


def _sample(run: OpenRun, slot: str, idea: IdeaSummary | None) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    usage: Counter[tuple[str, str]] = Counter()
    phases = set[str]()
    for span in step_spans(run):
        if span.kind == "phase":
            phases = {span.id} if span.name.startswith(f"{slot}/") else set()
        if not phases:
            continue
        data, at = record_data(run, span), span.start.isoformat()
        seconds = (span.end - span.start).total_seconds()
        if span.kind == "phase":
            messages.append({"role": "system", "content": f"phase {span.name}", "id": span.id})
            events.append(_event("info", at, span.id, source="phase", data={"phase": span.name, **_plain(data)}))
        elif span.kind == "turn" and data:
            message = {
                "role": "assistant",
                "content": f"[{span.name}] {data['text']}",
                "id": span.id,
                "source": "generate",
            }
            messages.append(message)
            events.append(_event("info", span.end.isoformat(), span.id, source=span.name, data=str(data["text"])))
        elif span.kind == "tool":
            error = {"type": "unknown", "message": str(data["text"])[:2000]} if data["failed"] else None
            call = {"id": span.id, "function": str(data["tool"]), "arguments": data["arguments"]}
            result: dict[str, Any] = {
                "result": str(data["text"]),
                "error": error,
                "events": [],
                "completed": span.end.isoformat(),
            }
            events.append(_event("tool", at, span.id, type="function", working_time=seconds, **call, **result))
        elif span.kind == "model":
            counts, content = usage_detail(data["result"]), data["result"]["content"]
            used = {"input_tokens": counts.prompt_tokens, "output_tokens": counts.completion_tokens}
            used["total_tokens"] = counts.prompt_tokens + counts.completion_tokens
            usage.update({(str(data["model"]), key): number for key, number in used.items()})
            words = content if isinstance(content, str) else ""
            choice = {"message": {"role": "assistant", "content": words, "source": "generate"}, "stop_reason": "stop"}
            output = {"model": str(data["model"]), "choices": [choice], "usage": used, "time": seconds}
            asked = {"input": [], "tools": [], "tool_choice": "auto", "config": {}}
            times = {"completed": span.end.isoformat(), "working_time": seconds}
            events.append(_event("model", at, span.id, model=str(data["model"]), output=output, **asked, **times))
    return {
        "id": slot,
        "epoch": 1,
        "input": idea.name if idea and idea.name else slot,
        "target": "",
        "messages": messages,
        "output": {"model": run.id, "choices": [], "completion": ""},
        "scores": _scores(idea),
        "metadata": idea.model_dump(mode="json") if idea else {},
        "store": {},
        "events": events,
        "model_usage": _by_model(usage),
        "attachments": {},
    }


def _event(kind: str, at: str, span: str, **more: object) -> dict[str, Any]:
    return {"event": kind, "uuid": span_id(f"{kind} {span}", 22), "timestamp": at, "working_start": 0.0, **more}


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("kind", "reason") if name in data}


def _scores(idea: IdeaSummary | None) -> dict[str, Any]:
    if idea is None:
        return {}
    found: dict[str, Any] = {}
    if idea.overall is not None:
        found["panel"] = {"value": idea.overall, "answer": idea.decisions[-1] if idea.decisions else None}
    if idea.gate:
        found["gate"] = {"value": "C" if idea.gate == "pass" else "I", "answer": idea.gate}
    return found


def _by_model(usage: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    models = dict.fromkeys(model for model, _ in usage)
    return {model: {key: number for (name, key), number in usage.items() if name == model} for model in models}
