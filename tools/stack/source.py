"""What the sources say about pointers to functions: which function may be behind which of them.

A pointer is known as STRUCT.MEMBER, or by its name alone when it is a variable or a parameter.  The
address of a function flows where it is written: into a member by an initialiser or an assignment,
into a parameter by a call, and from one pointer on to the next.  A name whose struct cannot be told
stands for that member of any struct (`*.MEMBER`).  Types of result and parameters must agree.
"""
import collections
import re

QUALIFIERS = re.compile(r"\b(const|static|extern|inline|noinline|always_inline|must_check|noreturn|"
                        r"volatile|struct|enum|__user)\b|\b(must_hold|printf_like)\(.*?\)")
TRANSPARENT = ("READ_ONCE", "likely", "unlikely", "__atomic_load_n")
STORES = ("__atomic_store_n", "WRITE_ONCE", "__atomic_exchange_n")
CONDITIONS = ("if", "while", "for", "switch", "return", "sizeof", "assert", "bug_if", "static_assert",
              "offsetof", "typeof")


FUNCTION = re.compile(r"^(?!#|typedef)([a-z_][\w \*]*?(?:\([^()\n]*\) ?)?)\b(\w+)\(", flags=re.M)
NUMBER = r"\b(u8|u32|u64|s32|s64|int|bool|char|void|size_t|unsigned) \*?"
# What stands before the brace of an initialiser: struct S name[] =, (struct S), or u8 name[] =.
INITIALISER = re.compile(r"struct (\w+) \*?(?:const )?\w+(?:\[[^\]]*\])*\s*=\s*$|"
                         r"\(struct (\w+)(?: \*)?(?:\[[^\]]*\])?\)\s*$|\}?\s*\w+(?:\[[^\]]*\])\s*=\s*$")


def without_text(source):
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"', blank, source, flags=re.S)


