from netmon_cli.render.palette import Palette, Style


def test_without_colour_text_stays_text() -> None:
    assert Palette().paint("x", Style.RED) == "x"


def test_every_colour_ends_where_it_began() -> None:
    palette = Palette(colour=True, many=True)
    assert palette.paint("x", Style.GREEN) == "\x1b[32mx\x1b[0m"
    assert palette.paint("x", Style.PLAIN) == "x"
    assert palette.paint("", Style.RED) == ""


def test_orange_is_yellow_where_there_are_only_sixteen_colours() -> None:
    assert Palette(colour=True).paint("x", Style.ORANGE) == "\x1b[33mx\x1b[0m"
    assert "38;5;208" in Palette(colour=True, many=True).paint("x", Style.ORANGE)
