# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of random loop nests: anything goes that C defines."""
import random

REGIONS = 4
INTS = {                # name: (magnitude bits of what is loaded, unsigned)
    "signed char": (7, False), "unsigned char": (8, False),
    "short": (15, False), "unsigned short": (16, False),
    "int": (31, False), "unsigned": (32, True),
    "long": (63, False), "unsigned long": (64, True),
}
FLOATS = ("float", "double")
SHORT = {"signed char": "sc", "unsigned char": "uc", "short": "s",
         "unsigned short": "us", "int": "i", "unsigned": "u", "long": "l",
         "unsigned long": "ul", "float": "f", "double": "d", "struct s": "st",
         "struct v": "sv"}
STRUCTS = {
    "struct s": (("a", "int"), ("b", "float"), ("c", "short"), ("d", "double"),
                 ("e", "unsigned char"), ("g", "unsigned long")),
    "struct v": (("x", "float"), ("y", "float"), ("z", "float"),
                 ("u", "float"), ("w", "float"), ("id", "int"),
                 ("m", "double")),
}

rng = random.Random()


class World:
    """What holds for the whole program."""

    wrap = alias = False
    threads = 1
    rounds = 400            # enough to learn from
    span = 4608             # elements a parameter may use, PAD of them below it
    pad = 300
    # Of a nest of 1, 2, 3 loops: the most trips, and the row lengths.
    shapes = ((1200, (1,)), (44, (45, 64, 97)), (13, (13, 16)))
    counts = (0, 1, 2, 3, 5, 7, 8, 16, 17, 31, 33, 64, 100, -1, -3, 113, 125,
              1000, 1201)

    def grow(self):
        """Nests large enough for what pays on large ones only."""
        self.rounds = 10
        self.span = 70000
        self.shapes = ((20000, (1,)), (250, (251, 256, 263)), (40, (40, 41)))
        self.counts = (0, 1, 3, 40, 41, 255, 256, 4096, 20000, 30000, -1)


world = World()


def chance(p):
    return rng.random() < p


def pick(*xs):
    return rng.choice(xs)