def closing(text, at):
    """Index of what closes the parenthesis or brace at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += text[i] in "([{"
        depth -= text[i] in ")]}"
        if not depth:
            return i
    return len(text) - 1


def arguments(text):
    out, depth, start = [], 0, 0
    for i, char in enumerate(text + ","):
        depth += char in "([{"
        depth -= char in ")]}"
        if char == "," and not depth:
            out.append(text[start:i].strip())
            start = i + 1
    return [] if out in ([""], ["void"]) else out


def plain(declaration, named):
    """A type in the form in which two are compared; `named`: something is declared to have it."""
    if "(*" in declaration:
        return "function"
    words = re.findall(r"\w+|\*|\.\.\.", re.sub(r"\[.*?\]", "*", QUALIFIERS.sub(" ", declaration)))
    stars = words.count("*")
    words = [word for word in words if word != "*"]
    if named and len(words) > 1:
        words.pop()
    return " ".join(words[:1] or ["int"]) + " " + "*" * stars


def signature(result, parameters):
    return (plain(result, False),) + tuple(plain(p, True) for p in arguments(parameters))


class Source:
    def __init__(self, files):
        self.text = {path: without_text(text) for path, text in files.items()}
        self.lines = {path: text.split("\n") for path, text in self.text.items()}
        self.fields = collections.defaultdict(dict)        # struct: {member: struct it leads to}
        self.members = collections.defaultdict(lambda: collections.defaultdict(set))
        self.pointers = collections.defaultdict(set)       # STRUCT.MEMBER or name: signatures
        self.functions = collections.defaultdict(set)      # name: signatures
        self.results = {}                                  # name: struct that it returns
        self.parameters = collections.defaultdict(set)     # (function, index): pointer's name
        self.home = collections.defaultdict(set)           # static function: files
        self.made = collections.defaultdict(set)           # beginning of a name from ##: signatures
        self.types = {}                                    # typedef of a function: signature
        self.bodies = collections.defaultdict(list)        # path: [(first line, last line, function)]
        for path in self.text:
            self.read_types(path)
        for path in self.text:
            self.read_structs(path)
        for path in self.text:
            self.read_functions(path)
            self.read_pointers(path)
        self.flow = collections.defaultdict(set)

    # --- declarations -------------------------------------------------------------------------

    def read_types(self, path):
        text = self.text[path]
        for m in re.finditer(r"^typedef ([\w \*]*?)\(?\*?\b(\w+)\)?\(", text, flags=re.M):
            self.types[m[2]] = signature(m[1], text[m.end():closing(text, m.end() - 1)])

    def declared(self, text):
        """(name, signature) of each pointer to a function that `text` declares."""
        for m in re.finditer(r"([\w \*]*?)\(\*(?:const )?(\w+)(?:\[[^\]]*\])?\)\(", text):
            end = closing(text, m.end() - 1)
            yield m[2], signature(m[1], text[m.end():end])
        if self.types:
            for m in re.finditer(r"\b(" + "|".join(self.types) + r")\b \*?(\w+)\s*(?=[,);=\[]|$)", text):
                yield m[2], self.types[m[1]]

    def read_structs(self, path):
        text = self.text[path]
        for m in re.finditer(r"\bstruct (\w+) \{", text):
            body = text[m.end():closing(text, m.end() - 1)]
            for name, sig in self.declared(body):
                self.members[m[1]][name].add(sig)
                self.pointers[m[1] + "." + name].add(sig)
            for f in re.finditer(r"struct (\w+) ((?:const )?\*?(?:const )?\w+[^;{]*);", body):
                for name in re.findall(r"\b(\w+)(?:\[[^\]]*\])?\s*(?:,|$)", f[2]):
                    self.fields[m[1]][name] = f[1]

    def read_functions(self, path):
        text = self.text[path]
        for m in FUNCTION.finditer(text):
            end = closing(text, m.end() - 1)
            after = re.match(r"\)[\s\w(), ]*?([{;])", text[end:end + 80])
            if not after:
                continue
            inside = text[m.end():end]
            if after[1] == "{":
                self.functions[m[2]].add(signature(m[1], inside))
                brace = text.index("{", end)
                self.bodies[path].append((text.count("\n", 0, m.start()) + 1,
                                          text.count("\n", 0, closing(text, brace)) + 1, m[2]))
            if "static" in m[1]:
                self.home[m[2]].add(path)
            returned = re.search(r"struct (\w+) \*$", m[1])
            if returned:
                self.results[m[2]] = returned[1]
            for i, argument in enumerate(arguments(inside)):
                for name, sig in self.declared(argument):
                    self.parameters[m[2], i].add(m[2] + "()." + name)
                    self.pointers[m[2] + "()." + name].add(sig)
        for m in re.finditer(r"^(.*?)\b(\w+_)##\w+\(", text, flags=re.M):
            end = closing(text, m.end() - 1)
            self.made[m[2]].add(signature(m[1], text[m.end():end]))

    def read_pointers(self, path):
        """Variables: what a line declares that is no parameter and no member."""
        for line in self.lines[path]:
            m = re.match(r"\s*(?:static |extern )?[\w \*]+ \*?\(\*(\w+)(?:\[[^\]]*\])?\)\(.*\)(;| =)", line)
            if m:
                for name, sig in self.declared(line):
                    if name == m[1]:
                        self.pointers[name].add(sig)

    def function_at(self, path, line):
        return next((name for first, last, name in self.bodies[path] if first <= line <= last), "")

    # --- whose member it is -------------------------------------------------------------------

    def struct_of(self, path, line, name):
        """The struct that the variable `name` is, or points to, where line `line` sees it."""
        local = re.compile(r"\bstruct (\w+) \*?(?:const )?\*?" + name + r"\b|"
                           r"^\t+(?:const )?struct (\w+) \*?\w+[^;()]*, \*?" + name + r"\b")
        for text in reversed(self.lines[path][:line]):
            m = local.search(text)
            if m:
                return m[1] or m[2]
            if re.search(NUMBER + name + r"\b", text):
                return None
        outside = re.compile(r"\bstruct (\w+) \*?(?:const )?\*?" + name + r"(\[[^\]]*\])*( =|;)")
        for text in self.text.values():
            m = outside.search(text)
            if m:
                return m[1]
        return None

    def qualified(self, path, line, before, name):
        """`name` with its struct; `before` is the text in front of it."""
        m = re.search(r"((?:\w+(?:\([^()]*\))?(?:\[[^\]]*\])*(?:->|\.))+)$", before)
        if not m:
            parameter = self.function_at(path, line) + "()." + name
            return parameter if parameter in self.pointers else name
        steps = re.split(r"->|\.", re.sub(r"\[[^\]]*\]", "", m[1]))[:-1]
        call = re.match(r"(\w+)\(", steps[0])
        struct = self.results.get(call[1]) if call else self.struct_of(path, line, steps[0])
        for step in steps[1:]:
            struct = self.fields.get(struct, {}).get(step)
        return struct + "." + name if name in self.members.get(struct, ()) else "*." + name

    # --- where addresses go -------------------------------------------------------------------

    def initialised(self, text, at, member):
        """Pointers that an initialiser at text[at] may fill: of the struct around it."""
        depth = 0
        for i in range(at - 1, max(0, at - 40000), -1):
            depth += text[i] == "}"
            if text[i] != "{":
                continue
            if depth:
                depth -= 1
                continue
            m = INITIALISER.search(text[max(0, i - 120):i])
            if not m:
                continue
            struct = m[1] or m[2]
            if not struct:
                break
            inner = {struct} | set(self.fields[struct].values())
            return {s + "." + name for s in inner for name in self.members.get(s, ())
                    if member in (None, name)} or {"*." + (member or "")}
        return {"*." + member} if member else {"*"}

    def targets(self, path, text, at):
        """Where the value named at text[at] is put."""
        depth = index = 0
        i = at - 1
        line = text.count("\n", 0, at) + 1
        while i >= 0:
            char = text[i]
            if char in ")]":
                depth += 1
            elif char in "([" and depth:
                depth -= 1
            elif char == "(":
                m = re.search(r"(\w+)$", text[max(0, i - 60):i])
                called = m[1] if m else ""
                if called in CONDITIONS:
                    return set()
                if called in STORES:
                    if not index:
                        return set()
                    m = re.match(r"&?([\w\->.\[\]]*?)(\w+),", text[i + 1:])
                    return {self.qualified(path, line, m[1], m[2])} if m else {"*"}
                if called and called not in TRANSPARENT:
                    names = self.parameters.get((called, index), set())
                    return set(names) or {"*"}
                i -= len(called)
                index = 0
            elif depth:
                pass
            elif char == ",":
                index += 1
            elif char == "{":
                return self.initialised(text, at, None)
            elif char in ";}":
                return set()
            elif char == "=" and text[i - 1] not in "=!<>+-|&" and text[i + 1] != "=" and not index:
                m = re.search(r"([\w\->.\[\]()]*?)(\w+)\)?(?:\[[^\]]*\])?\s*$", text[max(0, i - 120):i])
                if text[:i].rstrip().endswith(")"):  # declares a pointer and sets it
                    m = re.search(r"()\(\*(\w+)\)\([^()]*\)\s*$", text[max(0, i - 120):i])
                if m and m[1] == "." and text[:i - len(m[0])].rstrip()[-1:] in "{,":
                    return self.initialised(text, i, m[2])
                return {self.qualified(path, line, m[1], m[2])} if m else {"*"}
            i -= 1
        return set()

    def follow(self, taken):
        """Fills self.flow for the functions named in `taken` and for pointers."""
        short = {name.rpartition(".")[2] for name in self.pointers}
        names = sorted(set(taken) | short, key=len, reverse=True)
        word = re.compile(r"\b(" + "|".join(names) + r")\b(?!\s*\()")
        for path, text in self.text.items():
            for m in word.finditer(text):
                name, start = m[1], text.rfind("\n", 0, m.start()) + 1
                if text[start] == "#" or text[m.start() - 2:m.start()] == "(*":
                    continue
                if re.match(r"\s*(\)?\s*(==|!=|&&|\|\||\? )|=[^=])", text[m.end():m.end() + 12]):
                    continue
                before = text[start:m.start()]
                member = before.endswith(("->", "."))
                line = text.count("\n", 0, start) + 1
                if name in taken and not member and (name not in self.home or path in self.home[name]):
                    self.flow[name] |= self.targets(path, text, m.start())
                if name in short:
                    source = self.qualified(path, line, before, name)
                    if source in self.pointers or member:
                        self.flow[source] |= {t for t in self.targets(path, text, m.start()) if t != "*"}

    def reached(self, name):
        """All pointers that the address of function `name` may get into."""
        wanted = self.functions.get(name)
        seen, todo = set(), [name]
        while todo:
            at = todo.pop()
            targets = set(self.flow.get(at, ()))
            if "." in at:
                targets |= self.flow.get("*." + at.rpartition(".")[2], set())
            for target in list(targets):
                if target.startswith("*."):
                    targets |= {p for p in self.pointers if p.endswith(target[1:])}
            for target in targets - seen:
                known = self.pointers.get(target)
                if not (wanted and known and not wanted & known):
                    seen.add(target)
                    todo.append(target)
        return seen

    def called_at(self, path, line):
        """The pointers that may be called at a line: (text, names, signatures that fit)."""
        for first in (line, line - 1, line + 1, line - 2):
            text = "\n".join(self.lines[path][first - 1:first + 6])
            end = len(self.lines[path][first - 1])
            names, fitting = set(), set()
            for m in re.finditer(r"(\w+)(?:\[[^\]]*\])?\)?\(", text):
                member = text[:m.start()].endswith(("->", "."))
                name = self.qualified(path, first, text[:m.start()], m[1])
                if m.start() >= end or not self.known(name) or not member and self.visible(name, path):
                    continue
                names.add(name)
                inside = text[m.end():closing(text, m.end() - 1)]
                fitting |= self.fitting(path, first, name, arguments(inside))
            if names:
                return self.lines[path][first - 1].strip(), names, fitting
        return self.lines[path][line - 1].strip(), set(), set()

    def visible(self, name, path):
        return name in self.functions and (name not in self.home or path in self.home[name])

    def known(self, name):
        return name in self.pointers or any(p.endswith(name[1:]) for p in self.pointers if name[:2] == "*.")

    def fitting(self, path, line, name, given):
        """Signatures of pointer `name` that the arguments given to it agree with."""
        every = self.pointers.get(name) or {
            s for p in self.pointers if name[:2] == "*." and p.endswith(name[1:]) for s in self.pointers[p]}
        structs = [self.struct_of(path, line, a) if re.fullmatch(r"\w+", a) else None for a in given]
        every = {s for s in every if len(s) == len(given) + 1}
        return {s for s in every if all(not have or have + " *" == want or want == "void *"
                                        for have, want in zip(structs, s[1:]))} or every
