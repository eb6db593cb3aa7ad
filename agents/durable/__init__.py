"""Durable wrappers: every model call, tool call and turn goes through the journal.

A wrapper asks the journal first. A finished step is taken from there; any other step is done and recorded. An interrupted
turn replays its own calls and continues live where they end.
"""
