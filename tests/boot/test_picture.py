"""make picture: the events of a machine as pictures."""

import sys
import xml.etree.ElementTree as ElementTree

from conftest import BUILD, KERNELS, ROOT
from corral import Machine

sys.path.insert(0, str(ROOT / "tools" / "picture"))

import events  # noqa: E402
import links  # noqa: E402
import scene  # noqa: E402
import timeline  # noqa: E402
from bench import plot  # noqa: E402

SAMPLE = """# set 1 tasks 5 cpuset:/ pids:/
# set 3 tasks 1 cpuset:/left pids:/jobs
# sched_trace 0 cpus 2 now 9000
# cpu 0 lost 0
1000 0 switch 12 1 0 sh
3000 0 attach 12 1 3 sh
4000 0 switch 0 0 1 idle/0
# cpu 1 lost 7
5000 1 switch 12 3 0 sh
6000 1 fork 13 3 0 sh
8000 1 switch 0 0 32 idle/1
"""


def words(picture):
    """All text of a picture, which must be XML."""
    return "\n".join(node.text for node in ElementTree.fromstring(picture).iter() if node.text)


def test_events_become_runs_and_migrations():
    trace = events.read(SAMPLE)
    busy = [run for run in events.runs(trace) if run.pid]
    assert [(run.cpu, run.begin, run.end, run.set) for run in busy] == [
        (0, 1000, 3000, 1), (0, 3000, 4000, 3), (1, 5000, 8000, 3)]
    assert events.migrations(busy) == [(busy[1], busy[2])]
    assert trace.sets[3].label == "cpuset:/left pids:/jobs" and trace.sets[1].label == "roots"


def test_a_timeline_tells_what_was_lost():
    said = words(timeline.draw(events.read(SAMPLE)))
    assert "7 older events were overwritten and are lost" in said and "7 lost" in said
    assert "CPU 1" in said and "set 3: cpuset:/left pids:/jobs" in said and "1 task to set 3" in said
    assert "1 migrations" in said and "fork" in said


def test_words_above_the_lanes_do_not_lie_on_each_other():
    labels = timeline.Labels()
    for x in (300, 310, 600, 315):
        labels.add(x, "1 task to set 3", "black")
    assert [row for _, _, row, _, _ in labels.placed] == [0, 1, 0, 2]
    for x in (timeline.LEFT, timeline.LEFT + timeline.WIDTH):  # and none leaves the picture
        labels.add(x, "a move rolled back: EPERM", "black")
        middle = labels.placed[-1][1]
        assert timeline.LEFT < middle < timeline.LEFT + timeline.WIDTH


def test_names_beside_lines_keep_their_distance():
    beside = plot.apart([50, 52, 51, 200, 203], 4, 206)
    assert beside[0] < beside[2] < beside[1] and beside[3] < beside[4] <= 206
    ordered = sorted(beside)
    assert min(b - a for a, b in zip(ordered, ordered[1:])) >= plot.LABEL_STEP


def test_of_nothing_there_is_a_picture_too():
    assert "0 events" in words(timeline.draw(events.read("# sched_trace 0 cpus 2 now 5\n")))
    links.draw({}, {})


def test_what_makes_no_sense_is_refused():
    try:
        events.read("1 2 3\n")
    except ValueError as error:
        assert "1 2 3" in str(error)
    else:
        assert False, "it was taken"


def test_a_ring_that_overflowed_tells_how_much_was_lost():
    with Machine(kernel=KERNELS["plain"], initrd=BUILD / "initrd.cpio", cpus=1) as machine:
        machine.check("echo 1 >/proc/sched_trace; "
                      "until head -n 40 /proc/sched_trace | grep -q '^# cpu 0 lost [1-9]'; do "
                      "for i in $(seq 100); do (true); done; done; echo 0 >/proc/sched_trace")
        trace = events.read(machine.check("cat /proc/sched_trace"))
    assert trace.lost[0] > 0
    said = words(timeline.draw(trace))
    assert f"{trace.lost[0]} older events were overwritten and are lost" in said
    assert f"{trace.lost[0]} lost" in said


def test_the_scene(tmp_path):
    scene.main(tmp_path)
    trace = events.read((tmp_path / "trace.txt").read_text())
    assert trace.cpus == 4 and not sum(trace.lost.values())
    moved = [event for event in trace.events if event.kind == "attach"]
    assert len(moved) >= 3
    assert [event.value for event in trace.events if event.kind == "rollback"] == [1]  # EPERM
    # Drained, the tasks run on the CPUs of the other set alone.
    pids, after = {event.pid for event in moved}, moved[-1].ns
    assert {run.cpu for run in events.runs(trace) if run.pid in pids and run.end <= after} <= {0, 1}
    assert {run.cpu for run in events.runs(trace) if run.pid in pids and run.begin > after} == {2, 3}
    said = words((tmp_path / "links.svg").read_text())
    assert "cpuset,debug:/left" in said and "can_attach: cpuset agrees" in said
    assert "a move rolled back: EPERM" in words((tmp_path / "timeline.svg").read_text())
