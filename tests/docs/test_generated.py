"""The pages made from code say what the code says, and the site builds without a warning."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from metier import hookspecs

ROOT = Path(__file__).parents[2]


def test_generated_pages_are_true() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_hook_is_documented_with_its_signature() -> None:
    page = (ROOT / "docs" / "authors" / "hooks.md").read_text(encoding="utf-8")
    for node in ast.parse(Path(hookspecs.__file__).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            returns = ast.unparse(node.returns) if node.returns else "None"
            assert f"def {node.name}({ast.unparse(node.args)}) -> {returns}: ..." in page
            assert (ast.get_docstring(node) or "").splitlines()[0] in page


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    page = ROOT / "docs" / "authors" / "hooks.md"
    script = f"""
import sys; sys.path.insert(0, {str(ROOT / "docs")!r}); sys.argv = ["generate.py"]
import generate
from pathlib import Path
generate.DOCS = Path({str(tmp_path)!r}); generate.ROOT = generate.DOCS
generate.own_plugins = lambda: ["none"]
generate.PAGES = {{"hooks.md": generate.hooks.page}}
generate.main([])
(generate.DOCS / "hooks.md").write_text("stale", encoding="utf-8")
sys.exit(generate.main(["--check"]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "hooks.md: not what the code says" in done.stdout
    assert page.is_file()


def test_the_site_builds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "authors" / "tutorial" / "index.html").is_file()
