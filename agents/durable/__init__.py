"""The seams between a conversation and the world: every model call, every tool call and every turn goes through here.

Each seam asks the journal first. What was finished is taken from there; what was not is done and recorded. A turn that
was cut short replays its own calls and goes on live where they end.
"""
