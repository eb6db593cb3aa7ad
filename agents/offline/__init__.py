"""The offline researcher: fixed rules that play every role without a model, an API key or a network connection.

It does modest but real research with the same tools as any model: it finds the numeric settings of an experiment, varies
one, reads the results and writes up what the ledger holds. No result, number or verdict is canned.

It works on data: the variables that the prompts are rendered from, role card fields, and the typed data of tool results
(`state.py`). It never reads prompt text, so prompts and role cards can be rewritten freely. What its participants tell
each other goes through the chat in sentences of a fixed form (`messages.py`).
"""
