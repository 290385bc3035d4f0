"""The container tools, as a person uses them; on Linux the same."""

import json

import pytest

TOOLS = ["cgclassify", "cgcreate", "cgdelete", "cgexec", "cgget", "cgps", "cgset", "cgtop", "cgtree",
         "ctr", "lscgroup", "lssubsys"]
SPIN = "sh -c 'while :; do :; done'"


def mount(machine, names, where):
    """On Linux a hierarchy lives on for a while when it has been unmounted, until it is asked for."""
    each = "; ".join(f"mount -t cgroup -o {name} none {where} 2>/dev/null && umount {where}"
                     for name in names.split(","))
    machine.check(f"mkdir -p {where}; until mount -t cgroup -o {names} none {where} 2>/dev/null; "
                  f"do {each}; done")


@pytest.fixture
def groups(machine):
    """A machine with cpuacct and pids in /tmp/t, cpuset in /tmp/u."""
    mount(machine, "cpuacct,pids", "/tmp/t")
    mount(machine, "cpuset", "/tmp/u")
    yield machine
    machine.run("cgdelete -r '*:/a' 2>/dev/null; umount /tmp/t; umount /tmp/u")


def told(machine, command):
    return json.loads(machine.check(command))


@pytest.mark.parametrize("name", TOOLS)
def test_help_and_a_wrong_option(machine, name):
    text = machine.check(f"{name} --help")
    assert text.startswith(name) and "--json" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    result = machine.run(f"{name} --wrong")
    assert result.status == 2
    assert result.output == f"{name}: --wrong: no such option\n{name} --help tells more\n"


def test_names_of_the_tools(machine):
    assert machine.check("cgtools --list").split() == TOOLS
    assert machine.run("cgtools nonsense").status == 2
    assert machine.check("cgtools lssubsys --help").startswith("lssubsys")


def test_without_a_mount_there_is_nothing_to_show(machine):
    assert machine.check("cgtree; lscgroup; lssubsys") == ""
    assert told(machine, "cgtree --json") == []
    assert "cpuacct" in machine.check("lssubsys -a").split()
    result = machine.run("cgtop -b -n 1")
    assert result.status == 1 and "mount -t cgroup -o cpuacct" in result.output


def test_create_list_delete(groups):
    groups.check("cgcreate -g 'pids,cpuset:a/b' -g cpuset:/a/c")
    assert groups.check("lscgroup").splitlines() == [
        "cpuacct,pids:/", "cpuacct,pids:/a", "cpuacct,pids:/a/b",
        "cpuset:/", "cpuset:/a", "cpuset:/a/b", "cpuset:/a/c"]
    assert groups.check("lscgroup cpuset:a").split() == ["cpuset:/a", "cpuset:/a/b", "cpuset:/a/c"]
    assert groups.check("lssubsys -m").splitlines() == ["cpuacct,pids /tmp/t", "cpuset /tmp/u"]
    assert groups.check("lssubsys -m pids") == "cpuacct,pids /tmp/t\n"
    assert told(groups, "cgdelete --json -r pids:a") == [{"deleted": "/a", "directory": "/tmp/t/a"}]
    result = groups.run("cgdelete cpuset:/a")
    assert result.status == 1
    assert result.output == "cgdelete: /tmp/u/a: Resource busy\n"
    groups.check("cgdelete -r cpuset:/a")
    assert groups.check("lscgroup").split() == ["cpuacct,pids:/", "cpuset:/"]


def test_places_of_a_hierarchy(groups):
    mount(groups, "cpuset", "/tmp/v")
    assert groups.check("lssubsys -m cpuset") == "cpuset /tmp/u\n"
    assert groups.check("lssubsys -M cpuset") == "cpuset /tmp/u\ncpuset /tmp/v\n"
    assert told(groups, "lssubsys --json cpuset")[0]["mounts"] == ["/tmp/u", "/tmp/v"]
    groups.check("umount /tmp/v; rmdir /tmp/v")


def test_owners_and_modes(groups):
    groups.check("cgcreate -t user:7 -a 5:6 -d 750 -f 640 -s 600 -g pids:a")
    assert groups.check("stat -c '%a %u %g' /tmp/t/a /tmp/t/a/pids.max /tmp/t/a/tasks") == \
        "750 5 6\n640 5 6\n600 1000 7\n"
    groups.check("cgcreate -t user:user -a root:root -g pids:a")
    assert groups.check("stat -c '%U %G' /tmp/t/a /tmp/t/a/tasks") == "root root\nuser user\n"


