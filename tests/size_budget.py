"""The size budget: files of at most 400 lines, functions of at most 40."""

import ast
import sys
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 400, 40


def over_budget(root: Path) -> list[str]:
    """List what is too long below a folder."""
    found = []
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            found.append(f"{path}: {lines} lines (at most {FILE_LINES})")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    found.append(f"{path}:{node.lineno} {node.name}: {length} lines")
    return found


if __name__ == "__main__":
    problems = over_budget(Path("src"))
    sys.stdout.write("\n".join([*problems, f"{len(problems)} over the size budget"]) + "\n")
    sys.exit(bool(problems))
