"""Make the mutants of seven rooms with cosmic-ray, draw a sample, and know the equivalent ones.

A mutant is a line of code changed in one place. It is equivalent where no run can tell it from the
code: such mutants stand in `equivalent.csv`, each with its reason, and do not count.
"""

from __future__ import annotations

import ast
import csv
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOMS = ("kernels", "world", "events", "month", "engine", "metrics", "assess")
EQUIVALENT = Path(__file__).with_name("equivalent.csv")

OPERATORS = re.compile(
    r"core/(NumberReplacer|AddNot|ZeroIterationForLoop|ReplaceTrueWithFalse|ReplaceFalseWithTrue"
    r"|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceBreakWithContinue|ReplaceContinueWithBreak"
    r"|ReplaceBinaryOperator_(Add_Sub|Add_Mul|Sub_Add|Sub_Mul|Mul_Add|Mul_Div|Div_Mul|Div_Sub"
    r"|Pow_Mul|Mod_FloorDiv|FloorDiv_Mul|BitAnd_BitOr|BitOr_BitAnd)"
    r"|ReplaceComparisonOperator_(Lt_LtE|Lt_GtE|LtE_Lt|LtE_Gt|Gt_GtE|Gt_LtE|GtE_Gt|GtE_Lt"
    r"|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is)"
    r"|ReplaceUnaryOperator_(Delete_\w+|USub_UAdd))"
)
"""Operators of cosmic-ray that make other arithmetic. The rest (a shift of a float, a decorator
removed) mostly raise at once, which any test sees: they would only flatter the score."""


class Change(NamedTuple):
    """Tell a mutant as people read it, and as `equivalent.csv` names it."""

    module: str
    function: str
    """Of the class, or empty, outside of functions"""
    line: str
    mutant: str
    """The line as it is, and as it becomes"""


@dataclass(frozen=True, order=True)
class Mutant:
    """Say where the code changes, and how."""

    module: str
    """Path from the root of the repository"""
    row: int
    column: int
    operator: str
    occurrence: int
    """Of what the operator changes, counted over the module"""
    function: str

    @property
    def spec(self) -> MutationSpec:
        """As cosmic-ray takes it."""
        start = (self.row, self.column)
        end = (self.row, self.column + 1)
        return MutationSpec(Path(self.module), self.operator, self.occurrence, start, end)

    def change(self, source: str) -> Change:
        """Find the line that changes in the text of the module."""
        mutated = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        pairs = zip(source.splitlines(), mutated.splitlines(), strict=False)
        line, mutant = next((old, new) for old, new in pairs if old != new)
        return Change(self.module, self.function, line.strip(), mutant.strip())


def modules(root: Path) -> list[str]:
    """Name the modules of the rooms that are tested."""
    found = (path for room in ROOMS for path in (root / "sim" / room).glob("*.py"))
    return sorted(path.relative_to(root).as_posix() for path in found)


def mutants(root: Path, names: Iterable[str]) -> list[Mutant]:
    """List all mutants of some modules, in order.

    Type annotations, and what makes a class a frozen one, only speak to who writes the code.
    """
    found = []
    with use_db(":memory:", mode=WorkDB.Mode.create) as database:
        init([root / name for name in names], database, {})
        for item in database.work_items:
            (spec,) = item.mutations
            name = spec.module_path.relative_to(root).as_posix()
            if OPERATORS.fullmatch(spec.operator_name):
                function = spec.definition_name or ""
                found.append(
                    Mutant(name, *spec.start_pos, spec.operator_name, spec.occurrence, function)
                )
    spans = {name: list(_declarations((root / name).read_text("utf-8"))) for name in names}
    return sorted(
        each
        for each in found
        if not any(start <= (each.row, each.column) < end for start, end in spans[each.module])
    )


def _declarations(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield where annotations and decorators of classes begin and end, (row, column)."""
    for node in ast.walk(ast.parse(source)):
        named = (getattr(node, name, None) for name in ("annotation", "returns"))
        decorators = node.decorator_list if isinstance(node, ast.ClassDef) else []
        for each in (*named, *decorators):
            if isinstance(each, ast.expr):
                end = (each.end_lineno or 0, each.end_col_offset or 0)
                yield (each.lineno, each.col_offset), end


def sample(every: Sequence[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """Draw some mutants, the same for the same seed; all of them for None."""
    if size is None or size >= len(every):
        return list(every)
    return sorted(random.Random(seed).sample(list(every), size))


def sample_of_each(every: Sequence[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """Draw as many of every module, and all of one that has fewer."""
    drawn = []
    for _, inside in groupby(sorted(every), key=lambda each: each.module):
        drawn += sample(list(inside), size, seed)
    return drawn


def equivalents(path: Path = EQUIVALENT) -> Mapping[Change, str]:
    """Read the mutants that no run can tell from the code, with the reason why."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            Change(row["module"], row["function"], row["line"], row["mutant"]): row["reason"]
            for row in csv.DictReader(file)
        }
