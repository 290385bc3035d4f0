"""The kernel's structures for gdb's Python: lists, threads, tasks, names of addresses."""

import gdb

STATES = {0: "R", 1: "S", 2: "D", 4: "D", 8: "T", 16: "D", 32: "X"}


class Broken(gdb.GdbError):
    """A structure that cannot be right."""


def value(expression):
    return gdb.parse_and_eval(expression)


def typed(name):
    return gdb.lookup_type(f"struct {name}")


def each(head, type_name, field):
    """The elements of a list whose nodes are embedded as `field`; head is the struct list."""
    pointer = typed(type_name).pointer()
    offset = sum(part.bitpos // 8 for part in path_of(type_name, field))
    start, node, count = int(head.address), head["next"], 0
    while int(node) != start:
        yield gdb.Value(int(node) - offset).cast(pointer).dereference()
        node = node.dereference()["next"]
        count += 1
        if count > 100000:
            raise Broken(f"the list at {start:#x} does not come to its end")


def path_of(type_name, field):
    """The fields that lead from a struct to a member such as containers.node."""
    result, at = [], typed(type_name)
    for name in field.split("."):
        part = next(f for f in at.fields() if f.name == name)
        result.append(part)
        at = part.type.strip_typedefs()
    return result


def symbol(address):
    """function+0x12 in file:line."""
    address = int(address)
    block = gdb.execute(f"info symbol {address:#x}", to_string=True).split(" in section")[0]
    if block.startswith("No symbol"):
        return f"{address:#x}"
    place = gdb.find_pc_line(address - 1)
    where = f" at {place.symtab.filename}:{place.line}" if place.symtab else ""
    return block.strip().replace(" + ", "+") + where


def cpu_count():
    """CPUs that take part."""
    n = sum(1 for i in range(64) if bool(value(f"cpus[{i}]")["online"]))
    return n or 1


def string(array):
    return array.string(errors="replace").split("\0")[0]


def radix_values(node, height):
    if not int(node):
        return
    if not height:
        yield node
        return
    table = node.cast(gdb.lookup_type("struct table").pointer())
    for slot in range(64):
        yield from radix_values(table["slot"][slot], height - 1)


def tasks():
    """All that have a number, threads too, in the order of their numbers."""
    pids = value("pid_first")["pids"]
    pid_type = typed("pid").pointer()
    for entry in radix_values(pids["root"], int(pids["height"])):
        task = entry.cast(pid_type)["task"]
        if int(task):
            yield task.dereference()


def tid(task):
    return int(task["pid"]["nr"])


def thread_name(thread):
    """A thread by its address: number and name, or the CPU that idles."""
    if bool(thread["idle"]):
        return string(thread["name"])
    task = thread.address.cast(typed("task").pointer())
    return f"{tid(task)} {string(thread['name'])}"


def state(thread):
    if bool(thread["running"]):
        return f"on CPU {int(thread['cpu'])}"
    return STATES.get(int(thread["state"]), "?")


def held(locks):
    """(address, name, where it was taken) of what a struct held_locks says; debug builds."""
    if not any(field.name == "count" for field in locks.type.fields()):
        return []
    return [(int(locks["lock"][i]["lock"]), locks["lock"][i]["name"].string(),
             int(locks["lock"][i]["ip"])) for i in range(int(locks["count"]))]


def stack(thread):
    """Return addresses of a thread that is not running: its stack_switch frame and the chain of
    frame pointers that a debug build keeps."""
    word = gdb.lookup_type("unsigned long").pointer()
    bottom = int(thread["stack"])
    top = int(thread["arch"]["stack_top"])
    rsp = int(thread["arch"]["rsp"])

    def read(at):
        return int(gdb.Value(at).cast(word).dereference())

    yield read(rsp + 6 * 8)
    frame = read(rsp + FRAME_POINTER)
    while bottom <= frame < top - 16:
        address = read(frame + 8)
        if not address:
            return
        yield address
        above = read(frame)
        if above <= frame:
            return
        frame = above


FRAME_POINTER = 5 * 8  # where stack_switch has put rbp; its return address is above
