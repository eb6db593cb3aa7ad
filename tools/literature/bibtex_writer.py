"""Write a record as a BibTeX entry that every LaTeX engine and style can typeset."""

from __future__ import annotations

import functools
import re
import unicodedata
from urllib.parse import quote

from pylatexenc.latexencode import (  # type: ignore[import-untyped]
    RULE_CALLABLE,
    RULE_DICT,
    UnicodeToLatexConversionRule,
    UnicodeToLatexEncoder,
)

from tools.literature.bibtex_reader import SOURCE_FIELD
from tools.literature.local import STOP_WORDS
from tools.literature.record import PaperRecord, ascii_fold, family_name

MAX_AUTHORS = 20
"""An entry with more authors names the first ten "and others", because BibTeX limits the length of fields."""

_PROCEEDINGS = re.compile(
    r"conference|proceedings|symposium|workshop|advances in neural|\b(?:neurips|nips|icml|iclr|aaai|ijcai|cvpr|iccv"
    r"|eccv|acl|emnlp|naacl|aistats|uai|colt|kdd|wacv|interspeech|icassp|icra|iros)\b",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(r"\b(?:press|publishers?|publishing|wiley|hall|springer(?:-verlag)?)$|& sons", re.IGNORECASE)
_KINDS = ((_PROCEEDINGS, ("inproceedings", "booktitle")), (_PUBLISHER, ("book", "publisher")))
# BibTeX counts escaped braces too, so an unpaired one would swallow the rest of the file.
_BRACES = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright"}
_BEYOND_T1 = re.compile(
    "[\u0400-\u052f\U0001d49c-\U0001d4cf\u1fd3ŉƕƞəɛɸʔʞΐϒϓϔₔℋℐℒℛℬℰℱℳ⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞↜↝⇅⇵∟∯∰∱∻∾≆≋≌≙≛≸≹⊧⊨⊫⊶⊷⊹⊾⋘⋙⋨⋰⌆⌕♩♭♮♯⨏⨖]"
)
_ACCENTS = {
    "\u0300": r"\`",
    "\u0301": r"\'",
    "\u0302": r"\^",
    "\u0303": r"\~",
    "\u0304": r"\=",
    "\u0306": r"\u",
    "\u0307": r"\.",
    "\u0308": r"\"",
    "\u030a": r"\r",
    "\u030b": r"\H",
    "\u030c": r"\v",
    "\u0323": r"\d",
    "\u0327": r"\c",
    "\u0328": r"\k",
}


def latex_safe(text: str) -> str:
    """Return plain text as ASCII LaTeX with special characters escaped. Characters that LaTeX cannot typeset become
    their code point, as in [U+738B]."""
    return str(_encoder().unicode_to_latex(unicodedata.normalize("NFC", text)))


@functools.cache
def _encoder() -> UnicodeToLatexEncoder:
    """Return one shared encoder, because building its tables is slow."""
    return UnicodeToLatexEncoder(
        conversion_rules=[
            UnicodeToLatexConversionRule(RULE_DICT, _BRACES),
            UnicodeToLatexConversionRule(RULE_CALLABLE, _beyond_t1),
            "defaults",
        ],
        replacement_latex_protection="braces-all",
        unknown_char_policy=_unknown,
        unknown_char_warning=False,
    )


def _beyond_t1(text: str, place: int) -> tuple[int, str] | None:
    """Encode characters for which the tables use commands of packages that a paper may not load: Cyrillic, rare signs."""
    char = text[place]
    return (1, _unknown(char)) if _BEYOND_T1.match(char) else None


def _unknown(char: str) -> str:
    """Encode a letter that the tables lack: by its parts with their accents (as in Vietnamese), or by its code point."""
    parts = unicodedata.normalize("NFKD", char)
    if parts == char:
        return f"[U+{ord(char):04X}]"
    latex = ""
    for part in parts:
        if not unicodedata.combining(part):
            latex += latex_safe(part)
        elif part in _ACCENTS and "ensuremath" not in latex:
            latex = f"{{{_ACCENTS[part]}{{{latex}}}}}"
    return latex


def cite_key(record: PaperRecord) -> str:
    """Return first author, year and first significant word of the title: `ho2020denoising`."""
    author = _letters(family_name(record.authors[0])) if record.authors else ""
    words = [word for part in re.split(r"[\s\-–—/:'’]+", record.title) if (word := _letters(part)) not in STOP_WORDS]
    word = next((word for word in words if word.strip("0123456789")), "untitled")
    return f"{author or 'anonymous'}{record.year or ''}{word}"


def bibtex_entry(key: str, record: PaperRecord) -> str:
    """Return the entry with one field per line. The field `colloquium-source` names the record; styles ignore it."""
    preprint = bool(record.arxiv_id) and not record.venue
    venue = f"arXiv preprint arXiv:{record.arxiv_id}" if preprint else record.venue
    kind, place = next((entry for pattern, entry in _KINDS if pattern.search(venue)), ("article", "journal"))
    fields = {
        # A second pair of braces protects capitals from the style.
        "title": f"{{{latex_safe(record.title)}}}",
        "author": _authors(record.authors),
        "year": str(record.year or ""),
        place: latex_safe(venue),
        "doi": record.doi if re.fullmatch(r"[\w./;()<>:+-]+", record.doi, re.ASCII) else "",
        "eprint": record.arxiv_id,
        "archiveprefix": "arXiv" if record.arxiv_id else "",
        "url": quote(record.url, safe="/:?&=+,;@~%#().-_"),
        SOURCE_FIELD: re.sub(r"[^!-~]|[{}\\%@#\",]", "_", record.id),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind if venue else 'misc'}{{{key},", *lines, "}"]) + "\n"


def _authors(authors: tuple[str, ...]) -> str:
    names = [_author(author) for author in authors]
    return " and ".join(names if len(names) <= MAX_AUTHORS else [*names[:10], "others"])


def _author(author: str) -> str:
    if author == "others":  # A .bib file with only the first few authors.
        return author
    name = latex_safe(author)
    # BibTeX would split these: "Research and Development", "The Gemini Team, Google".
    return f"{{{name}}}" if "," in name or re.search(r"\b(and|others)\b", name, re.IGNORECASE) else name


def _letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", ascii_fold(word).casefold())
