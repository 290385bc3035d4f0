"""Corral's answers are those that Linux gave, but for the differences that are explained."""

import pytest

from compare import compare, programs


def kept(of_programs):
    answers, version = compare.recorded()
    return {area: lines for area, lines in answers.items()
            if area.startswith("programs/") == of_programs}, version


@pytest.mark.parametrize("build", ["plain", "debug"])
def test_answers(request, build):
    """tests/linux has what Linux answered; `make compare RECORD=1` writes it anew."""
    if build not in request.config.getoption("builds").split(","):
        return
    corral, _ = compare.ask(build)
    linux, _ = kept(of_programs=False)
    wrong, _ = compare.faults(linux, corral)
    assert not wrong, "\n".join(wrong)
    assert sum(map(len, linux.values())) >= 2000


def test_programs_of_debian():
    """They print what they print on Linux; packages that have moved since are named.

    stress-ng takes longest, and is left to `make compare`.
    """
    linux, _ = kept(of_programs=True)
    linux.pop("programs/stress")
    corral, _ = compare.ask_programs("plain", [area.partition("/")[2] for area in linux])
    wrong, _ = compare.faults(linux, corral)
    assert not wrong, "\n".join([*wrong, *programs.moved()])
    assert sum(map(len, linux.values())) >= 2000


def test_record_is_of_these_programs():
    linux, version = compare.recorded()
    assert set(linux) == {compare.area_of(path) for path in compare.programs()} | {
        f"programs/{path.stem}" for path in programs.scripts()}
    assert version.startswith("Linux 6.1.")
