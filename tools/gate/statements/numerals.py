"""Find the numbers that a text states: in digits, words, fractions, and verbs such as 'halves'.

The text must be `plain_text.plain`. A number that is part of a name, an index or a power is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Form = Literal["integer", "decimal", "percent", "ratio"]

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "dozen": 12, "nought": 0, "nil": 0,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twelfth": 12, "twentieth": 20, "fiftieth": 50, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
_RATIO_WORDS = {
    "halve": 0.5, "halves": 0.5, "halved": 0.5, "halving": 0.5, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2,
    "triple": 3, "triples": 3, "tripled": 3, "tripling": 3, "trebled": 3, "treble": 3, "quadruple": 4, "quadruples": 4,
    "quadrupled": 4, "quadrupling": 4, "twice": 2, "thrice": 3, "quartered": 0.25, "quarters": 0.25, "twofold": 2,
    "threefold": 3, "fourfold": 4, "fivefold": 5, "tenfold": 10, "hundredfold": 100,
}  # fmt: skip
_CARDINAL = "|".join([*_UNITS, *_TENS, *_SCALES])
_PART = "|".join(f"{part}s?" for part in _PARTS)
_WORDS = re.compile(
    rf"(?<![\w-])(?:(?P<over>a|an|one|(?:(?:{_CARDINAL})[\s-]+)*?(?:{_CARDINAL}))[\s-]+(?P<part>{_PART})(?![\w])"
    rf"|(?P<number>(?:{_CARDINAL})(?:[\s-]+(?:and[\s-]+)?(?:{_CARDINAL}))*(?:\s+point(?:\s+(?:{_CARDINAL}))+)?)(?![\w])"
    rf"|(?P<ratio>{'|'.join(_RATIO_WORDS)})(?![\w-])|(?P<half>half|third|quarter)(?![\w-]))",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?P<value>(?:[1-9]\d{0,2}(?:(?:,\s?|\s,\s)\d{3})+(?!\d)|\d+)(?:\s*\.\s*\d+(?:\s{2,}\d+(?![\d.]))*|(?<!\d{3}),\d+(?![\d,]))*|(?<![\w.])\.\d+)"
    r"(?:\s*/\s*(?P<below>\d+(?:\.\d+)?))?"
    r"(?P<power>[eE][-+]?\d+|\s*(?:\\times|×|\\cdot|\.|x)?\s*10\s*\^?\s*\{?\s*(?P<exponent>-?\s*\d+))?"
)
_NAME_BEFORE = re.compile(r"(?:[A-Za-z]|[A-Za-z]-|[_^]\s*|[A-Za-z]–|\d[._-])$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b|-?\s?D\b|-dimensional")
_PERCENT = re.compile(r"\s*-?(?:%|per\s?cent\b|percent\b|percentage points?\b|pp\b|points of percent)")
_PERCENT_RANGE = re.compile(
    r"\s*(?:to|-+|–|and(?=\s+[\d.]+\s*(?:%|per)))\s*\d+(?:\.\d+)?\s*-?(?:%|per\s?cent\b)", re.IGNORECASE
)
"""Behind the first number of '11 to 24 percent'."""
_BETWEEN_OR_BY = re.compile(r"\b(?:by|between|from|of)\s+(?:about\s+|roughly\s+|some\s+)?$", re.IGNORECASE)
_TIMES = re.compile(r"\s*-?(?:times\b(?!\s+steps?)|fold\b|x\b(?!\s*\d)|×(?!\s*\d)|\\times(?!\s*\d))")
_FACTOR_OF = re.compile(r"\bfactors?\s+of\s+(?:about\s+|nearly\s+)?$", re.IGNORECASE)
_PART_OF_COMPOUND = re.compile(r"-?\s?dimension|-(?:sided|tailed|stage|way|layer|step|part)")
_POWER = re.compile(r"\s*\^\s*\{?\s*(-?\s?\d{1,3})(?![\d.])")
_HALF_OF = re.compile(r"\s+(?:the|of|a|that|as|its|again)\b")
_BY_HALF = re.compile(r"\b(?:by|to|in|than|about|nearly|almost|over|under|roughly)\s+(?:a\s+|one\s+)?$", re.IGNORECASE)
_AND_A_PART = re.compile(rf"\b({_CARDINAL})\s+and\s+$", re.IGNORECASE)
"""Before the fraction of 'two and a half'."""
_ONE_IN = re.compile(rf"\s+in\s+(?:every\s+)?({_CARDINAL}|\d+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Numeral:
    """A stated number between two positions. A percentage has its value in percent."""

    start: int
    end: int
    text: str
    value: float
    form: Form
    half_unit: float
    """Half of the last printed digit, in the unit of the value."""
    in_words: bool = False

    def prints(self, value: float) -> bool:
        """Tell whether a measured value prints as this number, whatever its sign."""
        return abs(abs(value) - abs(self.value)) <= self.half_unit * (1 + 1e-6) + 1e-12


def numerals(text: str) -> Iterator[Numeral]:
    """Yield the numbers of a plain text in order."""
    found = [*_in_digits(text), *_in_words(text)]
    last = 0
    for numeral in sorted(found, key=lambda n: (n.start, -n.end)):
        if numeral.start >= last:
            yield numeral
            last = numeral.end


def _in_digits(text: str) -> Iterator[Numeral]:
    for match in _DIGITS.finditer(text):
        if _part_of_a_name(text, match.start(), match.end()):
            continue
        digits = _decimal_point(re.sub(r"\s", "", match["value"]))
        decimals = len(digits.partition(".")[2])
        exponent = int(re.sub(r"\s", "", match["exponent"] or match["power"][1:])) if match["power"] else 0
        scale = 10.0**exponent if abs(exponent) < 300 else 1.0
        value, half = float(digits) * scale, 0.5 * 10.0**-decimals * scale
        form: Form = "decimal" if decimals or match["power"] else "integer"
        if match["below"]:
            below = float(match["below"])
            if below == 0:
                continue
            value, form, half = value / below, "ratio", 0.02 * value / below
        if form == "integer" and _FACTOR_OF.search(text[: match.start()]):
            form, half = "ratio", 0.05 * value
        end = match.end()
        if power := _POWER.match(text, end):
            value, form, end = value ** int(power[1].replace(" ", "")), "decimal", power.end()
            half = 0.5 * value
        if percent := _PERCENT.match(text, end):
            form, end = "percent", percent.end()
        elif _PERCENT_RANGE.match(text, end) and _BETWEEN_OR_BY.search(text[: match.start()]):
            form = "percent"
        elif times := _TIMES.match(text, end):
            form, end = "ratio", times.end()
        yield Numeral(match.start(), end, text[match.start() : end], value, form, half)
    for index, character in enumerate(text):
        if ord(character) > 127 and unicodedata.category(character) == "No":
            value = unicodedata.numeric(character)
            if value != int(value):
                yield Numeral(index, index + 1, character, value, "ratio", 0.02 * value)


def _part_of_a_name(text: str, start: int, end: int) -> bool:
    """Tell whether digits belong to a power, an index, an ordinal, or a name such as 'run_2' and 'A100'."""
    near, after = text[max(0, start - 12) : start], text[end : end + 24]
    if re.search(r"\^\s*\{?\s*-?\s*$", near[-4:]) or _ORDINAL.match(after):
        return True
    if _NAME_BEFORE.search(near[-3:]) and not re.search(r"(?:(?i:kl|=|by)|\b[a-z]{3,}-)$", near):
        return True
    if (
        re.search(r"\b[A-Z]{2,}[\s-]$", near)
        and text[start:end].isdigit()
        and not re.match(r"\s*(?:%|bits?\b|times)", after)
    ):
        return True  # 'IEEE 754'
    if re.match(r"s\b", after) and re.search(r"\b(?:1[89]|20)\d0$", text[max(0, start - 1) : end]):
        return True  # 'the 1950s'
    return re.match(r"[A-Za-z]{2,}", after) is not None and not re.match(r"(?:ms|mu|bits?|x|fold|pp|s)\b", after)


def _decimal_point(digits: str) -> str:
    """Return digits with one decimal point and no separators of thousands."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", digits):
        return digits.replace(",", "")
    whole, point, rest = digits.replace(",", ".").partition(".")
    return whole + point + rest.replace(".", "")


