"""Conditions of a mapping, such as `is_click == 1` or `(rating >= 4 or liked == 'yes') and x < 3`.

    condition  = both ("or" both)*
    both       = part ("and" part)*
    part       = "(" condition ")" | column op literal | column "is" ("known" | "unknown")
    op         = == != < <= > >=
    literal    = a number, or a text in quotes

A number compares as a number, a text as a text; an unknown value meets nothing but `is unknown`.
Only this is understood, and columns are checked, so a mapping cannot carry SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from twoside.store.importing.source import Source

_TOKEN = re.compile(
    r"\s*(?:(?P<op>==|!=|<=|>=|<|>)|(?P<bracket>[()])"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w:.])"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|`(?P<quoted>[^`]+)`|(?P<word>\w[\w:.]*))"
)


@dataclass(frozen=True)
class Condition:
    """A condition in SQL."""

    sql: str
    """Never null."""
    numbers: tuple[str, ...]
    """Columns that are compared with numbers: another value there is of a wrong type."""


def condition(text: str, source: Source, where: str) -> Condition:
    """Understand a condition on the rows of a source; `where` begins every message."""
    if not text.strip():
        return Condition("true", ())
    parser = _Parser(text, source, where)
    sql = parser.either()
    if parser.kind:
        parser.fail(f"did not expect {parser.value!r}")
    return Condition(f"coalesce({sql}, false)", tuple(dict.fromkeys(parser.numbers)))


class _Parser:
    def __init__(self, text: str, source: Source, where: str) -> None:
        self.text, self.source, self.where = text, source, where
        self.numbers: list[str] = []
        self.at = 0
        self.kind = self.value = ""
        self.next()

    def next(self) -> None:
        if not self.text[self.at :].strip():
            self.kind = self.value = ""
            return
        found = _TOKEN.match(self.text, self.at)
        if not found:
            self.fail(f"did not expect {self.text[self.at :].strip()[:10]!r}")
        else:
            self.at = found.end()
            self.kind = found.lastgroup or ""
            self.value = found[self.kind]

    def fail(self, why: str) -> None:
        raise ConfigError(
            f"{self.where} = {self.text!r}: {why}. "
            "Expected conditions such as `rating >= 4`, joined by and / or."
        )

    def either(self) -> str:
        parts = [self.both()]
        while self.kind == "word" and self.value == "or":
            self.next()
            parts.append(self.both())
        return f"({' or '.join(parts)})" if len(parts) > 1 else parts[0]

    def both(self) -> str:
        parts = [self.part()]
        while self.kind == "word" and self.value == "and":
            self.next()
            parts.append(self.part())
        return f"({' and '.join(parts)})" if len(parts) > 1 else parts[0]

    def part(self) -> str:
        if self.kind == "bracket" and self.value == "(":
            self.next()
            inner = self.either()
            if (self.kind, self.value) != ("bracket", ")"):
                self.fail("a bracket is not closed")
            self.next()
            return inner
        if self.kind not in ("word", "quoted"):
            self.fail(f"expected a column, got {self.value or 'the end'!r}")
        column = self.value
        if column not in self.source.columns:
            known = did_you_mean(column, self.source.columns)
            raise ConfigError(
                f"{self.where} = {self.text!r}: {self.source.name} has no column '{column}'. "
                f"{known}"
            )
        self.next()
        return self.known(column) if self.value == "is" else self.comparison(column)

    def known(self, column: str) -> str:
        self.next()
        if self.value not in ("known", "unknown"):
            self.fail("expected `is known` or `is unknown`")
        words = self.source.word(column)
        sql = f"({words} is {'not null' if self.value == 'known' else 'null'})"
        self.next()
        return sql

    def comparison(self, column: str) -> str:
        if self.kind != "op":
            self.fail(f"expected == != < <= > or >= after '{column}'")
        op = "=" if self.value == "==" else self.value
        self.next()
        kind, value = self.kind, self.value
        self.next()
        if kind == "number":
            self.numbers.append(column)
            return f"({self.source.number(column)} {op} {float(value)!r}::double)"
        if kind != "text":
            self.fail(f"expected a number or a text in quotes after '{op}'")
        quoted = value[1:-1].replace("'", "''")
        return f"({self.source.word(column)} {op} '{quoted}')"
