"""Makes random expressions of the language, most of them well-typed, with values for the variables that they use."""

import base64
import random

SCALARS = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"]
# What an expression as a whole may be: Python would lose nanoseconds, so times come out as text or numbers.
RESULTS = ["bool", "int", "uint", "double", "string", "bytes", "list(int)", "list(string)", "map(string, int)", "type"]
VARIABLES = {
    "p": "bool", "i": "int", "j": "int", "u": "uint", "x": "double", "y": "double", "s": "string", "z": "string", "b": "bytes",
    "t": "timestamp", "r": "duration", "li": "list(int)", "ls": "list(string)", "lx": "list(double)",
    "ms": "map(string, int)", "mi": "map(int, string)", "any": "dyn",
}  # fmt: skip

INTS = [0, 1, -1, 2, 3, 7, 10, 63, 64, 100, -128, 2**31, -(2**31), 2**53, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), -(2**63) + 1]
UINTS = [0, 1, 2, 3, 7, 64, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1]
DOUBLES = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 0.1, 1e-7, 123456.789, 1e15, 1e16, 1e21, 2.0**53, 2.0**63, -(2.0**63)]
DOUBLES += [2.0**64, 1.7976931348623157e308, 5e-324, float("inf"), float("-inf"), float("nan")]
TEXTS = ["", "a", "b", "abc", "ABC", "hello world", " \t x\n", "é", "e\u0301", "ß", "日本", "😀", "a😀b", "0", "-12", "1.5", "true"]
TEXTS += ["a,b,c", "quote \"'\\", "%d", "2020-02-29T12:34:56Z", "1h30m", "\u00a0", "\u2028", "x" * 20]
PATTERNS = ["", "a", "^a.c$", "[a-c]+", "(?i)ABC", "\\d+", "^$", "é", "(a|b)*c", "\\p{L}+", "[", "(?P<n>a)", "a{2,3}", "^.{3}$"]
PATTERNS += ["\\bhello\\b"]
BYTES = [b"", b"a", b"abc", b"\xff\x00", "é".encode(), b"\xe9", "😀".encode(), b"0"]
TIMES = ["1970-01-01T00:00:00Z", "2020-02-29T12:34:56.789012Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
TIMES += ["2009-02-13T23:31:30+02:30", "1969-12-31T23:59:59.5Z", "2024-12-29T03:00:00-08:00", "1900-02-28T00:00:00Z"]
# As a variable: what Python's binding passes on. The ends of time, and bytes behind a NUL, are literals only.
BOUND = {
    "timestamp": TIMES[1:2] + ["0001-01-01T00:00:00.5Z", "9999-12-31T23:59:59.5Z"] + TIMES[4:],
    "bytes": [b"", b"a", b"\xff\xfe", b"\xe9"],
}
SPANS = ["0s", "1s", "-1s", "1.5s", "1h2m3.25s", "-0.000001s", "24h", "100ms", "1us", "8760h", "-876000h"]
BASE64 = ["", "YQ==", "YQ", "YWI=", "YWJj", "/+8=", "_-8=", "Y", "YQ=", "YR==", "YQ===", "é", "6Yy="]
ZONES = "UTC America/New_York Asia/Kolkata Europe/Berlin Australia/Lord_Howe +05:30 -02:00 09:00 No/Where".split()
ORDERS = ["==", "!=", "<", "<=", ">", ">="]
PARTS = "FullYear Month Date DayOfMonth DayOfWeek DayOfYear Hours Minutes Seconds Milliseconds".split()
# Not of doubles with %d and %s, whose digits nobody specifies.
FORMATS = {"%d": "int uint", "%s": "string int uint bool", "%x": "int uint string", "%X": "int string bytes"}
FORMATS |= {"%o": "int uint", "%b": "int uint bool", "%f": "double int", "%.2f": "double", "%e": "double", "%.3e": "double"}
FORMATS["%%"] = ""


class Generator(random.Random):
    """One seed, one series of expressions."""

    def case(self):
        """An expression with typed bindings and declared types, in the notation of --cases."""
        self.scope, self.used, self.isCareful = [], set(), False
        expression = self.of(self.choice(RESULTS), self.choice([1, 2, 2, 3, 3, 4, 5, 7]))
        bindings = {name: self.binding(VARIABLES[name]) for name in sorted(self.used) if self.random() > 0.01}
        return {"expr": expression, "types": {name: VARIABLES[name] for name in sorted(self.used)}, "bindings": bindings}

    # Values of variables.

    def binding(self, kind):
        if kind == "dyn":
            kind = self.choice(["int", "double", "string", "bool", "null", "list(int)", "map(string, int)"])
        if kind.startswith("list("):
            return {"type": "list", "value": [self.binding(kind[5:-1]) for _ in range(self.randrange(5))]}
        if kind.startswith("map("):
            key, value = kind[4:-1].split(", ")
            keys = {str(made["value"]): made for made in (self.binding(key) for _ in range(self.randrange(5)))}
            return {"type": "map", "value": [{"key": made, "value": self.binding(value)} for made in keys.values()]}
        value = self.choice(BOUND[kind]) if kind in BOUND else self.value(kind)
        if kind == "bytes":
            value = base64.b64encode(value).decode()
        if kind == "double":
            value = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(value), value)
        return {"type": kind, "value": value}

    def value(self, kind):
        if kind == "bool":
            return self.random() < 0.5
        if kind == "int":
            return self.choice(INTS) if self.random() < 0.7 else self.randint(-20, 20)
        if kind == "uint":
            return self.choice(UINTS) if self.random() < 0.7 else self.randint(0, 20)
        if kind == "double":
            return self.choice(DOUBLES) if self.random() < 0.7 else self.uniform(-100, 100)
        if kind == "string":
            return (
                self.choice(TEXTS)
                if self.random() < 0.7
                else "".join(self.choice("abé日😀 ,0") for _ in range(self.randrange(9)))
            )
        if kind == "bytes":
            return self.choice(BYTES)
        return {"timestamp": lambda: self.choice(TIMES), "duration": lambda: self.choice(SPANS)}.get(kind, lambda: None)()

    # Literals, written in one of the ways that there are.

    def literal(self, kind):
        if kind == "null":
            return "null"
        if kind == "type":
            return self.choice(["int", "uint", "double", "string", "bytes", "bool", "list", "map", "type", "null_type"])
        if kind == "dyn":
            return f"dyn({self.literal(self.choice(SCALARS))})"
        if kind.startswith("list("):
            return f"[{self.some(4, lambda: self.literal(kind[5:-1]))}]"
        if kind.startswith("map("):
            key, value = kind[4:-1].split(", ")
            return f"{{{self.some(3, lambda: f'{self.literal(key)}: {self.literal(value)}')}}}"
        if kind.startswith("optional("):
            return self.choice(["optional.none()", f"optional.of({self.literal(kind[9:-1])})"])
        value = self.value(kind)
        if kind == "bool":
            return "true" if value else "false"
        if kind == "int":
            return hex(value) if self.random() < 0.1 else str(value)
        if kind == "uint":
            return f"{hex(value) if self.random() < 0.1 else value}u"
        if kind == "double":
            return repr(value) if abs(value) < float("inf") else f'double("{repr(value)}")'
        if kind == "string":
            return self.quoted(value)
        if kind == "bytes":
            escaped = (
                chr(c) if 32 <= c < 127 and c not in b'"\\' else f"\\{c:03o}" if c % 2 else f"\\x{c:02x}" for c in value
            )
            return 'b"' + "".join(escaped) + '"'
        return f'{kind}("{value}")'

    def quoted(self, text):
        quote = self.choice("'\"")
        if self.random() < 0.1 and not any(c in text for c in "'\"\\\n"):
            return self.choice(["r", "R"]) + quote + text + quote
        names = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", quote: "\\" + quote}
        written = "".join(names.get(c) or (f"\\U{ord(c):08x}" if ord(c) > 127 and self.random() < 0.3 else c) for c in text)
        return quote + written + quote

    # Expressions.

    def of(self, kind, depth):
        """An expression of a type; now and then one of another type."""
        if self.random() < 0.012 and not self.isCareful:
            other = self.choice(SCALARS + ["null", "list(int)"])
            return self.choice(["{}", "dyn({})", "dyn({})"]).format(self.of(other, depth))
        if depth <= 0 or self.random() < 0.06:
            return self.leaf(kind)
        if self.random() < 0.12:
            return self.general(kind, depth - 1)
        base = kind.split("(")[0]
        return getattr(self, "make_" + base, lambda kind, depth: self.literal(kind))(kind, depth - 1)

    def leaf(self, kind):
        local = [name for name, its in self.scope if its == kind]
        if local and self.random() < 0.7:
            return self.choice(local)
        names = [name for name, its in VARIABLES.items() if its == kind and name not in (n for n, _ in self.scope)]
        if names and self.random() < 0.6:
            self.used.add(chosen := self.choice(names))
            return chosen
        return self.literal(kind)

    def fill(self, template, depth):
        """A template in which `{type}` stands for an expression of that type."""
        pieces = template.replace("}", "{").split("{")
        return "".join(piece if place % 2 == 0 else self.of(piece, depth) for place, piece in enumerate(pieces))

    def any_of(self, depth, *templates):
        return self.fill(self.choice(templates), depth)

    def bound(self, names, kinds, kind, depth):
        """A body in which names have types."""
        self.scope += zip(names, kinds)
        body = self.of(kind, depth)
        del self.scope[-len(names) :]
        return body

    def pair(self, kind, operators, depth):
        """An operator between two expressions of one type."""
        return f"({self.of(kind, depth)} {self.choice(operators)} {self.of(kind, depth)})"

    def loop(self, over, macros, name, of, body, depth):
        """One of some macros, split by blanks, over a list or a map; the name is bound to values of a type in a body of another."""
        what = self.of(over, depth)
        macro = self.choice(macros.split()) if " " in macros else macros
        return f"{what}.{macro}({name}, {self.bound([name], [of], body, depth)})"

    def some(self, most, make):
        return ", ".join(make() for _ in range(self.randrange(most)))

    def general(self, kind, depth):
        """What there is for every type."""
        roll = self.randrange(8)
        if roll < 3:
            return f"({self.of('bool', depth)} ? {self.of(kind, depth)} : {self.of(kind, depth)})"
        if roll == 3:
            inner, name = self.choice(SCALARS), self.choice(["v", "w"])
            return f"cel.bind({name}, {self.of(inner, depth)}, {self.bound([name], [inner], kind, depth)})"
        if roll == 4:
            return f"[{self.of(kind, depth)}, {self.of(kind, depth)}][{self.choice(['0', '1', '1u', '2', '-1'])}]"
        if roll == 5:
            return f"{{'k': {self.of(kind, depth)}}}{self.choice(['.k', '[%s]' % self.quoted('k'), '.q'])}"
        if roll == 6:
            return f"optional.of({self.of(kind, depth)}).{self.choice(['value()', 'orValue(%s)' % self.of(kind, depth)])}"
        return f"{self.optional(kind, depth)}.{self.choice(['orValue(%s)' % self.of(kind, depth), 'value()'])}"

    def optional(self, kind, depth):
        roll = self.randrange(7)
        if roll == 0:
            return "optional.none()"
        if roll == 6:
            return f"{self.of(f'list({kind})', depth)}.{self.choice(['first', 'last'])}()"
        if roll == 1:
            return f"optional.ofNonZeroValue({self.of(kind, depth)})"
        if roll == 2:
            return f"{{'k': {self.of(kind, depth)}}}{self.choice(['.?k', '.?q', '[?%s]' % self.of('string', depth)])}"
        if roll == 3:
            return f"[{self.of(kind, depth)}][?{self.of('int', depth)}]"
        if roll == 4:
            inner = self.choice(["int", "string"])
            return f"{self.optional(inner, depth - 1) if depth > 0 else 'optional.of(1)'}.optMap(v, {self.bound(['v'], [inner], kind, depth)})"
        return f"optional.of({self.of(kind, depth)})"

    def make_bool(self, kind, depth):
        roll = self.randrange(12)
        if roll < 3:
            return self.pair("bool", ["&&", "||"], depth)
        if roll < 6:
            return self.pair(self.choice(SCALARS), ORDERS, depth)
        if roll == 6:
            of, other = self.choice(SCALARS[:6]), self.choice(SCALARS[:6])
            return f"(dyn({self.of(of, depth)}) {self.choice(ORDERS)} {self.of(other, depth)})"
        if roll == 7:
            of = self.choice(["list(int)", "list(string)", "map(string, int)", "map(int, string)", "list(double)"])
            return self.pair(of, ORDERS[:2], depth)
        if roll == 8:
            of = self.choice(["int", "string", "double"])
            return self.loop(f"list({of})", "all exists exists_one", "v", of, "bool", depth)
        if roll == 9:
            return self.loop("map(string, int)", "all exists exists_one", "k", "string", "bool", depth)
        if roll == 10:
            return f"{self.of('string', depth)}.matches({self.quoted(self.choice(PATTERNS))})"
        return self.any_of(
            depth, "!{bool}", "({int} in {list(int)})", "({string} in {map(string, int)})", "({dyn} in {list(int)})",
            "{string}.contains({string})", "{string}.startsWith({string})", "{string}.endsWith({string})",
            "math.isNaN({double})", "math.isInf({double})", "math.isFinite({double})", "bool({string})", "has({map(string, int)}.a)",
            "{optional(int)}.hasValue()", "({optional(int)} == {optional(int)})", "(type({dyn}) == {type})")  # fmt: skip

    def make_int(self, kind, depth):
        if self.random() < 0.5:
            return self.pair("int", "+-*/%", depth)
        if self.random() < 0.25:
            zone = self.choice(["", self.quoted(self.choice(ZONES))])
            return f"{self.of('timestamp', depth)}.get{self.choice(PARTS)}({zone})"
        return self.any_of(
            depth, "-({int})", "int({uint})", "int({double})", "int({string})", "int({timestamp})", "size({string})", "size({bytes})",
            "{list(int)}.size()", "{map(string, int)}.map(k, k).size()", "{list(int)}[{int}]", "{map(string, int)}[{string}]",
            "{duration}.getHours()", "{duration}.getMinutes()", "{duration}.getSeconds()", "{duration}.getMilliseconds()",
            "math.greatest({int}, {int}, {int})", "math.least({list(int)})", "math.abs({int})", "math.sign({int})",
            "math.bitAnd({int}, {int})", "math.bitOr({int}, {int})", "math.bitXor({int}, {int})", "math.bitNot({int})",
            "math.bitShiftLeft({int}, {int})", "math.bitShiftRight({int}, {int})",
            "{string}.indexOf({string})", "{string}.lastIndexOf({string})", "{string}.indexOf({string}, {int})")  # fmt: skip

    def make_uint(self, kind, depth):
        if self.random() < 0.6:
            return self.pair("uint", "+-*/%", depth)
        return self.any_of(
            depth, "uint({int})", "uint({double})", "uint({string})", "math.greatest({uint}, {uint})", "math.abs({uint})",
            "math.bitAnd({uint}, {uint})", "math.bitNot({uint})", "math.bitShiftLeft({uint}, {int})")  # fmt: skip

    def make_double(self, kind, depth):
        if self.random() < 0.6:
            return self.pair("double", "+-*/", depth)
        return self.any_of(
            depth, "-({double})", "double({int})", "double({uint})", "double({string})", "math.ceil({double})", "math.floor({double})",
            "math.round({double})", "math.trunc({double})", "math.abs({double})", "math.sign({double})", "math.sqrt({double})",
            "math.greatest({double}, {double})", "math.least({list(double)})", "{list(double)}[{int}]")  # fmt: skip

    def make_string(self, kind, depth):
        if self.random() < 0.15:
            parts = [self.choice(list(FORMATS)) for _ in range(self.randrange(1, 4))]
            careful, self.isCareful = self.isCareful, True
            arguments = [self.of(self.choice(FORMATS[part].split()), depth) for part in parts if FORMATS[part]]
            self.isCareful = careful
            return f"{self.quoted('<'.join(parts))}.format([{', '.join(arguments)}])"
        # What NaN and the infinities are as text, nobody specifies either.
        finite = "string([{double}].map(f, math.isFinite(f) ? f : 0.25)[0])"
        return self.any_of(
            depth, "({string} + {string})", "({string} + {string})", "string({int})", "string({uint})", finite,
            "string({bytes})", "string({bool})", "string({timestamp})", "string({timestamp})", "string({duration})", "string({duration})",
            "{string}.charAt({int})", "{string}.lowerAscii()", "{string}.upperAscii()", "{string}.trim()", "{string}.reverse()",
            "{string}.substring({int})", "{string}.substring({int}, {int})", "{string}.replace({string}, {string})",
            "{string}.replace({string}, {string}, {int})", "{list(string)}.join()", "{list(string)}.join({string})",
            "strings.quote({string})", "base64.encode({bytes})", "{map(int, string)}[{int}]", "{list(string)}[{int}]")  # fmt: skip

    def make_bytes(self, kind, depth):
        if self.random() < 0.2:
            return f"base64.decode({self.quoted(self.choice(BASE64))})"
        return self.any_of(depth, "({bytes} + {bytes})", "bytes({string})", "base64.decode(base64.encode({bytes}))")

    def make_timestamp(self, kind, depth):
        return self.any_of(
            depth, "({timestamp} + {duration})", "({duration} + {timestamp})", "({timestamp} - {duration})", "timestamp({string})",
            "timestamp({int})", "timestamp(string({timestamp}))")  # fmt: skip

    def make_duration(self, kind, depth):
        return self.any_of(
            depth, "({duration} + {duration})", "({duration} - {duration})", "({timestamp} - {timestamp})", "duration({string})",
            "duration(string({duration}))")  # fmt: skip

    def make_type(self, kind, depth):
        return f"type({self.of(self.choice(SCALARS + ['null', 'list(int)', 'map(string, int)', 'type']), depth)})"

    def make_dyn(self, kind, depth):
        return f"dyn({self.of(self.choice(SCALARS + ['null', 'list(int)']), depth)})"

    def make_optional(self, kind, depth):
        return self.optional(kind[9:-1], depth)

    def make_list(self, kind, depth):
        of = kind[5:-1]
        roll = self.randrange(7)
        if roll == 0:
            return self.fill(f"({{{kind}}} + {{{kind}}})", depth)
        if roll == 1:
            return self.loop(kind, "filter", "v", of, "bool", depth)
        if roll == 2:
            inner = self.choice(["int", "string"])
            return self.loop(f"list({inner})", "map", "w", inner, of, depth)
        if roll == 3:
            return f"{self.loop(kind, 'map', 'v', of, 'bool', depth)[:-1]}, {self.bound(['v'], [of], of, depth)})"
        if roll == 4 and of == "string":
            return self.any_of(depth, "{string}.split({string})", "{string}.split({string}, {int})", "{string}.split('')")
        if roll == 5:
            return f"[{self.of(of, depth)}, ?{self.optional(of, depth)}]"
        return f"[{self.some(4, lambda: self.of(of, depth))}]"

    def make_map(self, kind, depth):
        key, value = kind[4:-1].split(", ")
        entries = [f"{self.of(key, depth)}: {self.of(value, depth)}" for _ in range(self.randrange(3))]
        if self.random() < 0.15:
            entries.append(f"?{self.literal(key)}: {self.optional(value, depth)}")
        return "{" + ", ".join(entries) + "}"
