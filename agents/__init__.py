"""Agents: role cards, prompts, the conversation, the journal, model providers and the offline researcher."""