def test_set_and_get(groups):
    groups.check("cgcreate -g '*:a/b'; cgset -r pids.max=20 a a/b")
    assert groups.check("cgget -r pids.max -r pids.current a") == "a:\npids.max: 20\npids.current: 0\n\n"
    assert groups.check("cgget -nv -r pids.max a a/b") == "20\n20\n"
    assert groups.check("cgget -n -v -g pids:/a -r pids.max") == "20\n"
    values = told(groups, "cgget --json -g pids a")["a"]
    assert values["pids.max"] == 20 and not any(name.startswith("cpuacct") for name in values)
    values = told(groups, "cgget --json -a a")["a"]
    assert {"cpuacct.usage", "pids.max", "cpuset.cpus"} <= set(values) and "tasks" not in values
    groups.check("cgset -r pids.max=11 a/b; cgset --copy-from a/b a")
    assert groups.check("cgget -nv -r pids.max a") == "11\n"
    assert told(groups, "cgset --json --copy-from a/b a") == []
    groups.check("cgset -r pids.max=12 a/b")
    assert told(groups, "cgset --json --copy-from a/b a") == [
        {"file": "/tmp/t/a/pids.max", "value": 12}]


def test_get_names_nothing_twice(groups):
    groups.check("cgcreate -g '*:a'")
    values = told(groups, "cgget --json -g pids:/a -g cpuset:/a -g pids:/a")
    assert list(values) == ["/a"] and {"pids.max", "cpuset.cpus"} <= set(values["/a"])
    text = groups.check("cgget --json -r pids.max -r pids.max /a /a; cgget -g pids:/a -g cpuset:/a")
    assert text.count("/a") == 2 and text.count("pids.max") == 2


def test_errors_name_file_and_reason(groups):
    groups.check("cgcreate -g pids:a")
    for command, status, text in [
            ("cgset -r pids.max=x a", 1, 'cgset: /tmp/t/a/pids.max: "x": Invalid argument'),
            ("cgget -n -r pids.none a", 1, "cgget: /tmp/t/a/pids.none: No such file or directory"),
            ("cgget -n none", 1, "cgget: none: no such container in any hierarchy"),
            ("cgset -r pids.max=1 /", 1, 'cgset: /tmp/t/pids.max: "1": No such file or directory'),
            ("cgset -r none.x=1 a", 2, "cgset: none.x: no hierarchy with none is mounted"),
            ("cgset --copy-from none a", 1, "cgset: none: no such container in any hierarchy"),
            ("cgset --copy-from a none", 1,
             "cgset: none: no such container in a hierarchy that has a"),
            ("cgps -g pids:none", 1, "cgps: /tmp/t/none: No such file or directory"),
            ("cgcreate -t root:none -g pids:a", 2,
             "cgcreate: none: a group's number is from 0 to 65535"),
            ("cgtop -d nan", 2, "cgtop: nan: seconds are from 0.01 on"),
            ("cgtop -n 1 -d 0.01 >/dev/full", 1, "cgtop: output: "),
            ("cgtop --help >/dev/full", 1, "cgtop: output: "),
            ("cgcreate -g none:a", 2, "cgcreate: none: no such controller in /proc/cgroups"),
            ("cgcreate -g freezer:a", 2, "cgcreate: freezer: mounted nowhere; try mount -t cgroup "
                                         "-o freezer none DIRECTORY"),
            ("cgcreate a", 2, "cgcreate: which containers? -g CONTROLLERS:PATH"),
            ("cgcreate -g a", 2, "cgcreate: a: not of the form CONTROLLERS:PATH"),
            ("cgexec -g pids:none true", 1,
             "cgexec: /tmp/t/none/cgroup.procs: process "),
            ("cgexec -g pids:a /none", 127, "cgexec: /none: No such file or directory"),
            ("cgexec -g pids:a /etc", 126, "cgexec: /etc: Permission denied"),
            ("cgclassify -g pids:a 4000000", 1,
             "cgclassify: /tmp/t/a/cgroup.procs: process 4000000: No such process"),
            ("cgclassify -g pids:a x", 2, "cgclassify: x: a process is a number from 1 to 4194304"),
            ("cgtop -n x", 2, "cgtop: x: rounds are from 1 to 1073741824"),
            ("cgtree none", 2, "cgtree: none: in no hierarchy that is mounted"),
            ("lssubsys none", 1, "lssubsys: none: in no hierarchy that is mounted"),
            ("lscgroup pids:none", 1, "lscgroup: /tmp/t/none: No such file or directory"),
            ("ctr jump", 2, "ctr: jump: say run or ls"),
    ]:
        result = groups.run(command)
        assert (result.status, result.output[:len(text)]) == (status, text)


