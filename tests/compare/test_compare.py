"""Corral's answers are those that Linux gave, but for the differences that are explained."""

import pytest

from compare import compare


@pytest.mark.parametrize("build", ["plain", "debug"])
def test_answers(request, build):
    """tests/linux has what Linux answered; `make compare RECORD=1` writes it anew."""
    if build not in request.config.getoption("builds").split(","):
        return
    corral, _ = compare.ask(build)
    linux, _ = compare.recorded()
    wrong, _ = compare.faults(linux, corral)
    assert not wrong, "\n".join(wrong)
    assert sum(map(len, linux.values())) >= 2000


def test_record_is_of_these_programs():
    linux, version = compare.recorded()
    assert set(linux) == {compare.area_of(path) for path in compare.programs()}
    assert version.startswith("Linux 6.1.")
