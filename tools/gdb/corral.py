"""Commands for gdb, read by `make debug`: ps, locks, runqueues, containers, bt-all, trace, object.

They only read memory, so the machine may be anywhere, in a panic too; a list that is being changed
at that moment is followed as far as it makes sense.
"""

import sys
from pathlib import Path

import gdb

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import kernel  # noqa: E402
from kernel import each, held, string, symbol, thread_name, tid, typed, value  # noqa: E402


def command(name):
    """Makes a function a command of gdb; its first line of documentation is the help."""
    def make(function):
        class Command(gdb.Command):
            def __init__(self):
                super().__init__(name, gdb.COMMAND_STATUS)

            def invoke(self, argument, from_tty):
                function(argument.split())
        Command.__doc__ = function.__doc__
        Command()
        return function
    return make


def say(words=""):
    gdb.write(f"{words}\n")


# --- tasks -----------------------------------------------------------------------------------------

@command("ps")
def ps(arguments):
    """ps: every task with its state, css_set and what it holds; the kernel's too."""
    say("  PID STATE     SET NAME             IN")
    for task in kernel.tasks():
        thread = task["thread"]
        where = ""
        if not bool(thread["running"]) and int(thread["arch"]["rsp"]):
            where = sleeping_in(thread)
        say(f"{tid(task):5} {kernel.state(thread):9} {int(task['containers']['set']['id']):3} "
            f"{string(thread['name']):16} {where}")


MACHINERY = {"context_switch", "switch_to", "sched_switch", "wait_sleep", "stack_switch",
             "mutex_lock", "mutex_wait", "mutex_lock_killable", "mutex_lock_nested", "sched_relax"}


def sleeping_in(thread):
    """The first function below the scheduler and the locks."""
    for address in kernel.stack(thread):
        name = symbol(address).split("+")[0].split(".")[0]
        if name not in MACHINERY:
            return name
    return ""


@command("bt-all")
def backtrace_all(arguments):
    """bt-all: a backtrace of each CPU, then of each task that does not run (debug builds)."""
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.num):
        thread.switch()
        say(f"--- CPU {thread.num - 1}")
        gdb.execute("bt 20")
    for task in kernel.tasks():
        thread = task["thread"]
        if bool(thread["running"]) or not int(thread["arch"]["rsp"]):
            continue
        say(f"--- {thread_name(thread)}, {kernel.state(thread)}")
        for address in kernel.stack(thread):
            say(f"    {symbol(address)}")


# --- locks -----------------------------------------------------------------------------------------

def mutex_waiters(address):
    mutex = gdb.Value(address).cast(typed("mutex").pointer()).dereference()
    return [waiter["thread"].dereference()
            for waiter in each(mutex["waiters"]["waiters"], "waiter", "node")]


@command("locks")
def locks(arguments):
    """locks: who holds which lock, where it was taken, and who waits for it (debug builds)."""
    any_held = False
    for cpu in range(kernel.cpu_count()):
        for address, name, ip in held(value(f"spin_held[{cpu}]")):
            any_held = True
            say(f"CPU {cpu} holds {name} {address:#x}, taken in {symbol(ip)}")
    for task in kernel.tasks():
        thread = task["thread"]
        for address, name, ip in held(thread["held"]):
            any_held = True
            say(f"{thread_name(thread)} holds {name} {address:#x}, taken in {symbol(ip)}")
            for waiter in mutex_waiters(address):
                say(f"    {thread_name(waiter)} waits for it")
    if not any_held:
        say("no locks are held")


# --- the scheduler -----------------------------------------------------------------------------------

def in_order(node):
    if int(node):
        yield from in_order(node["left"])
        yield node
        yield from in_order(node["right"])


@command("runqueues")
def runqueues(arguments):
    """runqueues: who runs on each CPU, and who waits there, in the order of their turns."""
    for cpu in range(kernel.cpu_count()):
        queue = value(f"runqs[{cpu}]")
        say(f"CPU {cpu}: {thread_name(queue['current'].dereference())} runs; {int(queue['count'])} "
            f"want to, load {int(queue['load'])}, min_vruntime {int(queue['min_vruntime'])}")
        offset = kernel.path_of("thread", "node")[0].bitpos // 8
        for node in in_order(queue["tree"]["root"]):
            thread = gdb.Value(int(node) - offset).cast(typed("thread").pointer()).dereference()
            ahead = int(thread["vruntime"]) - int(queue["min_vruntime"])
            say(f"    {thread_name(thread)}, weight {int(thread['weight'])}, "
                f"{ahead / 1e6:+.3f} ms")


EVENTS = ["switch", "wake", "migrate", "fork", "exit", "attach", "throttle", "freeze", "thaw",
          "rollback"]
TRACE_TICKS, TRACE_RING = 0x100, 128 * 1024  # kernel/sched/trace.h


