"""Scenario files, their schema, the runner, phase types, batches, commands and views."""
