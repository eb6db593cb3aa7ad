"""The reviewer benchmark: automatic reviews against the decisions and the scores of a conference."""
