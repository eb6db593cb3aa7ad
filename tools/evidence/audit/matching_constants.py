"""Find the constants of the code that the words around a number name."""

from __future__ import annotations

from tools.evidence.audit.names import alike, words
from tools.evidence.audit.printed_numbers import PrintedNumber
from tools.evidence.code_constants import CodeConstant


def matching_constants(text: str, place: int, constants: list[CodeConstant]) -> list[CodeConstant]:
    """Return the constants whose whole name the words just before or after a position say."""
    near = words(text[max(0, place - 50) : place])[-6:] + words(text[place : place + 30])[:3]
    matching = []
    for constant in constants:
        wanted = [word for word in words(constant.name) if not word.isdigit()]
        if wanted and len("".join(wanted)) > 2 and all(any(alike(w, n) for n in near) for w in wanted):
            matching.append(constant)
    return matching


def holds(number: PrintedNumber, constant: CodeConstant) -> bool:
    """Tell whether a number prints a constant."""
    return abs(number.value - constant.value) <= number.half_unit if number.decimals else number.value == constant.value
