"""Toolsets that agents call, and the libraries behind them. Nothing here imports agents or scenarios."""
