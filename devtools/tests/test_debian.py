"""The mirror is the one that this machine uses."""

from devtools import debian


def test_mirror_is_the_main_archive_of_the_running_suite():
    lines = "\n".join(
        [
            "http://tools.example/apt tools-bookworm main",
            "http://mirror.example/debian-security bookworm-security main",
            "http://docker.example/linux/debian bookworm stable",
            "http://mirror.example/debian/ bookworm main",
        ]
    )
    assert debian.choose_mirror(lines, "bookworm") == "http://mirror.example/debian/"


def test_no_mirror_is_found_for_another_suite():
    assert (
        debian.choose_mirror("http://mirror.example/debian trixie main", "bookworm")
        == ""
    )


def test_deb822_sources_are_read():
    text = "\n".join(
        [
            "Types: deb",
            "# URIs: http://comment.example",
            "URIs: http://mirror.example/debian",
            "Suites: trixie trixie-updates",
            "Components: main",
            "",
            "Enabled: no",
            "URIs: http://off.example/debian",
            "Suites: trixie",
            "Components: main",
        ]
    )
    assert list(debian.parse_deb822(text)) == [
        "http://mirror.example/debian trixie main",
        "http://mirror.example/debian trixie-updates main",
    ]


def test_one_line_sources_are_read():
    text = "# deb http://a x main\ndeb [arch=amd64] http://mirror.example/debian bookworm main x"
    assert list(debian.parse_one_line(text)) == [
        "http://mirror.example/debian bookworm main",
        "http://mirror.example/debian bookworm x",
    ]
