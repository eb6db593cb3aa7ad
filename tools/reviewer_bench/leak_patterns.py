"""How what gives a decision away is written: the patterns that are looked for in a paper, and taken out of it."""

from __future__ import annotations

import re

_VENUE = r"[ ]+(?:the[ ]+)?[A-Z][\w’'&().:-]*(?:[ ]+(?:on|of|and|in|for|[A-Z(][\w’'&().:-]*)){0,12}(?:[ ,']*\d{4}\)?)?"
_ALONE = r"^[ #*_]*"
"""Short forms count only as a line of their own: prose speaks of jobs submitted to a cluster, too."""

PUBLISHED = re.compile(
    rf"(?i:(?:published|accepted|to appear) as an? (?:[\w-]+ )?(?:paper|article) (?:at|in|to|by))(?:{_VENUE})?"
    rf"|{_ALONE}(?i:published (?:at|in)|accepted (?:at|to|by)|to appear (?:at|in)|proceedings of){_VENUE}[ .*_]*$",
    re.MULTILINE,
)
UNDER_REVIEW = re.compile(
    rf"(?i:under (?:review|submission) as an? (?:[\w-]+ )?(?:paper|article) (?:at|in|to|for|by))(?:{_VENUE})?"
    rf"|{_ALONE}(?i:submitted to|under review (?:at|by|for)){_VENUE}[ .*_]*$"
    rf"|{_ALONE}(?i:(?:preprint|manuscript)?[ .,]*(?:currently )?under review|do not distribute)[ .*_]*$",
    re.MULTILINE,
)
ANONYMOUS = re.compile(
    r"anonymous (?:authors?(?:\(s\))?|submission)|(?:paper )?under double[- ]blind review", re.IGNORECASE
)
EMAIL = re.compile(r"\{[^{}\n]{1,300}\}\s*@\s*[\w.-]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(
    r"(?:https?://)?(?<![\w.-])(?:[\w-]+\.)*(?:github\.(?:com|io)|gitlab\.[\w.]+|bitbucket\.org|4open\.science|huggingface\.co|"
    r"zenodo\.org|osf\.io|figshare\.com|codeocean\.com|sites\.google\.com)(?:/(?:[^\s)\]>,;]*[^\s)\]>,;.])?)?",
    re.IGNORECASE,
)
ANONYMOUS_LINK = re.compile(r"anonymous|4open\.science", re.IGNORECASE)
ACKNOWLEDGEMENTS = re.compile(r"^(?:\d+\.?\s*)?acknowledge?ments?(?:\s+and\s+[\w ]+)?\s*(?:$|[.:—–])", re.IGNORECASE)
CONTRIBUTIONS = re.compile(
    r"^(?:\d+\.?\s*)?(?:authors?['’]? contributions?|(?:disclosure of )?funding(?: (?:disclosure|statement))?|"
    r"funding transparency statement)\s*(?:$|[.:—–])",
    re.IGNORECASE,
)
REFERENCES = re.compile(r"^(?:\d+\.?\s*)?(?:references|bibliography)$", re.IGNORECASE)

LINK_MARK = "\N{LEFTWARDS ARROW WITH LOOP}"
_THING = (
    r"(?:codes?|codebase|implementations?|data|datasets?|models?|checkpoints|weights|videos?|demos?|website|repository)"
)
ANNOUNCES = re.compile(
    rf"\b{_THING}\b(?:\W+\w+){{0,10}}?\W+(?:available|released?|found|accessed|accessible|published|open[- ]?sourced)\b"
    rf"(?:\W+\w+){{0,8}}?\W*{LINK_MARK}"
    rf"|\b(?:releas|publish|open[- ]?sourc|provid|shar)\w*\W+(?:\w+\W+){{0,5}}?{_THING}\b(?:\W+\w+){{0,8}}?\W*{LINK_MARK}"
    rf"|^\W*(?:\w+\W+){{0,3}}{_THING}\s*:?\W*{LINK_MARK}",
    re.IGNORECASE,
)
"""A sentence that announces what its link, put as `LINK_MARK`, leads to: «Our code is available at …»."""
