"""Estimate of token counts from the length of a text, where no tokenizer is at hand."""

CHARACTERS_PER_TOKEN = 3.5
"""Average over English prose, code and LaTeX with current tokenizers."""