@pytest.fixture
def spinner(groups):
    """The number of a process that runs in /a/b of cpuacct and pids."""
    groups.check("cgcreate -g pids:a/b")
    groups.check(f"cgexec -g pids:a/b {SPIN} & until read x </tmp/t/a/b/tasks; do :; done")
    pid = int(groups.check("echo $!"))
    yield pid
    groups.run(f"kill -9 {pid}; wait")


def test_json_of_every_tool_is_json(groups):
    groups.check("""cgcreate -g 'pids:a/"x\\y'""")
    assert told(groups, "cgcreate --json -g pids:a/b") == [
        {"created": "/a/b", "directory": "/tmp/t/a/b"}]
    assert told(groups, "cgset --json -r pids.max=9 a/b") == [
        {"file": "/tmp/t/a/b/pids.max", "value": 9}]
    listed = [one["path"] for one in told(groups, "lscgroup --json -g pids:/")]
    assert listed == ["/", "/a", '/a/"x\\y', "/a/b"]
    assert {"cpuacct,pids", "cpuset"} <= {one["subsystems"]
                                          for one in told(groups, "lssubsys --json -a")}
    below = told(groups, "cgtree --json pids")[0]["tree"][0]["children"][0]["children"]
    assert [child["path"] for child in below] == ['/a/"x\\y', "/a/b"]
    assert told(groups, "ctr ls --json") == []
    assert told(groups, "cgexec --json -g pids:a/b true 2>&1")["directories"] == ["/tmp/t/a/b"]
    failed = groups.run("cgexec --json -g pids:a/b -g pids:none true")
    assert failed.status == 1 and failed.output.startswith("cgexec: /tmp/t/none/cgroup.procs: ")
    # One that gives up too.
    for command in ("cgset --json -r pids.max=x a/b", "cgget --json none", "lscgroup --json pids:none",
                    "cgset --json --copy-from none a", "cgps --json -g pids:none"):
        failed = groups.run(command + " 2>/dev/null")
        assert failed.status == 1 and json.loads(failed.output) in ([], {"none": {}})


def test_who_is_where(groups, spinner):
    row = told(groups, "cgps --json -g pids:a/b")
    assert len(row) == 1 and row[0]["pid"] == spinner
    assert row[0]["groups"] == {"cpuacct,pids": "/a/b", "cpuset": "/"}
    assert groups.check("cgps -g pids:a").count("\n") == 1
    assert [line.split()[-1] for line in groups.check("cgps -rg pids:a").splitlines()[1:]] == \
        ["cpuacct,pids:/a/b"]
    assert groups.check(f"cgps | grep '^ *{spinner} '").split()[-1] == "cpuacct,pids:/a/b"
    assert told(groups, f"cgclassify --json -g pids:a {spinner}") == [
        {"pid": spinner, "directory": "/tmp/t/a"}]
    assert told(groups, "cgps --json -g pids:a")[0]["pid"] == spinner
    assert groups.check("cgexec --json -g pids:a/b sh -c 'cgps -g pids:a/b' 2>/dev/null"
                        ).count("\n") == 2


def test_tree(groups, spinner):
    lines = groups.check("cgtree -p pids").splitlines()
    assert lines[0].startswith("cpuacct,pids on /tmp/t ")
    a = next(i for i, line in enumerate(lines) if line.startswith("`-- a "))
    assert "0 tasks  cpu " in lines[a] and lines[a].endswith("pids 1/max")
    assert lines[a + 1].startswith("    `-- b ") and "1 task  cpu " in lines[a + 1]
    assert lines[a + 2].split()[0] == str(spinner)
    tree = told(groups, "cgtree --json")
    assert [h["mount"] for h in tree] == ["/tmp/t", "/tmp/u"]
    root = tree[0]["tree"][0]
    a = root["children"][0]
    b = a["children"][0]
    assert b["path"] == "/a/b" and b["pids.current"] == 1 and b["pids.max"] == "max"
    assert root["cpuacct.usage"] >= a["cpuacct.usage"] >= b["cpuacct.usage"]


