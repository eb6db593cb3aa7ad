"""The offline researcher: fixed rules that play every role, without a model, a key or a network.

It does modest, real science through the same prompts and tools as any model: it finds the numeric settings of an
experiment, varies one, reads the results, and writes up what the ledger holds. No result, number or verdict is canned.
"""

from agents.offline.client import OfflineClient

__all__ = ["OfflineClient"]
