"""Format values, errors, changes and p-values as they are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence


def format_value(value: float, error: float | None = None, *, digits: int = 4, exponent: int | None = None) -> str:
    """Format a value: `0.82 ± 0.03`, `(1.2 ± 0.3)×10⁻⁵`, or `0.8214` without an error.

    The error is rounded to one digit (two if the first is a 1) and the value to the same place, at most eight significant
    digits.

    Args:
        digits: significant digits of a value without an error.
        exponent: print the number in units of this power of ten, without the power, as in a table that states it once.
    """
    shared = shared_exponent((value, error or 0.0)) if exponent is None else exponent
    scaled, scaled_error = value / 10**shared, (error or 0.0) / 10**shared
    places = _places(scaled_error, 2 if _first_digit(scaled_error) == 1 else 1) if error else _places(scaled, digits)
    places = min(places, _places(scaled, 8)) if scaled else places
    text = _fixed(scaled, places) + (f" ± {_fixed(scaled_error, places)}" if error is not None else "")
    if exponent is not None or shared == 0:
        return text
    return (f"({text})" if error is not None else text) + f"×{format_power(shared)}"


def shared_exponent(values: Sequence[float]) -> int:
    """Return the power of ten of the largest number, 0 if plain decimals are readable."""
    largest = max(map(abs, values))
    return 0 if largest == 0 or 1e-3 <= largest < 1e6 else math.floor(math.log10(largest))


def format_power(exponent: int) -> str:
    """Format a power of ten: `10⁻⁵`."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def format_exact(value: float) -> str:
    """Format a number that was set, not measured, with all its digits: `0.003`, `1.5×10⁻⁵`, `128`."""
    mantissa, _, exponent = repr(value).partition("e")
    return mantissa.replace("-", "−") + (f"×{format_power(int(exponent))}" if exponent else "")


def format_setting(value: object) -> str:
    """Format the value of a setting."""
    return format_exact(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def format_percent(fraction: float) -> str:
    """Format the size of a fraction in percent with up to three significant digits and no sign: `12.3%`."""
    percent = abs(fraction) * 100
    return f"{percent:.0f}%" if percent >= 99.95 else f"{percent:.1f}%" if percent >= 0.95 else f"{percent:.2g}%"


def format_signed(difference: float) -> str:
    """Format a difference with its sign and three significant digits: `+0.0123`, `−1.20`."""
    return ("+" if difference > 0 else "") + format_value(difference, digits=3)


def format_interval(low: float, high: float) -> str:
    """Format an interval to two significant digits of its width: `−0.21 to −0.03`."""
    if shared_exponent((low, high)):
        return f"{format_value(low, digits=3)} to {format_value(high, digits=3)}"
    places = _places(high - low, 2)
    return f"{_fixed(low, places)} to {_fixed(high, places)}"


def format_p_value(p: float) -> str:
    """Format a p-value: `p = 0.004`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.0995 else f"p = {p:.2f}"


def _first_digit(number: float) -> int:
    return int(f"{abs(number):e}"[0])


def _places(number: float, digits: int) -> int:
    """Return the decimal places that show `digits` significant digits; negative for tens and hundreds."""
    return digits - 1 - math.floor(math.log10(abs(number))) if number else digits - 1


def _fixed(number: float, places: int) -> str:
    rounded = round(number, places)
    return f"{rounded + 0.0:.{max(places, 0)}f}".replace("-", "−")
