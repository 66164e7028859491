# SPDX-License-Identifier: Apache-2.0
"""Lines of words in two parts, a:b, of which one names a table and the other a row."""

from collections.abc import Iterator

from .source import Source
from .tables import row_counts
from .trace import Records, Trace

IGNORED = {"label", "click", "show", "clk", "target_label"}
MOST_TABLES = 100_000


def head_pairs(source: Source) -> list[tuple[str, str]]:
    """Of the first lines, if all their words are such pairs, but for numbers at the start of a line."""
    pairs = []
    for line in source.head_lines()[:20]:
        words = line.split()
        while words and _is_number(words[0]):
            words.pop(0)
        for word in words:
            left, colon, right = word.rpartition(":")
            if (
                not colon
                or not left
                or left.endswith(":")
                or not _is_number(right)
                or any(mark in word for mark in ',{"')
            ):
                return []
            if left.lower() not in IGNORED:
                pairs.append((left, right))
    return pairs


def _is_number(text: str) -> bool:
    try:
        float(text)
        return True
    except ValueError:
        return False


def read(source: Source, rows: str | None, table_first: bool) -> Trace:
    """The names of tables come before the records, so that the file is read twice."""
    names = _names(source, table_first)
    counts = row_counts(rows, names)
    what = "modulo the table's rows, as --rows gives them" if counts else "as they are"
    remarks = {"rows": f"the source's numbers, {what}; words whose row is no whole number are left out"}
    tables = [(name, counts.get(name)) for name in names]
    return Trace(_records(source, counts, table_first), "rows", tables, has_times=False, remarks=remarks)


def _pairs(source: Source, table_first: bool) -> Iterator[list[tuple[str, int]]]:
    """Of each line, (table, row) of its words."""
    for line in source.said():
        found: list[tuple[str, int]] = []
        for n, word in enumerate(line.split()):
            left, colon, right = word.rpartition(":")
            if not colon:
                if _is_number(word) and not found:
                    continue  # labels at the start
                raise source.bad(
                    f"holds {word[:40]!r}, word {n + 1}; {'table:row' if table_first else 'hash:slot'} is wanted"
                )
            table, row = (left, right) if table_first else (right, left)
            if table.lower() in IGNORED:
                continue
            if not (row.isascii() and row.isdigit()):
                source.note(
                    f"values that are no row numbers are left out, the first is {word[:40]!r} in line {source.line}"
                )
                continue
            found.append((table, int(row)))
        yield found


def _names(source: Source, table_first: bool) -> list[str]:
    names = {}
    for found in _pairs(source, table_first):
        for table, _ in found:
            names[table] = True
        if len(names) > MOST_TABLES:
            raise source.bad(f"is where table number {MOST_TABLES} comes; row:table and table:row may be mixed up")
    if not names:
        raise source.bad("and all before it hold no row numbers")
    return list(names)


def _records(source: Source, counts: dict[str, int], table_first: bool) -> Records:
    for found in _pairs(source, table_first):
        content: dict[str, list[int]] = {}
        for table, row in found:
            if table in counts:
                row %= counts[table]
            elif row >= 2**63:
                raise source.bad(
                    f"row {row} of {table} needs more than 63 bits; --rows says how many rows the table has"
                )
            content.setdefault(table, []).append(row)
        yield None, None, content