def _in_words(text: str) -> Iterator[Numeral]:
    for match in _WORDS.finditer(text):
        start, end = match.span()
        if match["ratio"]:
            value = _RATIO_WORDS[match[0].lower()]
            yield Numeral(start, end, match[0], value, "ratio", 0.05 * value, True)
        elif match["half"]:
            value = 1 / _PARTS[match[0].lower()]
            if _HALF_OF.match(text[end:]) or _BY_HALF.search(text[:start]):
                yield Numeral(start, end, match[0], value, "ratio", 0.05 * value, True)
        elif match["part"]:
            part = match["part"].lower()
            over = 1 if match["over"].lower() in ("a", "an") else _cardinal(match["over"])
            value = over / (_PARTS.get(part) or _PARTS[part.removesuffix("s")])
            if whole := _AND_A_PART.search(text[:start]):
                value += _cardinal(whole[1])
                yield Numeral(whole.start(), end, text[whole.start() : end], value, "decimal", 0.1 * value, True)
                continue
            yield Numeral(start, end, match[0], value, "ratio", 0.03 * value, True)
        elif _PART_OF_COMPOUND.match(text[end:]):
            continue
        elif (numeral := _number_in_words(text, match)) and (numeral.form, numeral.value) != ("integer", 1):
            yield numeral  # a lone 'one' is a pronoun or an article


def _number_in_words(text: str, match: re.Match[str]) -> Numeral:
    whole, _, behind = match["number"].lower().partition(" point ")
    end = match.end()
    value, half = _cardinal(whole), 0.5
    form: Form = "integer"
    if behind:
        digits = "".join(str(_UNITS.get(word, 0)) for word in re.findall(r"[a-z]+", behind))
        value, form, half = float(f"{int(value)}.{digits}"), "decimal", 0.5 * 10.0 ** -len(digits)
    if inside := _ONE_IN.match(text[end:]):
        below = float(inside[1]) if inside[1].isdigit() else _cardinal(inside[1])
        if below > value:
            end += inside.end()
            value, form, half = value / below, "ratio", 0.05 * value / below
    elif percent := _PERCENT.match(text, end):
        form, end = "percent", percent.end()
    elif times := _TIMES.match(text, end):
        form, end, half = "ratio", times.end(), 0.05 * value
    elif _FACTOR_OF.search(text[: match.start()]):
        form, half = "ratio", 0.05 * value
    return Numeral(match.start(), end, text[match.start() : end], value, form, half, True)


def _cardinal(words: str) -> float:
    total = current = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _SCALES:
            current = max(1, current) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
        else:
            current += _UNITS.get(word, _TENS.get(word, 0))
    return float(total + current)
