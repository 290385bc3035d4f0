"""What is measured: the programs, the operations, and how much each may cost."""

from typing import NamedTuple


class Run(NamedTuple):
    program: str
    memory: int   # MiB
    timeout: int  # seconds
    cpus: int = 1
    nodes: int = 1


# On several CPUs, counting instructions, Linux does not boot in minutes: only Corral is measured.
RUNS = [Run("cost", 256, 120), Run("switch", 256, 120), Run("group", 512, 300),
        Run("forks", 512, 300), Run("crowd", 4096, 600), Run("cpuset", 512, 300, nodes=2),
        Run("cpuset", 512, 300, cpus=4)]

# Guest instructions that an operation may take, whatever Linux needs.
BARS = {
    "getppid": 120, "fork+exit+wait": 30_000, "fork+exec+exit+wait": 90_000,
    "pipe-round-trip": 3_000, "page-touch": 1_500, "boot": 100_000_000,
    "mkdir+rmdir": 12_000, "attach-task": 4_000, "attach-process-64": 12_000,
    "crowd-attach": 150, "crowd-create": 9_000, "read-512": 80_000, "crowd-read": 300,
    "drain-512": 4_000, "cpuset-rewrite-512": 6_000, "cpuset-process-512": 6_000,
    "cpuset-move-512": 6_000, "cpuset-transfer-512": 6_000,
}

# Of what Linux needs.
RATIO_EACH, RATIO_MEAN, RATIO_CONTAINERS = 0.33, 0.20, 0.12
CONTAINERS = ("mkdir", "attach", "read-6", "read-5", "read-1", "drain", "crowd-attach",
              "crowd-read", "release", "cpuset", "mems")

# (what, than what, how much more it may cost)
AT_MOST = [("fork-named-8x16", "fork-none", 1.03), ("fork-8x16", "fork-none", 1.03)]

WORSE = 1.05  # than the committed record: named

MEANING = {
    "getppid": "the shortest system call",
    "read-byte": "read a byte of /dev/zero",
    "write-byte": "write a byte to /dev/null",
    "open+close": "open and close a file",
    "stat": "stat of a path of two names",
    "fork+exit+wait": "a child that ends at once",
    "fork+exec+exit+wait": "a child that runs a program",
    "vfork+exec+exit+wait": "the same with vfork",
    "thread-create+join": "a thread, by pthread_create",
    "page-touch": "the first write to a page",
    "page-touch-file": "the first read of a mapped page of a file",
    "page-touch-cow": "a write to a page that is shared after fork",
    "mmap+munmap": "map and unmap 16 pages",
    "signal": "a signal to oneself, with a handler",
    "pipe-round-trip": "a byte to another process and one back",
    "futex-round-trip": "the same through a futex",
    "switch-2": "a byte to the next in a ring of 2 processes",
    "switch-8": "in a ring of 8",
    "switch-96": "in a ring of 96",
    "pairs-8": "a round trip while 8 pairs talk",
    "mkdir+rmdir": "make and remove a container of cpuacct",
    "attach-task": "open tasks, write an id, close",
    "attach-process-1": "the same with cgroup.procs, a process of 1 thread",
    "attach-process-8": "of 8 threads",
    "attach-process-64": "of 64 threads",
    "attach-process-1000": "of 1,000 threads",
    "crowd-attach": "of 100,000 threads, per thread",
    "read-64": "read tasks of a container of 64",
    "read-512": "of 512",
    "read-10000": "of 10,000",
    "crowd-read": "of 100,000, per line",
    "drain-64": "move one of 64, one by one",
    "drain-512": "one of 512",
    "drain-10000": "one of 10,000",
    "crowd-create": "create one of 100,000 threads",
    "crowd-end": "end one of 100,000 threads",
    "fork-none": "fork+exit+wait without hierarchies",
    "fork-hierarchies-1": "in a container of 1 hierarchy",
    "fork-hierarchies-2": "of 2 hierarchies",
    "fork-hierarchies-4": "of 4 hierarchies",
    "fork-hierarchies-8": "of 8 hierarchies",
    "fork-hierarchies-16": "of 16 hierarchies",
    "fork-depth-1": "in 5 hierarchies, 1 deep",
    "fork-depth-16": "16 deep",
    "fork-depth-256": "256 deep",
    "fork-8x16": "in 8 hierarchies, 16 deep, of which 5 have subsystems",
    "fork-named-8x16": "in 8 that have none",
    "cpuset-rewrite-512": "512 tasks to another CPU by one write of cpuset.cpus, per task",
    "cpuset-process-512": "to another cpuset, a process of 512 threads, per thread",
    "cpuset-move-512": "to another cpuset, 512 processes one by one",
    "cpuset-transfer-512": "to another cpuset, 512 processes by one write of container.transfer, each",
    "mems-rewrite-512": "512 tasks to another memory node by one write of cpuset.mems, per task",
    "mems-process-512": "to another cpuset, a process of 512 threads, per thread",
    "mems-move-512": "to another cpuset, 512 processes one by one",
    "mkdir+rmdir-5": "make and remove a container of five subsystems",
    "attach-task-5": "move a task in five subsystems",
    "attach-process-64-5": "a process of 64 threads in five subsystems",
    "read-512-5": "read tasks of 512 in five subsystems",
    "drain-512-5": "move one of 512, one by one, in five subsystems",
    "release-agent": "a container gets empty, its agent runs",
    "boot": "from the first instruction to /init",
    "memory": "bytes in use at the shell (of 256 MiB)",
    "bytes-task": "bytes of memory for a process that shares its parent's",
    "bytes-container": "bytes for a container",
    "bytes-css_set": "bytes for a css_set",
}


def is_container(name):
    return name.startswith(CONTAINERS)
