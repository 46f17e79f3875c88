from pathlib import Path

from netmon_dashboard.icons.theme_choice import chosen_themes


def test_themes_of_kde_and_gtk_are_read(tmp_path: Path) -> None:
    for file, text in (
        ("kdeglobals", "[Icons]\nTheme=breeze-dark\n"),
        ("gtk-3.0/settings.ini", '[Settings]\ngtk-icon-theme-name="Papirus"\n'),
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-icon-theme-name=Papirus\n"),
    ):
        path = tmp_path / ".config" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert chosen_themes({"HOME": str(tmp_path)}) == ("breeze-dark", "Papirus")
    assert chosen_themes({"XDG_CONFIG_HOME": str(tmp_path / ".config")}) == ("breeze-dark", "Papirus")


def test_nothing_is_chosen_where_nothing_is_set(tmp_path: Path) -> None:
    assert chosen_themes({"HOME": str(tmp_path)}) == ()
    assert chosen_themes({"HOME": "relative", "XDG_CONFIG_HOME": "too"}) == ()
    assert chosen_themes({}) == ()
