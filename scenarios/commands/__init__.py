"""The commands of the command line, a family a file; `run.py` names them."""
