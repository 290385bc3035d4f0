"""The tools of busybox that look at the machine, and the shell's usual work."""

import re

import pytest


@pytest.mark.parametrize("command, pattern", [
    ("ps", r"^ *1 root .*init"),
    ("ps -o pid,ppid,user,comm,args,vsz,stat", r"^ *1 +0 root +init"),
    ("top -b -n 1", r"^Mem: \d+K used, \d+K free"),
    ("free", r"^Mem: +\d+ +\d+ +\d+"),
    ("uptime", r"up .*load average: "),
    ("nproc", r"^\d+$"),
    ("mount", r"^proc on /proc type proc \(rw"),
    ("df", r"/tmp$"),
    ("df -h /tmp", r"^tmpfs .* /tmp$"),
    ("id", r"^uid=0\(root\) gid=0\(root\)"),
    ("uname -a", r"^Linux corral "),
    ("hostname", r"^corral$"),
    ("date", r" 20\d\d$"),
    ("cat /proc/self/status", r"^Name:\tcat$"),
    ("stat /bin/busybox", r"regular file"),
    ("ls -l /dev/null", r"^crw-rw-rw- .* 1, +3 .* /dev/null$"),
    ("find /etc -name passwd", r"^/etc/passwd$"),
    ("du -s /etc", r"^\d+\t/etc$"),
    ("dmesg | wc -l", r"^[1-9]\d*$"),
    ("seq 1 20000 | tail -n 1", r"^20000$"),
    ("seq 1 5000 | sort -rn | head -n 1", r"^5000$"),
    ("dd if=/dev/zero bs=64k count=64 2>/dev/null | wc -c", r"^4194304$"),
    ("head -c 1000000 /dev/urandom | gzip | gunzip | wc -c", r"^1000000$"),
    ("mktemp /tmp/x.XXXXXX", r"^/tmp/x\.\w{6}$"),
    ("time true 2>&1", r"^real\t"),
    ("timeout 1 sleep 100; echo $?", r"^143$"),
    ("echo 'a b c' | awk '{ print $2 }'", r"^b$"),
    ("printf '3+4\\n' | bc 2>/dev/null || expr 3 + 4", r"^7$"),
    ("sh -c 'trap \"echo caught\" TERM; kill $$; echo after'", r"^caught\nafter$"),
    ("(sleep 0.1; echo late) & wait; echo done", r"^late\ndone$"),
    ("cd /tmp; mkdir -p q/w/e; cp -r q q2; ls -R q2; rm -r q q2", r"^q2/w:$"),
    ("tar c -C / etc | tar t | grep -c .", r"^[1-9]"),
    ("ulimit -n", r"^1024$"),
    ("setsid sh -c 'echo $$' | grep -c .", r"^1$"),
    ("renice -n 5 -p $$; awk '{ print $19 }' /proc/$$/stat; renice -n -5 -p $$", r"^5$"),
    ("taskset -p 1", r"affinity mask: "),
    ("stat -f /tmp", r"Type: tmpfs"),
    ("su user -c id", r"^uid=1000\(user\) gid=1000\(user\)"),
    ("su user -c 'cat /root/x 2>&1; echo x > /etc/x'; true", r"Permission denied|can't"),
])
def test_tool(machine, command, pattern):
    result = machine.run(command)
    assert re.search(pattern, result.output, re.M), result.output
    assert result.status == 0


def test_pidof_and_kill(machine):
    machine.check("sleep infinity & echo $! > /tmp/pid")
    machine.check("until grep -q sleep /proc/$(cat /tmp/pid)/comm; do :; done")
    assert machine.run("pidof sleep").output == machine.run("cat /tmp/pid").output
    machine.check("kill $(cat /tmp/pid)")
    machine.run("wait")
    assert machine.run("pidof sleep").status == 1


def test_the_session_of_the_issue(machine):
    """The lines that the project's first page shows."""
    machine.check("mkdir -p /c && mount -t cgroup -o cpuacct none /c && mkdir /c/a")
    output = machine.check("echo $$ > /c/a/tasks; cat /c/a/tasks /proc/self/cgroup "
                           "/c/a/cpuacct.usage")
    assert re.search(r"^\d+:cpuacct:/a$", output, re.M), output
    machine.check("echo $$ > /c/tasks; rmdir /c/a && umount /c && rmdir /c")


def test_status_is_told(machine):
    assert machine.run("(exit 3)").status == 3
    assert machine.run("sh -c 'kill -9 $$'").status == 137
    assert machine.run("/nowhere 2>/dev/null").status == 127
    assert machine.run("/etc/passwd 2>/dev/null").status == 126


def test_output_is_whole(machine):
    result = machine.run("seq 1 20000")
    assert result.lines == [str(i) for i in range(1, 20001)]
