"""What ./dev test says is what happened."""

import pytest

from devtools import running, testing
from devtools.console import Failure

REPORT = """<testsuites><testsuite>
  <testcase classname="a.T" name="test_good"/>
  <testcase classname="a.T" name="test_bad"><failure message="no"/></testcase>
  <testcase classname="a.T" name="test_broken"><error message="no"/></testcase>
  <testcase classname="a.T" name="test_later"><skipped message="not today"/></testcase>
  <testcase classname="a.T" name="test_tour">
    <skipped message="unittest.case.SkipTest: Chrome executable not found"/></testcase>
</testsuite></testsuites>"""


def test_report_is_read_case_by_case():
    assert testing.read_report(REPORT) == testing.Outcome(
        passed=1,
        failed=["a.T::test_bad", "a.T::test_broken"],
        skipped=["a.T::test_later: not today"],
        tours_not_run=["a.T::test_tour"],
    )


def test_closing_line_counts_and_names_what_did_not_run(capsys):
    status = testing.read_report(REPORT).show()
    shown = capsys.readouterr().out
    assert status == 1
    assert shown.splitlines()[-1] == "1 passed, 3 failed, 1 skipped"
    assert "a.T::test_later: not today" in shown
    assert "apt-get install chromium" in shown


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (testing.Outcome(passed=2), 0),
        (testing.Outcome(passed=2, skipped=["x"]), 0),
        (testing.Outcome(passed=2, tours_not_run=["x"]), 1),
        (testing.Outcome(), 1),
    ],
)
def test_status_is_good_only_when_all_ran(outcome, status):
    assert outcome.show() == status


def test_outcomes_add_up():
    outcome = testing.Outcome(1, ["a"])
    outcome.add(testing.Outcome(2, ["b"], ["c"], ["d"]))
    assert outcome == testing.Outcome(3, ["a", "b"], ["c"], ["d"])


def test_paths_are_told_apart_by_whether_they_need_odoo(monkeypatch):
    monkeypatch.chdir(testing.REPOSITORY)
    plain, odoo = testing.split_paths(
        ["devtools", "devtools/tests/test_paths.py::test_x", "devtools/core_lint"]
    )
    assert plain == [
        str(testing.DEVTOOLS_TESTS),
        "devtools/tests/test_paths.py::test_x",
    ]
    assert odoo == ["devtools/core_lint"]


def test_missing_path_is_named():
    with pytest.raises(Failure, match="There is no nowhere"):
        testing.split_paths(["nowhere"])


def test_options_after_the_dashes_are_passed_on():
    assert running.split_arguments(["a", "--", "-k", "x"]) == (["a"], ["-k", "x"])
    assert running.split_arguments(["a"]) == (["a"], [])
