"""What can be wrong with a design, a table or a test, in words that the user can act on."""

from spean.survey.errors import SurveyError


class TablesError(SurveyError):
    """Something about tables that the user can mend. The message is complete."""


class DesignError(TablesError):
    """A sampling design or its weights that cannot be as they are given."""


class NothingToEstimate(TablesError):
    """A domain with no cases, or a statistic that these cases do not determine."""