class Function:
    """One function under test: parameters, locals, nests, a result."""

    def __init__(self, number):
        self.name = "f%d" % number
        self.restrict = chance(0.35)
        self.recursive = chance(0.08)
        self.pointers = [self.pointer_type() for _ in range(rng.randint(1, 5))]
        self.count_type = pick("int", "int", "long", "unsigned", "unsigned long",
                               "short", "signed char")
        self.lines = []
        self.live = []          # (name, type) that the result depends on
        self.number = 0
        self.indices = []       # (name, largest value) now in scope
        self.local = None       # a local array: (name, type)
        self.out = False        # a label to leave by is wanted
        self.returns = False
        self.width = 1
        self.extra = []         # further parameters: (type, name, values)

    def pointer_type(self):
        if chance(0.12):
            return pick(*STRUCTS)
        if chance(0.5):
            return pick(*FLOATS)
        return rng.choice(list(INTS))

    def name_new(self, prefix):
        self.number += 1
        return "%s%d" % (prefix, self.number)

    def put(self, indent, text):
        self.lines.append("\t" * indent + text)

    # ---- Places in memory ------------------------------------------------

    def index(self):
        """An index within [-16, world.span - pad)."""
        depth = len(self.indices)
        if not depth:
            return str(rng.randint(0, 40))
        names = [n for n, _ in self.indices]
        if depth == 1:
            i = names[0]
            return pick(i, i, i, i + " + 1", "(long)%s - 1" % i, i + " + 4",
                        "2 * " + i, "3 * %s + 1" % i, i + " + " + i,
                        "%d - %s" % (world.shapes[0][0], i), "(%s ^ 1)" % i, "(%s & 63)" % i,
                        i + " / 2", "7")
        row = self.width
        if depth == 2:
            i, j = names
            return pick("%s * %d + %s" % (i, row, j),
                        "%s * %d + %s" % (i, row, j),
                        "(%s + 1) * %d + %s" % (i, row, j),
                        "(long)(%s * %d + %s) - 1" % (i, row, j),
                        "%s * %d + %s + 1" % (i, row, j),
                        "%s * %d + %s" % (j, row, i), i, j, i + " + " + j,
                        "(%s * %d + %s) & 1023" % (i, row, j))
        i, j, k = names
        return pick("(%s * %d + %s) * %d + %s" % (i, row, j, row, k),
                    "%s * %d + %s" % (i, row, j), "%s * %d + %s" % (i, row, k),
                    "%s * %d + %s" % (k, row, j), "%s + %s" % (j, k), k, i,
                    "(%s * %d + %s) * %d + %s + 1" % (i, row, j, row, k))

    def place(self):
        """(lvalue, type) of something in memory."""
        if self.local and chance(0.2):
            return "%s[(%s) & 63]" % (self.local[0], self.index()), self.local[1]
        if world.threads == 1 and chance(0.06):
            return pick(("g_int", "int"), ("g_float", "float"),
                        ("g_array[(%s) & 255]" % self.index(), "int"))
        n = rng.randrange(len(self.pointers))
        t = self.pointers[n]
        p = "p%d[%s]" % (n, self.index())
        if t in STRUCTS:
            field, t = rng.choice(STRUCTS[t])
            return p + "." + field, t
        return p, t

    # ---- Expressions -------------------------------------------------------

    def small(self, e, bits):
        """Integer expression E, as an int of at most BITS bits."""
        return "(int)((%s) & %d)" % (e, (1 << bits) - 1)

    def integer(self, depth):
        """(text, magnitude bits, unsigned); a signed one is below 2^31."""
        if depth <= 0 or chance(0.15):
            return self.integer_leaf()
        kind = rng.randrange(12)
        x, xb, xu = self.integer(depth - 1)
        y, yb, yu = self.integer(depth - 1)
        if kind < 3:
            op = pick("+", "-", "+", "*")
            if world.wrap and chance(0.5):
                return "(int)(%s) %s (int)(%s)" % (x, op, y), 31, False
            if chance(0.4):
                return "((unsigned)(%s) %s (unsigned)(%s))" % (x, op, y), 32, True
            limit = 14 if op == "*" else 28
            return "(%s %s %s)" % (self.small(x, limit), op,
                                   self.small(y, limit)), 29, False
        if kind == 3:
            return "((%s) %s (%s))" % (x, pick("&", "|", "^"), y), \
                max(xb, yb), xu or yu
        if kind == 4:
            return "((unsigned)(%s) %s %d)" % (x, pick("<<", ">>"),
                                               rng.randint(0, 31)), 32, True
        if kind == 5:
            return "((int)(%s) >> %d)" % (x, rng.randint(0, 31)), 31, False
        if kind == 6:
            t = rng.choice(list(INTS))
            return "(%s)(%s)" % (t, x), INTS[t][0], INTS[t][1]
        if kind == 7:
            return "((%s) ? (%s) : (%s))" % (self.condition(depth - 1), x, y), \
                max(xb, yb), xu or yu
        if kind == 8:
            return "((int)(%s) %s (%s + 1))" % (x, pick("/", "%"),
                                                self.small(y, 6)), 31, False
        if kind == 9:
            v, t = self.floating(depth - 1)
            return "%s(%s)" % (pick("to_int", "to_uchar"), v), 31, False
        if kind == 10:
            return pick("__builtin_popcount(%s)", "(int)__builtin_bswap32(%s)",
                        "(int)rotate(%s)", "(int)mix(%s)",
                        "(int)(signed char)(%s)") % x, 31, False
        t = pick("int", "unsigned", "short")
        return "%s_%s((%s)(%s), (%s)(%s))" % (pick("min", "max"), SHORT[t],
                                              t, x, t, y), 32, t == "unsigned"

    def integer_leaf(self):
        r = rng.random()
        if r < 0.2:
            return str(rng.choice((0, 1, 2, 3, 7, 100, 255, 256, 65535, -1,
                                   -5, 12345))), 17, False
        if r < 0.3 and self.indices:
            return "(int)" + rng.choice(self.indices)[0], 12, False
        if r < 0.37:
            return "k", 31, False
        v, t = self.place()
        if t in INTS:
            return v, INTS[t][0], INTS[t][1]
        return "to_int(%s)" % v, 31, False

    def floating(self, depth):
        """(text, type)"""
        if depth <= 0 or chance(0.15):
            return self.floating_leaf()
        x, tx = self.floating(depth - 1)
        y, ty = self.floating(depth - 1)
        t = "double" if "double" in (tx, ty) else "float"
        kind = rng.randrange(10)
        if kind < 4:
            return "(%s %s %s)" % (x, pick("+", "-", "*", "*"), y), t
        if kind == 4:
            z, tz = self.floating(depth - 1)
            return "(%s * %s + %s)" % (x, y, z), \
                "double" if "double" in (t, tz) else "float"
        if kind == 5:
            return "(%s / (%s * %s + 1))" % (x, y, y), t
        if kind == 6:
            return pick("__builtin_fabs(%s)", "__builtin_sqrt(%s)",
                        "__builtin_floor(%s)", "-(%s)") % x, "double"
        if kind == 7:
            return pick("__builtin_fabsf((float)(%s))",
                        "__builtin_sqrtf((float)(%s))", "(float)(%s)") % x, \
                "float"
        if kind == 8:
            return "((%s) ? (%s) : (%s))" % (self.condition(depth - 1), x, y), t
        v, _, _ = self.integer(depth - 1)
        t = pick("float", "double")
        return "(%s)(%s)" % (t, v), t

    def floating_leaf(self):
        if chance(0.2):
            t = pick("float", "double")
            return pick("0.5", "1.25", "-3.0", "0.1", "1e3", "-0.0") + \
                ("f" if t == "float" else ""), t
        if chance(0.1):
            return "z", "double"
        v, t = self.place()
        if t in FLOATS:
            return v, t
        return "(float)(%s)" % v, "float"

    def condition(self, depth):
        op = pick("<", ">", "<=", ">=", "==", "!=")
        if chance(0.5):
            x, _ = self.floating(depth - 1)
            y, _ = self.floating(depth - 1)
        else:
            x, _, _ = self.integer(depth - 1)
            y, _, _ = self.integer(depth - 1)
            if chance(0.6):
                x, y = "(int)(%s)" % x, "(int)(%s)" % y
        c = "%s %s %s" % (x, op, y)
        if depth > 1 and chance(0.15):
            c = "(%s) %s (%s)" % (c, pick("&&", "||"), self.condition(depth - 1))
        return c

    # ---- Statements ----------------------------------------------------------

    def value_for(self, t):
        """An expression that may be stored to T."""
        depth = rng.randint(1, 3)
        if t in FLOATS:
            return self.floating(depth)[0]
        if chance(0.2):
            v, _ = self.floating(depth)
            return "to_int(%s)" % v
        return self.integer(depth)[0]

    def store(self, indent):
        v, t = self.place()
        if t in FLOATS and chance(0.3):
            self.put(indent, "%s %s %s;" % (v, pick("+=", "-=", "*="),
                                            self.value_for(t)))
        elif t in INTS and chance(0.3):
            if INTS[t][0] == 31 or t == "long":
                self.put(indent, "%s = (%s)((unsigned long)%s %s (unsigned long)(%s));"
                         % (v, t, v, pick("+", "-", "*", "^"),
                            self.value_for(t)))
            elif INTS[t][0] < 16:
                self.put(indent, "%s = (%s)(%s %s (signed char)(%s));"
                         % (v, t, v, pick("+", "-", "*"), self.value_for(t)))
            else:
                self.put(indent, "%s %s %s;" % (v, pick("^=", "|=", "&="),
                                                self.value_for(t)))
        else:
            self.put(indent, "%s = (%s)(%s);" % (v, t, self.value_for(t)))

    def reduction(self, indent, name, t):
        kind = rng.randrange(5)
        if t in FLOATS:
            x = self.floating(2)[0]
            self.put(indent, pick(
                "%s += %s;" % (name, x), "%s += %s;" % (name, x),
                "%s = %s > (%s) ? %s : (%s)(%s);" % (name, name, x, name, t, x),
                "if (%s < (%s)) %s = (%s)(%s);" % (name, x, name, t, x)))
            return
        x = self.integer(2)[0]
        if kind < 2:
            self.put(indent, "%s = (%s)((unsigned long)%s + (unsigned long)(%s));"
                     % (name, t, name, x))
        elif kind == 2:
            self.put(indent, "%s %s (%s)(%s);" % (name, pick("^=", "|=", "&="),
                                                  t, x))
        elif kind == 3:
            self.put(indent, "if (%s %s (%s)(%s)) %s = (%s)(%s);"
                     % (name, pick("<", ">"), t, x, name, t, x))
        else:
            self.put(indent, "if (%s) %s++;" % (
                self.condition(2), name) if t in ("unsigned", "unsigned long")
                else "%s = (%s)(%s ^ (%s));" % (name, t, name, x))

    def body(self, indent, sums):
        for _ in range(rng.randint(1, 4)):
            r = rng.random()
            if r < 0.5:
                self.store(indent)
            elif r < 0.8 and sums:
                self.reduction(indent, *rng.choice(sums))
            elif r < 0.9:
                self.put(indent, "if (%s) {" % self.condition(2))
                self.store(indent + 1)
                if chance(0.4):
                    self.put(indent, "} else {")
                    self.store(indent + 1)
                self.put(indent, "}")
            elif r < 0.93:
                self.put(indent, "if (%s)" % self.condition(2))
                self.put(indent + 1, "continue;")
            elif r < 0.96:
                self.put(indent, "switch (%s) {" % self.small("k", 2))
                for case in range(3):
                    self.put(indent, "case %d:" % case)
                    self.store(indent + 1)
                    if chance(0.7):
                        self.put(indent + 1, "break;")
                self.put(indent, "}")
            else:
                self.store(indent)

    def loop(self, indent, depth, top, sums):
        """A nest of DEPTH loops, none of more than TOP trips."""
        t = pick("int", "int", "int", "long", "unsigned", "unsigned long",
                 "short")
        i = self.name_new("i")
        count = rng.choice("nm") if chance(0.85) else str(rng.randint(1, top))
        limit = "clamp_%s(%s, %d)" % (SHORT[t], count, top)
        if self.indices and chance(0.25):       # triangular
            outer = rng.choice(self.indices)[0]
            limit = pick("(%s)%s" % (t, outer), "(%s)(%s + 1)" % (t, outer))
        stop = self.name_new("e")
        self.put(indent, "%s %s = 0, %s = %s;" % (t, i, stop, limit))
        step = pick(1, 1, 1, 1, 2, 3)
        start = pick("0", "0", "0", "1", "3")
        if t in ("int", "long", "short") and self.indices and chance(0.1):
            start = "(%s)%s" % (t, self.indices[-1][0])
        form = rng.randrange(6)
        if form == 0 and t in ("int", "long", "short"):
            self.put(indent, "for (%s = %s - 1; %s >= 0; %s -= %d) {"
                     % (i, stop, i, i, step))
        elif form == 1 and t in ("int", "long") and start == "0":
            self.put(indent, "if (%s > 0) for (%s = 0; %s != %s; %s++) {"
                     % (stop, i, i, stop, i))
        elif form == 2:
            self.put(indent, "for (%s = %s; %s + 1 < %s + 1 && %s < %d; %s += %d) {"
                     % (i, start, i, stop, i, top, i, step))
        else:
            self.put(indent, "for (%s = %s; %s < %s; %s += %d) {"
                     % (i, start, i, stop, i, step))
        self.indices.append((i, top))
        if depth == 1:
            self.body(indent + 1, sums)
        else:
            if chance(0.4):
                self.body(indent + 1, sums)
            inner = sums
            if chance(0.3):
                name = self.name_new("t")
                ti = pick("int", "unsigned", "float", "double")
                self.put(indent + 1, "%s %s = %d;" % (ti, name,
                                                      rng.randint(0, 3)))
                inner = sums + [(name, ti)]
            for _ in range(2 if chance(0.2) else 1):
                self.put(indent + 1, "{")
                self.loop(indent + 2, depth - 1, top, inner)
                self.put(indent + 1, "}")
            if inner is not sums:
                v, tv = self.place()
                self.put(indent + 1, "%s = (%s)%s;" % (
                    v, tv, ("to_int(%s)" % name) if ti in FLOATS and
                    tv not in FLOATS else name))
        if chance(0.08):
            self.returns |= (r := chance(0.3))
            if not r and chance(0.4):
                self.out = True
                r = None
            self.put(indent + 1, "if (%s)" % self.condition(2))
            self.put(indent + 2, "goto done;" if r is None else
                     "return 77 + (unsigned)%s;" % i if r else "break;")
        self.indices.pop()
        self.put(indent, "}")
        if chance(0.5):
            self.put(indent, "%s ^= (unsigned long)%s;" % ("live", i))

    def nest(self):
        depth = pick(1, 1, 1, 2, 2, 3)
        top, rows = world.shapes[depth - 1]
        self.width = rng.choice(rows)
        sums = []
        self.put(1, "{")
        for _ in range(rng.randint(0, 2)):
            name = self.name_new("r")
            t = pick("int", "unsigned", "long", "unsigned long", "float",
                     "double", "short", "unsigned char")
            self.put(2, "%s %s = %d;" % (t, name, rng.randint(0, 9)))
            sums.append((name, t))
        self.loop(2, depth, top, sums)
        for name, t in sums:
            self.fold(name, t)
        self.put(1, "}")

    def fold(self, name, t):
        """The sum NAME is part of the function's result."""
        self.put(2, "live = live * 31 + %s;" % (
            "bits_%s(%s)" % (SHORT[t], name) if t in FLOATS
            else "(unsigned long)%s" % name))

    def text(self):
        qualifier = "restrict " if self.restrict else ""
        params = ["%s *%sp%d" % (t, qualifier, n)
                  for n, t in enumerate(self.pointers)]
        params += ["%s n" % self.count_type, "int m", "int k", "double z",
                   "int depth"]
        params += ["%s %s" % (t, name) for t, name, _ in self.extra]
        if chance(0.3):
            t = pick("int", "float", "unsigned char", "double", "short")
            self.local = ("tmp", t)
            if chance(0.3):
                self.put(1, "int size = 64 + (m & 3);")
                self.put(1, "%s tmp[size];" % t)
                self.put(1, "for (int q = 0; q < size; q++) tmp[q] = (%s)(q * 3);"
                         % t)
            else:
                self.put(1, "%s tmp[64] = {0};" % t)
        for _ in range(pick(1, 1, 2, 2, 3)):
            self.nest()
            if self.recursive and chance(0.6):
                args = ", ".join("p%d" % n for n in range(len(self.pointers)))
                more = "".join(", " + name for _, name, _ in self.extra)
                self.put(1, "if (depth > 0) live += %s(%s, n, m - 1, k, z, "
                         "depth - 1%s);" % (self.name, args, more))
        if self.local:
            self.put(1, "for (int q = 0; q < 64; q++) live = live * 33 + %s;"
                     % ("bits_%s(tmp[q])" % SHORT[self.local[1]]
                        if self.local[1] in FLOATS
                        else "(unsigned long)tmp[q]"))
        head = "static" if chance(0.15) else \
            "__attribute__((always_inline)) static inline" \
            if chance(0.3) and not self.recursive else \
            pick("__attribute__((noinline)) static", "__attribute__((noinline))")
        out = ["%s unsigned long %s(%s)" % (head, self.name, ", ".join(params)),
               "{", "\tunsigned long live = (unsigned long)depth;"]
        out += self.lines
        if self.out:
            out.append("done:")
        out += ["\treturn live;", "}", ""]
        return "\n".join(out)

    def call(self):
        args = []
        regions = {}
        common = rng.randrange(REGIONS)
        apart = chance(0.3)
        for n, t in enumerate(self.pointers):
            pool = t
            if not self.restrict:
                if t == "unsigned char" and chance(0.4):
                    pool = rng.choice(list(INTS))
                elif world.alias and t in INTS and chance(0.3):
                    pool = rng.choice([p for p in INTS
                                       if INTS[p][0] >= INTS[t][0]])
            # Apart from each other, where the function says so.
            if self.restrict:
                region = regions[pool] = regions.get(pool, -1) + 1
            elif apart:
                region = (common + n) % REGIONS
            else:
                region = common if chance(0.6) else rng.randrange(REGIONS)
            shift = 0 if self.restrict or chance(0.5) else \
                rng.choice((1, 2, 3, 4, 8, 16, 100))
            if self.restrict and region >= REGIONS:
                raise IndexError
            at = "pool_%s[T] + %d" % (SHORT[pool],
                                   region * world.span + world.pad + shift)
            args.append(at if pool == t else "(%s *)(void *)(%s)" % (t, at))
        n, m = rng.choice(world.counts), rng.choice(world.counts)
        if self.count_type == "signed char":
            n = min(n, 127)
        args += [str(n), str(m), str(rng.randint(-9, 999)),
                 pick("0.75", "-2.5", "1e10", "0.0"),
                 str(rng.randint(0, 2))]
        args += [str(rng.choice(values)) for _, _, values in self.extra]
        return "%s(%s)" % (self.name, ", ".join(args))
