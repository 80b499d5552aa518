"""Files that belong together: all of them are written, or what was there before is as it was."""

import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_together(texts: Mapping[Path, str]) -> None:
    """Write text files of one folder beside it first, then put them in place.

    What fails halfway is undone. Raises OSError.
    """
    folder = next(iter(texts)).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".spean-", dir=folder) as staging:
        new, old = Path(staging) / "new", Path(staging) / "old"
        new.mkdir()
        old.mkdir()
        for path, text in texts.items():
            (new / path.name).write_text(text, encoding="utf-8")
        moved: list[Path] = []
        try:
            for path in texts:
                if path.exists():
                    path.replace(old / path.name)
                moved.append(path)
                (new / path.name).replace(path)
        except OSError:
            for path in moved:
                if (old / path.name).exists():
                    (old / path.name).replace(path)
            raise
