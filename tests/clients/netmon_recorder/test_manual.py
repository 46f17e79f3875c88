from netmon.pages import manual_page
from netmon_recorder.manual import program


def test_the_page_bears_the_name_of_the_program() -> None:
    made = program()
    assert made.name == "netmon-recorder"
    assert manual_page(made).startswith(f".TH NETMON\\-recorder {made.section} ".upper())
