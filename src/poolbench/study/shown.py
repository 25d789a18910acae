"""What a study found, as a person and other programs want it: a sentence, and a table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from pydantic import PrivateAttr

from poolbench.errors import UsageError
from poolbench.records import LeaderboardRow, VerdictRecord
from poolbench.texts.plain import make_plain

if TYPE_CHECKING:
    import pandas
    import polars


class Verdict(VerdictRecord):
    """The verdict of a study: what is in its record, and a sentence."""

    _lang: str = PrivateAttr("en")

    @classmethod
    def speak(cls, record: VerdictRecord, lang: str) -> Self:
        """Return the verdict of a record, to be told in a language."""
        verdict = cls.model_construct(**dict(record))
        verdict._lang = lang
        return verdict

    def __str__(self) -> str:
        from poolbench.verdict.sentence import describe_verdict

        return make_plain(describe_verdict(self, self._lang))

    def __eq__(self, other: object) -> bool:
        """Return whether the records are equal, in whatever language they are told."""
        return isinstance(other, VerdictRecord) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]


class Leaderboard(tuple[LeaderboardRow, ...]):
    """The rows of a leaderboard, the highest accuracy first: a tuple that prints as a table.

    ``pandas.DataFrame(leaderboard)`` has a column for each measure too, since each row is a
    mapping.

    Attributes:
        lang: The language of the headings, ``en`` or ``ru``.
    """

    lang: str

    def __new__(cls, rows: Iterable[LeaderboardRow], lang: str = "en") -> Self:
        made = super().__new__(cls, rows)
        made.lang = lang
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[LeaderboardRow, ...], str]]:
        return type(self), (tuple(self), self.lang)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return a data frame of pandas: a row for each variant, a column for each measure.

        Raises:
            UsageError: If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise _explain_missing("pandas", error) from None
        return pandas.DataFrame(self._list_rows())

    def to_polars(self) -> "polars.DataFrame":
        """Return a data frame of polars: a row for each variant, a column for each measure.

        Raises:
            UsageError: If polars is not installed.
        """
        try:
            import polars
        except ImportError as error:
            raise _explain_missing("polars", error) from None
        # A measure that the first variants lack is a column of numbers all the same.
        return polars.DataFrame(self._list_rows(), infer_schema_length=None)

    def _list_rows(self) -> list[dict[str, Any]]:
        return [row.model_dump() for row in self]

    def __str__(self) -> str:
        from poolbench.report.board import format_board

        return format_board(self, self.lang) if self else "()"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from poolbench.report.build import render_board

        return render_board(self, self.lang)


def _explain_missing(package: str, error: ImportError) -> UsageError:
    return UsageError("study.no-package", package=package, reason=str(error))
