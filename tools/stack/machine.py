"""What the linked kernel says: its functions, their calls and how much stack is in use at each.

Depths are those of .debug_frame (bytes between the stack pointer and where it was before the call,
so the return address is part of the callee).  Code without it, which is assembly, is read line by
line.
"""
import bisect
import collections
import re
import subprocess

Call = collections.namedtuple("Call", "depth target how")
Site = collections.namedtuple("Site", "function pc depth")

JUMP_TABLE = re.compile(r"jmp\s+\*-?0x[0-9a-f]+\(,%\w+,8\)")


def output(*command, text=None):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


class Machine:
    def __init__(self, elf):
        self.elf = elf
        self.name = {}      # address: name of a function
        self.code = {}      # address: [(pc, text)]
        self.calls = collections.defaultdict(list)
        self.sites = []     # calls through pointers
        self.own = {}       # most that the function itself uses
        self.symbols = {}
        for line in output("nm", elf).splitlines():
            address, _, name = line.split(" ")
            self.symbols.setdefault(name, int(address, 16))
        self.read_sections()
        self.read_frames()
        self.read_code()
        self.order = sorted(self.code)
        immediates = set()
        for function in self.order:
            self.walk(function, immediates)
        self.read_tables(immediates)
        self.find_lines()

    def read_sections(self):
        pattern = re.compile(r"\s*\[\s*\d+\]\s+(\S+)\s+\S+\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)")
        with open(self.elf, "rb") as file:
            image = file.read()
        self.sections = []
        for match in filter(None, map(pattern.match, output("readelf", "-SW", self.elf).splitlines())):
            address, at, size = (int(match[i], 16) for i in (2, 3, 4))
            if address and match[1] != ".bss":
                self.sections.append((match[1], address, image[at:at + size]))

    def word(self, address):
        for _, start, data in self.sections:
            if start <= address < start + len(data):
                return int.from_bytes(data[address - start:address - start + 8], "little")
        return None

    def read_frames(self):
        rows = []
        for line in output("readelf", "--debug-dump=frames-interp", self.elf).splitlines():
            match = re.match(r"([0-9a-f]{16}) (\w+)\+(\d+)", line)
            if match:  # only panic() counts from another register
                rows.append((int(match[1], 16), int(match[3]) if match[2] == "rsp" else 0))
            match = re.match(r".* FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)", line)
            if match:
                rows.append((int(match[2], 16), 0))  # nothing known from there on
        rows.sort(key=lambda row: (row[0], row[1] != 0))
        self.frame_pcs = [row[0] for row in rows]
        self.frames = [row[1] for row in rows]

    def depth_at(self, pc):
        i = bisect.bisect_right(self.frame_pcs, pc) - 1
        return self.frames[i] if i >= 0 else 0

    def read_code(self):
        current = None
        for line in output("objdump", "-d", "--no-show-raw-insn", self.elf).splitlines():
            match = re.match(r"([0-9a-f]{16}) <(.+)>:$", line)
            if match:
                address = int(match[1], 16)
                self.name[address] = match[2]
                current = self.code[address] = []
                continue
            match = re.match(r"\s*([0-9a-f]+):\t(.*)$", line)
            if match and current is not None:
                current.append((int(match[1], 16), match[2]))

    def function_at(self, address):
        return self.order[bisect.bisect_right(self.order, address) - 1]

    def walk(self, function, immediates):
        depth = deepest = 8
        last = self.code[function][-1][0] if self.code[function] else function
        for pc, text in self.code[function]:
            known = self.depth_at(pc)
            depth = known or depth
            deepest = max(deepest, depth)
            match = re.search(r"\$0x(ffffffff[0-9a-f]{8})", text)
            if match:
                immediates.add(int(match[1], 16))
            if re.match(r"(call|jmp)\s+\*", text):
                if not JUMP_TABLE.match(text):
                    tail = text.startswith("jmp")
                    self.sites.append(Site(function, pc, depth - 8 if tail else depth))
                continue
            match = re.match(r"(call|j\w+)\s+([0-9a-f]{8,16})", text)
            if match:
                target = int(match[2], 16)
                if match[1] == "call":
                    self.calls[function].append(Call(depth, self.function_at(target), "call"))
                elif not function <= target <= last:
                    # Another function has this one's frame left; a cold part still has it.
                    left = depth - (self.depth_at(target) or 8)
                    self.calls[function].append(Call(left, self.function_at(target), "jump"))
            elif not known:
                depth += self.change(text)
        self.own[function] = deepest

    @staticmethod
    def change(text):
        if text.startswith("push"):
            return 8
        if text.startswith("pop"):
            return -8
        match = re.match(r"(sub|add)q?\s+\$0x([0-9a-f]+),%rsp", text)
        if not match:
            return 0
        return int(match[2], 16) * (1 if match[1] == "sub" else -1)

    def read_tables(self, immediates):
        """Functions whose address is somewhere, but for tables that say nothing about calls."""
        at = self.symbols
        count = self.word(at["syscall_count"])
        hidden = [(at["ksyms_start"], at["ksyms_end"]), (at["extable_start"], at["extable_end"]),
                  (at["syscall_table"], at["syscall_table"] + 8 * count)]
        self.syscalls = {self.word(at["syscall_table"] + 8 * i) for i in range(count)} - {0}
        self.taken = {a for a in immediates if a in self.name}
        for name, start, data in self.sections:
            if name in (".text", ".boot.text"):
                continue
            for i in range(0, len(data) - 7, 8):
                value = int.from_bytes(data[i:i + 8], "little")
                if value in self.name and not any(a <= start + i < b for a, b in hidden):
                    self.taken.add(value)
        self.faults = []  # (function, depth) where a copy from or to a program may fault
        for entry in range(at["extable_start"], at["extable_end"], 24):
            pc = self.word(entry)
            function = self.function_at(pc)
            self.faults.append((function, self.depth_at(pc) or self.own[function]))

    def find_lines(self):
        """Where the source has each call through a pointer: innermost of what is inlined."""
        answer = output("addr2line", "-e", self.elf, text="\n".join(hex(s.pc) for s in self.sites))
        self.line = {}
        for site, place in zip(self.sites, answer.splitlines()):
            path, _, number = place.split(" ")[0].rpartition(":")
            self.line[site.pc] = (path, int(number) if number.isdigit() else 0)
