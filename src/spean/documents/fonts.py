"""The fonts that every output carries with it."""

from pathlib import Path

TYPST_FAMILIES = '("Noto Sans", "Noto Sans Khmer")'


def font_files() -> dict[str, Path]:
    """Give the upright font file of each family."""
    import fontpkg_noto_sans
    import fontpkg_noto_sans_khmer

    found = {}
    for name, module in (
        ("Noto Sans", fontpkg_noto_sans),
        ("Noto Sans Khmer", fontpkg_noto_sans_khmer),
    ):
        folder = Path(str(module.__file__)).parent / "files"
        found[name] = next(f for f in sorted(folder.glob("*.ttf")) if "Italic" not in f.name)
    return found


def font_folders() -> list[Path]:
    """Give the folders that hold the fonts."""
    return [file.parent for file in font_files().values()]