def sound(round_):
    """No rate is negative or more than all processors; a parent has at least what is below it."""
    groups = {group["path"]: group for group in round_["groups"]}
    for path, group in groups.items():
        below = sum(other["cpu"] for name, other in groups.items()
                    if name != "/" and name.rsplit("/", 1)[0] == path.rstrip("/"))
        assert 0 <= group["own"] <= group["cpu"], round_
        assert group["cpu"] >= below - 0.01 * len(groups), round_
        assert path == "/" or group["cpu"] <= 100 * round_["cpus"], round_
    return groups


def test_top_adds_up(groups, spinner):
    rounds = [json.loads(line)
              for line in groups.check("cgtop --json -n 3 -d 0.1").splitlines()]
    assert len(rounds) == 3
    for round_ in rounds:
        sound(round_)
        assert round_["groups"][0]["path"] == "/"
    while not sound(told(groups, "cgtop --json -n 1 -d 0.1"))["/a/b"]["cpu"]:
        pass  # the host let nobody run in that time
    lines = groups.check("cgtop -b -n 2 -d 0.1").splitlines()
    assert len(lines) == 2 * (2 + 3 + 1)
    assert lines[1].split() == ["%CPU", "%OWN", "TASKS", "CONTAINER"]
    assert [line.split()[-1] for line in lines[2:5]] == ["/", "/a", "/a/b"]


def test_top_while_counters_are_reset_and_containers_come_and_go(groups, spinner):
    groups.check("sh -c 'while :; do echo 0 >/tmp/t/a/cpuacct.usage; mkdir /tmp/t/a/x; "
                 "echo 0 >/tmp/t/a/b/cpuacct.usage; mv /tmp/t/a/x /tmp/t/a/y; rmdir /tmp/t/a/y; "
                 "done' 2>/dev/null & echo $! >/tmp/changer")
    rounds = groups.check("cgtop --json -n 20 -d 0.02").splitlines()
    groups.check("kill $(cat /tmp/changer); wait $(cat /tmp/changer); rmdir /tmp/t/a/[xy]; true")
    assert len(rounds) == 20
    for round_ in rounds:
        sound(json.loads(round_))


def test_top_on_a_narrow_terminal(groups):
    groups.check("stty -F /dev/ttyS0 cols 20 rows 5; cgcreate -g pids:a/rather-a-long-name-here")
    result = groups.run("cgtop -n 1 -d 0.01")
    groups.check("stty -F /dev/ttyS0 cols 80 rows 24")
    lines = result.output.replace("\x1b[H\x1b[J", "").replace("\r", "").splitlines()
    assert result.ok and len(lines) == 4
    assert all(len(line) < 20 for line in lines)
    assert lines[1].split() == ["%CPU", "CONTAINER"] and lines[2].split()[1] in ("/", "/a")


def test_names_that_are_no_text(groups):
    """Commands and containers may be called anything: no terminal is led astray, JSON stays JSON."""
    groups.check(r"""cgcreate -g pids:a; cd /tmp; mkfifo fifo; name=$(printf 'o\033[31m\303')
                     mkdir "/tmp/t/a/$name"
                     printf '#!/bin/sh\nread x </tmp/fifo' >"$name"; chmod +x "$name"
                     cgexec -g "pids:a/$name" "./$name" &
                     until cgps -rg pids:a | grep -q m; do :; done""")
    rows = told(groups, "cgps --json -rg pids:a")
    assert [row["command"] for row in rows] == ["o\x1b[31m\ufffd"]
    assert rows[0]["groups"]["cpuacct,pids"] == "/a/o\x1b[31m\ufffd"
    shown = groups.check("cgps -rg pids:a; cgtree -p pids; cgtop -b -n 1 -d 0.01")
    assert "\x1b" not in shown and shown.count("o?[31m") == 5
    groups.check("echo >/tmp/fifo; wait; rm /tmp/fifo /tmp/o*")


def test_top_of_200_containers_costs_little(pool, request):
    if request.config.getoption("kernel") == "linux":
        return  # the machine whose clock counts instructions boots too slowly with it
    machine = pool.get("plain", 1, icount=True)
    machine.check("mkdir /tmp/t && mount -t cgroup -o cpuacct none /tmp/t && mkdir /tmp/t/top; "
                  "for i in $(seq 199); do mkdir /tmp/t/$i; done")
    rounds = machine.check("cgexec -g cpuacct:top cgtop --json -n 2").splitlines()
    machine.check("cgdelete -r cpuacct:top; rmdir /tmp/t/[0-9]*; umount /tmp/t; rmdir /tmp/t")
    share = sound(json.loads(rounds[-1]))["/top"]["cpu"]
    assert 0 < share < 2


