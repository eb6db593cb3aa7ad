"""Review forms, decision rules, quote checks, and the records and reports of review panels."""

from tools.review.examples import ReviewExample, example_as_data, load_examples, read_examples, save_examples
from tools.review.forms import FORMS, Form, FormField, form_names, load_form
from tools.review.panel_report import PanelFacts, write_report
from tools.review.quote_check import PaperText, QuoteReport, check_quotes, extract_quotes
from tools.review.records import (
    INDEPENDENT_STAGES,
    SCHEMA,
    STAGES_BEFORE_REBUTTAL,
    CheckedQuote,
    FilledForm,
    MetaReview,
    MissingReview,
    PanelDecision,
    PanelMessage,
    PanelReport,
    ReviewRecord,
    ReviewStage,
    schema_text,
)
from tools.review.rules import RULES, load_rule, rule_names
from tools.review.scores import summarize_scores
from tools.review.store import (
    RESERVED_NAMES,
    load_decision,
    load_rebuttal,
    load_review_records,
    load_reviews,
    save_decision,
    save_review,
)

__all__ = [
    "FORMS",
    "INDEPENDENT_STAGES",
    "RESERVED_NAMES",
    "RULES",
    "SCHEMA",
    "STAGES_BEFORE_REBUTTAL",
    "CheckedQuote",
    "FilledForm",
    "Form",
    "FormField",
    "MetaReview",
    "MissingReview",
    "PanelDecision",
    "PanelFacts",
    "PanelMessage",
    "PanelReport",
    "PaperText",
    "QuoteReport",
    "ReviewExample",
    "ReviewRecord",
    "ReviewStage",
    "check_quotes",
    "example_as_data",
    "extract_quotes",
    "form_names",
    "load_decision",
    "load_examples",
    "load_form",
    "load_rebuttal",
    "load_review_records",
    "load_reviews",
    "load_rule",
    "read_examples",
    "rule_names",
    "save_decision",
    "save_examples",
    "save_review",
    "schema_text",
    "summarize_scores",
    "write_report",
]