@command("trace")
def trace(arguments):
    """trace [N]: the last N (20) events of all CPUs, if /proc/sched_trace records."""
    wanted = int(arguments[0]) if arguments else 20
    if not int(value("rings[0].events")):
        raise gdb.GdbError("nothing is recorded: echo 1 >/proc/sched_trace in the machine")
    most = TRACE_RING // typed("trace_event").sizeof
    base, rate = int(value("tsc_base")), int(value("ns_per_tsc"))
    events = []
    for cpu in range(kernel.cpu_count()):
        ring = value(f"rings[{cpu}]")
        at = int(value(f"cpus[{cpu}].trace")) - int(ring["events"])
        end = int(ring["turns"]) // 2 * most + at // typed("trace_event").sizeof
        for n in range(max(int(ring["begin"]), end - min(wanted, most - 1)), end):
            event = ring["events"][n % most]
            time, label, what = (int(event[word]) for word in ("time", "label", "what"))
            if what >> 32 & TRACE_TICKS:
                time = (time - base) * rate >> 32
            name = int(event["name"]).to_bytes(8, "little").split(b"\0")[0].decode("ascii", "replace")
            events.append((time, cpu, EVENTS[what >> 32 & ~TRACE_TICKS], label & 0xffffffff,
                           label >> 32, what & 0xffffffff, name))
    say("          NS CPU EVENT      PID SET VALUE NAME")
    for ns, cpu, kind, pid, set_, number, name in sorted(events)[-wanted:]:
        say(f"{ns:12} {cpu:3} {kind:8} {pid:5} {set_:3} {number:5} {name}")


# --- containers --------------------------------------------------------------------------------------

def sets_of(container):
    return [link["set"].dereference()
            for link in each(container["links"], "css_set_link", "of_container")]


def container_tree(container, name, indent):
    sets = sets_of(container)
    count = sum(int(each_set["task_count"]) for each_set in sets)
    numbers = ", ".join(str(int(each_set["id"])) for each_set in sets)
    say(f"{indent}{name}  {count} tasks" + (f", css_sets {numbers}" if sets else ""))
    for child in each(container["children"], "container", "sibling"):
        name = child["dentry"]["name"].string()
        container_tree(child, name, indent + "    ")


@command("containers")
def containers(arguments):
    """containers: the trees of all hierarchies, then the css_sets with their tasks."""
    subsystems = value("subsystems")
    count = subsystems.type.range()[1] + 1
    for hierarchy in each(value("hierarchies"), "hierarchy", "node"):
        number, bits = int(hierarchy["id"]), int(hierarchy["subsys"])
        names = [subsystems[i]["name"].string() for i in range(count) if bits >> i & 1]
        if string(hierarchy["name"]):
            names.append("name=" + string(hierarchy["name"]))
        say(f"hierarchy {number}: {','.join(names)}" + ("" if number else " (mounted nowhere)"))
        container_tree(hierarchy["top"], "/", "    ")
    for each_set in sets_of(value("dummy_hierarchy")["top"]):
        tasks = [str(tid(task)) for head in ("tasks", "mg_tasks")
                 for task in each(each_set[head], "task", "containers.node")]
        references = int(each_set["task_count"]) + int(each_set["pins"])
        say(f"css_set {int(each_set['id'])}: {references} references, tasks "
            + (" ".join(tasks) or "none"))


# --- memory ------------------------------------------------------------------------------------------

DIRECT_MAP, PAGE_SHIFT, PAGE_SLAB, RED_LIVE = 0xffff888000000000, 12, 2, 0x11feed5afe0b7ec7


@command("object")
def object_(arguments):
    """object ADDRESS: of which slab cache it is, whether in use, and who had it last (debug builds)."""
    if len(arguments) != 1:
        raise gdb.GdbError("object ADDRESS")
    address = int(value(arguments[0])) & (1 << 64) - 1
    if not DIRECT_MAP <= address < DIRECT_MAP + (1 << 46):
        raise gdb.GdbError(f"{address:#x} is not in the direct map")
    page = value("page_array")[(address - DIRECT_MAP) >> PAGE_SHIFT]
    if not int(page["flags"]) & PAGE_SLAB:
        say(f"a page of its own: flags {int(page['flags']):#x}, {int(page['refs']['more']) + 1} references")
        return
    cache = page["mapping"].cast(typed("slab_cache").pointer()).dereference()
    slab = (4096 << int(cache["order"])) - 1
    start = (address & ~slab) + (address & slab) // int(cache["stride"]) * int(cache["stride"])
    say(f"{address - start} bytes into an object of {cache['name'].string()}, {int(cache['size'])} "
        f"bytes at {start:#x}")
    if gdb.lookup_symbol("slab_debug_alloc")[0] is None:
        return
    trailer = gdb.Value(start + (int(cache["size"]) + 7 & ~7)).cast(typed("trailer").pointer())
    live = int(trailer["red"]) == RED_LIVE
    say(f"{'in use, allocated' if live else 'free, freed'} by {symbol(trailer['ip'])}")


say("Commands of Corral: ps, locks, runqueues, containers, bt-all, trace, object; help NAME.")
