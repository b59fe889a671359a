"""Who may import whom. The order is the design; a new part must be given its place in it here."""

import subprocess
import sys

from tests.support.source import Module, modules

# part: what it may import, besides itself
MAY_IMPORT: dict[str, str] = {
    "dataclass": "",
    "errors": "",
    "processes": "",
    "tcp": "errors",
    "capture": "errors processes tcp",
    "store": "errors tcp capture",
    "demos": "errors",
    "names": "errors store",
    "trail": "tcp",
    "flowtable": "store",
    "numbering": "store",
    "condense": "tcp store",
    "engines": "tcp store condense",
    "regular": "tcp store flowtable",
    "enginebook": "tcp store condense engines",
    "trails": "tcp store trail condense",
    "flowbook": "errors processes tcp store flowtable numbering condense engines regular enginebook trails",
    "hosts": "tcp store",
    "zeek": "tcp",
    "bounds": "capture",
    "turns": "",
    "ingest": "bounds turns errors tcp capture store enginebook flowbook hosts",
    "session": "bounds errors tcp capture store names flowtable flowbook hosts ingest",
    "sources": "errors tcp capture store bounds demos names session",
    "model": "errors tcp store flowtable",
    "report": "errors processes tcp store flowtable flowbook hosts zeek session model",
    "tui": "errors tcp capture store names flowtable flowbook hosts session sources demos model",
    "arguments": "errors",
    "cli": "errors arguments bounds capture demos names session sources model report tui",
    "__main__": "cli",
    "__init__": "",
}

EVERYWHERE = {"dataclass", "__version__"}
"""What all may import."""

# libraries: the parts that may import them
LIBRARIES: dict[str, str] = {
    "numpy": "capture store hosts names flowtable numbering condense engines regular enginebook flowbook"
    " session sources model report tui cli",
    "scapy": "capture model",
    "textual": "tui",
    "rich": "model tui",
}

# modules of the standard library that would give the inference a clock, input or output
IMPURE = {
    "time",
    "datetime",
    "io",
    "os",
    "sys",
    "pathlib",
    "socket",
    "select",
    "logging",
    "threading",
    "asyncio",
    "random",
    "subprocess",
}


def package_imports(module: Module) -> set[str]:
    """The other parts that a module imports."""
    names = (name.split(".") for name, _ in module.imports())
    return {name[1] for name in names if name[0] == "tcptui" and len(name) > 1} - {module.part} - EVERYWHERE


def test_every_part_has_its_place() -> None:
    assert {module.part for module in modules()} <= set(MAY_IMPORT)
    for part, below in MAY_IMPORT.items():
        order = list(MAY_IMPORT)
        assert all(order.index(other) < order.index(part) for other in below.split()) or part == "__main__"


def test_imports_point_downwards() -> None:
    wrong = [
        f"{module.path} imports {part}"
        for module in modules()
        for part in sorted(package_imports(module) - set(MAY_IMPORT[module.part].split()))
    ]
    assert wrong == []


def test_libraries_stay_in_their_parts() -> None:
    wrong = [
        f"{module.path} imports {name}"
        for module in modules()
        for name, _ in module.imports()
        if name.split(".")[0] in LIBRARIES and module.part not in LIBRARIES[name.split(".")[0]].split()
    ]
    assert wrong == []


def test_every_library_is_known() -> None:
    known = set(sys.stdlib_module_names) | set(LIBRARIES) | {"tcptui"}
    unknown = {
        name for module in modules() for name, _ in module.imports() if name.split(".")[0] not in known
    }
    assert unknown == set()


def test_the_inference_is_pure() -> None:
    tops = {
        (str(m.path), name.split(".")[0]) for m in modules() if m.part == "tcp" for name, _ in m.imports()
    }
    allowed = (set(sys.stdlib_module_names) - IMPURE) | {"tcptui"}
    assert [(path, name) for path, name in sorted(tops) if name not in allowed] == []


def test_the_screen_is_imported_only_when_there_is_one() -> None:
    eager = [
        f"{module.path} imports {name}"
        for module in modules()
        for name, at_top in module.imports()
        if at_top and name.startswith("tcptui.tui") and module.part != "tui"
    ]
    assert eager == []


def test_the_version_is_told_without_a_library() -> None:
    script = (
        "import sys\nfrom tcptui.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        f"print(*sorted(set(sys.modules) & set({sorted(LIBRARIES)})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tcptui ")
    assert done.stderr.split() == []
