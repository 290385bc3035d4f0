"""unshare and nsenter of busybox with pid namespaces, as a person uses them; on Linux the same."""

import pytest

UNSHARE = "unshare -p -f --mount-proc"


def test_unshare_shows_only_the_inside(machine):
    lines = machine.check(f"{UNSHARE} sh -c 'echo $$; readlink /proc/self; ps -o pid,args'"
                          ).splitlines()
    assert lines[:2] == ["1", "2"]
    assert [line.split()[0] for line in lines[2:]] == ["PID", "1"]
    assert machine.check("readlink /proc/self").strip() != "2"
    assert machine.check("grep -c '^proc /proc ' /proc/mounts").strip() == "1"


def test_without_fork_the_second_child_finds_no_init(machine):
    result = machine.run("unshare -p sh -c 'true | true; true | true; echo end'")
    assert "can't fork" in result.output and result.status != 0


@pytest.fixture
def inside(machine):
    """A shell with a child, both asleep in a namespace; the number of the shell outside."""
    machine.check("mkfifo /tmp/ready")
    number = machine.check(f"{UNSHARE} -u sh -c 'hostname inner; sleep inf & echo > /tmp/ready; "
                           "exec sleep inf' & read x < /tmp/ready; "
                           "cat /proc/$!/task/$!/children").split()[-1]
    yield number
    machine.run(f"kill -9 {number}; wait; rm /tmp/ready")


def test_nsenter_sees_them(machine, inside):
    lines = machine.check(f"nsenter -t {inside} -p -m -u sh -c 'hostname; ps -o pid,args'"
                          ).splitlines()
    assert lines[0] == "inner"
    assert [line.split()[0] for line in lines[1:]] == ["PID", "1", "3", "4"]
    assert machine.check(f"nsenter -t {inside} -p sh -c 'kill -9 1; kill -0 1; echo $?'"
                         ).strip() == "0"


def test_the_end_of_init_ends_who_came_in(machine, inside):
    result = machine.run(f"nsenter -t {inside} -p -m sh -c 'sleep infinity; true' & "
                         f"until ps | grep -q '[s]leep infinity'; do :; done; kill -9 {inside}; "
                         "wait; ps | grep -c '[s]leep inf'")
    assert result.output.splitlines()[-1] == "0"
