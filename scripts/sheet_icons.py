"""`python -m scripts.sheet_icons`: the icons of the style sheet in the colours of every theme.

To be run after a change of these icons or colours.
"""

from __future__ import annotations

from ui.theme import DARK, LIGHT, for_lecture, sheet_icon_files, sheet_icons


def main() -> None:
    for theme in (LIGHT, DARK):
        for look in (theme, for_lecture(theme)):
            folder = sheet_icons(look)
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in sheet_icon_files(look).items():
                (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
