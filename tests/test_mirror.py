"""Every module has its test module in the same place of tests/, and says what it is for."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.source import ROOT, Module, modules

NO_TEST = ("__init__", "__main__")


def test_every_module_has_its_tests() -> None:
    missing = [
        str(module.path)
        for module in modules()
        if module.path.stem not in NO_TEST
        and not (ROOT / "tests" / module.path.parent / f"test_{module.path.name}").exists()
    ]
    assert missing == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: str(module.path))
def test_everything_public_has_a_docstring(module: Module) -> None:
    assert ast.get_docstring(module.tree)
    assert [name for name, node in public(module.tree) if not ast.get_docstring(node)] == []


def public(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The classes and functions that other modules may use."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            yield node.name, node
