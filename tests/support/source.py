"""The package's own source as syntax trees, for tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tcptui"


@dataclass(frozen=True)
class Module:
    """One source file. path: relative to the package ("tcp/seq.py"). part: its layer ("tcp", "cli")."""

    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The folder of the package that it is in, or its own name at the top."""
        return self.path.parts[0] if len(self.path.parts) > 1 else self.path.stem

    def imports(self) -> Iterator[tuple[str, bool]]:
        """Each imported module by its full name, and whether at the top level of the file.

        `from tcptui import tcp` and relative imports are spelled out.
        """
        at_top = {id(node) for node in self.tree.body}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, id(node) in at_top) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                names = [f"{base}.{alias.name}" for alias in node.names] if base == "tcptui" else [base]
                yield from ((name, id(node) in at_top) for name in names)

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        folder = ("tcptui", *self.path.parent.parts)
        parts = folder[: len(folder) - node.level + 1]
        return ".".join([*parts, *([node.module] if node.module else [])])


def modules() -> list[Module]:
    """Every module of the package."""
    return [
        Module(path.relative_to(PACKAGE), ast.parse(path.read_text(encoding="utf-8"), str(path)))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]
