"""The reviewer benchmark: measure automatic reviews against the decisions and scores of a conference."""
