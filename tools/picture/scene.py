"""Boots a machine, plays a scene with two cpusets, a drain and a rollback, and draws it.

    python3 tools/picture/scene.py [DIRECTORY]     (build, unless told)

writes trace.txt, the events as /proc/sched_trace had them; timeline.svg, a lane for each CPU; and
links.svg, the css_sets before and after the drain.  `make picture` does it.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import events  # noqa: E402
import links  # noqa: E402
import timeline  # noqa: E402
from corral import Machine  # noqa: E402

SETUP = """
mkdir /s /p
mount -t cgroup -o cpuset,debug none /s
mount -t cgroup -o pids none /p
cgcreate -g cpuset:left -g cpuset:right -g pids:jobs
cgset -r cpuset.cpus=0-1 -r cpuset.mems=0 left
cgset -r cpuset.cpus=2-3 -r cpuset.mems=0 right
cgexec -g cpuset:left -g pids:jobs sh -c 'while :; do :; done' &
cgexec -g cpuset:left sh -c 'while :; do sleep 0.001; done' &
cgexec -g cpuset:left sh -c 'while :; do :; done' &
cgexec -g cpuset:right -g pids:jobs sh -c 'while :; do :; done' &
until [ "$(cat /s/left/cgroup.procs /s/right/cgroup.procs | wc -l)" -ge 4 ]; do :; done
""".strip().splitlines()

# In one go, so that the way over the serial line is not in the picture.
PLAY = """
cat /proc/container_trace > /dev/null
echo 1 > /proc/sched_trace
sleep PAUSE
grep '^# set' /proc/sched_trace > /tmp/before
echo /right > /s/left/container.transfer
grep '^# set' /proc/sched_trace > /tmp/after
cat /proc/container_trace > /tmp/steps
sleep PAUSE
echo 'cpuset 2' > /s/debug.fail_attach
! echo /left > /s/right/container.transfer 2> /dev/null
good=$?
sleep PAUSE
echo 0 > /proc/sched_trace
[ $good = 0 ]
""".strip().splitlines()


def play(machine, pause):
    """The file, the sets before and after the drain, and the steps of the drain."""
    for line in SETUP:
        machine.check(line)
    machine.check("; ".join(PLAY).replace("PAUSE", str(pause)))
    return (machine.check("cat /proc/sched_trace"),
            events.read_sets(machine.check("cat /tmp/before")),
            events.read_sets(machine.check("cat /tmp/after")),
            [line.split(" ", 1)[1] for line in machine.check("cat /tmp/steps").splitlines()])


def main(directory):
    with Machine(kernel=ROOT / "build" / "corral.elf", initrd=ROOT / "build" / "initrd.cpio",
                 cpus=4, icount=True) as machine:
        text, before, after, steps = play(machine, pause=0.05)
    (directory / "trace.txt").write_text(text)
    picture = timeline.draw(events.read(text), "Two cpusets, a drain and a move that was refused",
                            {**before, **after})
    (directory / "timeline.svg").write_text(picture)
    (directory / "links.svg").write_text(links.draw(before, after, steps))
    print(f"{directory}/timeline.svg and links.svg, from {directory}/trace.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build")