def test_run_in_a_container(groups):
    result = groups.run("ctr run --cpus 0 --mems 0 --pids 20 --hostname box --name one / sh -c "
                        "'hostname; echo $$; cat /proc/self/cgroup; cat /tmp/u/ctr.one/cpuset.cpus "
                        "/tmp/t/ctr.one/pids.max; ctr ls; exit 7'")
    assert result.status == 7
    lines = result.lines
    assert lines[:2] == ["box", "1"]
    assert sorted(line.split(":", 1)[1] for line in lines[2:4]) == \
        ["cpuacct,pids:/ctr.one", "cpuset:/ctr.one"]
    assert lines[4:6] == ["0", "20"]
    assert lines[6].split() == ["one", "2", "/tmp/t/ctr.one", "pids.current=2", "pids.max=20"]
    assert groups.check("hostname") == "corral\n"
    assert groups.check("ls -d /tmp/[tu]/ctr.* 2>/dev/null; ctr ls") == ""


def test_nothing_is_left_of_a_container(groups):
    groups.check("ctr run --pids 20 / sh -c 'mkdir /tmp/t/ctr.*/below; setsid sleep infinity & true'")
    assert groups.check("lscgroup -g pids:/; pidof sleep || echo none") == "cpuacct,pids:/\nnone\n"


def test_nothing_is_left_after_a_crash(groups):
    groups.check("ctr run --pids 20 --name crash / sh -c 'sleep infinity & sleep infinity; true' & "
                 "until [ $(wc -l </tmp/t/ctr.crash/tasks) = 3 ]; do :; done 2>/dev/null; "
                 "kill -9 $!; wait; while [ -e /tmp/t/ctr.crash ]; do :; done")
    assert groups.check("ps | grep -c '[s]leep infinity' || true") == "0\n"


def test_what_is_left_when_all_of_ctr_was_killed_is_swept_by_the_next_one(groups):
    groups.check("ctr run --pids 20 --name lost / sleep infinity & "
                 "until read x </tmp/t/ctr.lost/tasks; do :; done 2>/dev/null; "
                 "kill -9 $(pidof ctr) $(cat /tmp/t/ctr.lost/tasks); wait")
    groups.check("while read x </tmp/t/ctr.lost/tasks; do :; done; [ -d /tmp/t/ctr.lost ]")
    groups.check("ctr run --pids 5 / true; [ ! -e /tmp/t/ctr.lost ]")
    assert groups.check("ctr ls") == ""


def test_a_container_ends_with_sigterm(groups):
    result = groups.run("ctr run --pids 20 --name term / sleep infinity & "
                        "until read x </tmp/t/ctr.term/tasks; do :; done 2>/dev/null; "
                        "kill $!; wait $!")
    assert result.status == 128 + 9
    assert groups.check("ctr ls") == ""


def test_a_root_of_its_own(machine):
    machine.check("mkdir -p /tmp/r/bin; cp /bin/busybox /tmp/r/bin; ln -sf busybox /tmp/r/bin/sh")
    result = machine.run("ctr run --json /tmp/r /bin/sh -c 'busybox ls -1 /; busybox ps; exit 3' "
                         "2>/tmp/json")
    machine.check("rm -r /tmp/r")
    assert result.status == 3
    assert result.lines[:2] == ["bin", "proc"]
    assert [line.split()[0] for line in result.lines[2:]] == ["PID", "1", "3"]
    end = json.loads(machine.check("cat /tmp/json"))
    assert end["status"] == 3 and end["pid"] > 3


def test_a_container_that_cannot_be(groups):
    for command, status, text in [
            ("ctr run /none sh", 125, "ctr: /none: No such file or directory"),
            ("ctr run / none", 127, "ctr: none: No such file or directory"),
            ("ctr run --name z --pids x / sh", 125,
             'ctr: /tmp/t/ctr.z/pids.max: "x": Invalid argument'),
            ("ctr run --name / / sh", 2, "ctr: /: not a name"),
            ("ctr run /", 2, "ctr: which root, which program?"),
            ("su user -c 'ctr run --pids 3 / sh'", 125, "ctr: /run/ctr/lock: Permission denied"),
    ]:
        result = groups.run(command)
        assert (result.status, result.output[:len(text)]) == (status, text)
    assert groups.check("ctr ls; ls -d /tmp/t/ctr.* 2>/dev/null || true") == ""
