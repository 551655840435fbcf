# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of random kernels: the nests that variants are made for.

Where functions.py writes whatever C defines, of which few nests qualify, these
are the loops of numerical and data-moving code: matrices in rows of a length
that is known on entry, in any order of loops; structs of which few fields are
used; strides, backward loops, triangles; stencils, reductions, histograms,
conditional stores, indices from memory. Most nests are perfect.
"""
from functions import (FLOATS, INTS, STRUCTS, Function, chance, pick, rng,
                       world)

FAMILIES = (
    ("float",), ("float",), ("double",), ("float", "double"),
    ("int",), ("int", "unsigned"), ("long", "unsigned long", "double"),
    ("short", "unsigned short", "int"), ("unsigned char", "signed char"),
    ("unsigned char", "int", "short"), ("struct v",), ("struct v", "float"),
    ("struct s",), ("struct s", "double", "int"), ("int", "float"),
)


class Kernel(Function):
    """A function of one or two kernels over types that go together."""

    def __init__(self, number):
        super().__init__(number)
        family = rng.choice(FAMILIES)
        self.pointers = [rng.choice(family)
                         for _ in range(rng.randint(1, 4))]
        self.restrict = chance(0.25)
        self.recursive = chance(0.05)
        self.count_type = pick("int", "int", "long", "unsigned long", "short")
        rows = world.shapes[1][1]
        self.extra = [("long", "w", rows + (rows[0], world.shapes[1][0], 33,
                                            16, 7, 1, 0)),
                      ("int", "s", (1, 1, 2, 3, -1, -2, 0))]
        self.steps = False
        self.order = []         # all indices of the nest, as rows go
        self.walker = None      # (parameter, name) of a pointer that walks
        self.style = "map"
        self.roles()
        self.fields = None      # of what type the trips are, in memory
        whole = [n for n, t in enumerate(self.pointers) if t in INTS]
        if whole and not self.restrict and chance(0.6):
            self.fields = rng.choice(whole)
            self.recursive = False

    def roles(self):
        """Which parameters a nest reads and writes: mostly not the same."""
        n = len(self.pointers)
        self.written = list(range(n))
        self.loaded = list(range(n))
        self.same_place = {}    # of a parameter that is written: its one index
        if n > 1 and chance(0.8):
            self.written = [rng.randrange(n)]
            self.loaded = [i for i in range(n) if i not in self.written]

    # ---- Places ------------------------------------------------------------

    def index(self):
        """An index within [-16, span - pad), of the loops in scope."""
        scope = [n for n, _ in self.indices]
        names = [n for n in self.order if n in scope]
        if not names:
            return pick("0", "1", "(k & 15)")
        if len(names) == 1 or chance(0.12):
            return self.index_of_one(rng.choice(names), len(self.order))
        row = "w" if chance(0.6) else str(self.width)
        if len(names) == 3 and chance(0.4):
            return "(%s * %d + %s) * %d + %s" % (names[0], self.width,
                                                 names[1], self.width,
                                                 names[2])
        a, b = rng.sample(names, 2) if chance(0.3) else \
            rng.choice([(x, y) for x in names for y in names
                        if names.index(x) < names.index(y)])
        return pick("%s * %s + %s", "%s * %s + %s", "%s * %s + %s",
                    "(%s + 1) * %s + %s", "%s * %s + %s + 1") % (a, row, b)

    def index_of_one(self, i, depth):
        top = world.shapes[depth - 1][0]
        if chance(0.1):
            return pick("min_i(max_i((int)%s - 2, 0), %d)" % (i, top - 1),
                        "min_i((int)%s, %d)" % (i, rng.randint(1, top)),
                        "(%s > 4 ? (long)%s - 3 : (long)%s)" % (i, i, i),
                        "(%s ? (long)%s : 1)" % (self.border(), i))
        if depth > 1:
            return pick(i, i, i, i + " + 1", "%d - %s" % (top, i))
        return pick(i, i, i, i, i + " + 1", "(long)%s - 1" % i, "2 * " + i,
                    "3 * %s + 1" % i, "%d - %s" % (top, i), i + " / 2",
                    "(long)%s + s" % i, "(long)%s * s + back" % i)

    def reference(self, index=None, write=False):
        n = rng.choice(self.written if write or chance(0.1) else self.loaded)
        t = self.pointers[n]
        if n in self.written and not index and \
                len(self.indices) == len(self.order):
            if n not in self.same_place or chance(0.15):
                self.same_place[n] = self.index()
            index = self.same_place[n]
        if self.walker and n == self.walker[0] and chance(0.4):
            p = "(*%s)" % self.walker[1]
        else:
            p = "%sp%d[%s]" % ("" if self.fields is None or chance(0.3)
                               else "h->", n, index or self.index())
        if t in STRUCTS:
            field, t = rng.choice(STRUCTS[t][:4] if chance(0.8)
                                  else STRUCTS[t])
            return p + "." + field, t
        return p, t

    def place(self):
        if self.local and chance(0.1):
            return "%s[(%s) & 63]" % (self.local[0], self.index()), \
                self.local[1]
        return self.reference(write=True)

    def loaded_index(self):
        """An index that memory says, of at most 1023."""
        v, t = self.reference()
        return "(unsigned)%s & 1023" % ("to_int(%s)" % v if t in FLOATS else v)

    # ---- Expressions -------------------------------------------------------

    def read(self, t):
        """A value from memory, converted to T."""
        v, have = self.reference(self.loaded_index() if chance(0.04) else None)
        if t in INTS and have in FLOATS:
            return "to_int(%s)" % v
        return v if have == t else "(%s)%s" % (t, v)

    def real(self, t, depth):
        """An expression of floating type T."""
        suffix = "f" if t == "float" else ""
        if depth <= 0:
            return self.read(t) if chance(0.8) else pick(
                "0.5" + suffix, "1.25" + suffix, "-3.0" + suffix, "(%s)z" % t)
        x, y = self.real(t, depth - 1), self.real(t, depth - 1)
        kind = rng.randrange(12)
        if kind < 7:
            return "(%s %s %s)" % (x, pick("+", "-", "*", "*"), y)
        if kind < 9:
            return "(%s * %s + %s)" % (x, y, self.real(t, depth - 1))
        if kind == 9:
            return "(%s %s %s ? %s : %s)" % (x, pick("<", ">"), y, x, y)
        if kind == 10:
            return "__builtin_fabs%s(%s)" % (suffix, x)
        return pick("(%s / (%s * %s + 1))" % (x, y, y),
                    "__builtin_sqrt%s(__builtin_fabs%s(%s))" % (
                        suffix, suffix, x),
                    "__builtin_sqrt%s(%s)" % (suffix, x))

    def whole(self, depth):
        """An integer expression; what is signed stays within its type."""
        if depth <= 0:
            r = rng.random()
            if r < 0.15:
                return str(rng.choice((1, 2, 3, 5, 127, 255, -1, -7)))
            if r < 0.25:
                return "(k & 255)"
            return "(%s & 0x3fff)" % self.read("int") if chance(0.5) else \
                "(unsigned)" + self.read("int")
        x, y = self.whole(depth - 1), self.whole(depth - 1)
        kind = rng.randrange(10)
        if kind < 5:
            if chance(0.5):
                return "((%s & 0x3fff) %s (%s & 0x3fff))" % (
                    "(int)(%s)" % x, pick("+", "-", "*"), "(int)(%s)" % y)
            return "((unsigned)%s %s (unsigned)%s)" % (x, pick("+", "-", "*"),
                                                       y)
        if kind == 5:
            return "(%s %s %s)" % (x, pick("&", "|", "^"), y)
        if kind == 6:
            return "((int)(%s) >> %d)" % (x, rng.randint(0, 15))
        if kind == 7:
            return "(%s_i(%s, %s))" % (pick("min", "max"), x, y)
        if kind == 8:
            return "(%s > %s ? %s : %s)" % (x, y, y, x)
        return pick("(unsigned char)(%s)", "(short)(%s)",
                    "(min_i(max_i(%s, 0), 255))") % x

    def value(self, t):
        if chance(0.15):
            return "(%s)(%s ? %s : %s)" % (t, self.border(), self.value(t),
                                           self.value(t))
        depth = rng.randint(1, 2)
        return "(%s)%s" % (t, self.real(t, depth)) if t in FLOATS else \
            "(%s)%s" % (t, self.whole(depth))

    def border(self):
        """Whether an index of the loops in scope is within one."""
        names = [n for n, _ in self.indices]
        if not names:
            return "w > 3"
        i = names[-1] if chance(0.7) else rng.choice(names)
        left = pick("(long)%s", "(long)%s", "%s", "(long)%s - 1",
                    "2 * (long)%s + 1", "(int)%s + s", "(unsigned)%s - 3",
                    "(signed char)%s", "(unsigned char)(%s + 100)") % i
        right = pick("0", "1", "5", "9", "31", "w", "w - 1", "(int)w / 2",
                     "back", "s", rng.choice(names),
                     str(world.shapes[0][0] - 1))
        return "%s %s %s" % (left, pick("<", "<=", ">", ">=", "==", "!="),
                             right)

    def test(self):
        if chance(0.35):
            return self.border()
        v, t = self.reference()
        if t in FLOATS:
            if chance(0.1):
                v = "__builtin_sqrt(%s)" % v
            return "%s %s %s" % (v, pick("<", ">", "<=", "!="), self.real(t, 0))
        return "%s %s (%s)%s" % (v, pick("<", ">", "==", "!="), t,
                                 self.whole(0))

    # ---- Statements ----------------------------------------------------------

    def assign(self, indent, v, t, x):
        """V op= X, where both are of type T."""
        if chance(0.5):
            self.put(indent, "%s = %s;" % (v, x))
        elif t in FLOATS:
            self.put(indent, "%s %s %s;" % (v, pick("+=", "-=", "*="), x))
        elif chance(0.3):
            self.put(indent, "%s %s %s;" % (v, pick("^=", "|=", "&="), x))
        else:
            self.put(indent, "%s = (%s)((unsigned long)%s %s (unsigned long)%s);"
                     % (v, t, v, pick("+", "-", "*"), x))

    def stencil(self, indent):
        n = rng.choice(self.loaded)
        i = self.index()
        v, t = self.reference(write=True)
        around = ("+ 1", "- 1", "+ 0", "+ w", "- w", "+ 2") \
            if len(self.order) > 1 \
            else ("+ 1", "- 1", "+ 0", "+ 2", "- 2", "+ s")
        field = ""
        have = self.pointers[n]
        if have in STRUCTS:
            field, have = rng.choice(STRUCTS[have])
            field = "." + field
        kind = t if t in FLOATS and have in FLOATS else "unsigned"
        terms = ["(%s)%s" % (kind, ("to_int(%s)" if have in FLOATS and
                                    kind == "unsigned" else "%s") %
                             ("p%d[(long)(%s) %s]%s" % (n, i, d, field)))
                 for d in rng.sample(around, rng.randint(2, 4))]
        # Some only under a condition: between the others, or not.
        for at in range(2, len(terms)):
            if chance(0.4):
                terms[at] = "(%s ? %s : (%s)0)" % (self.test(), terms[at],
                                                   kind)
        self.put(indent, "%s = (%s)(%s);" % (v, t, " + ".join(terms)))

    def statement(self, indent, sums):
        v, t = self.place()
        if self.style == "reduce" and sums and chance(0.7):
            self.reduction(indent, *rng.choice(sums))
        elif self.style == "stencil":
            self.stencil(indent)
        elif self.style == "condition":
            self.put(indent, "if (%s)" % self.test())
            self.assign(indent + 1, v, t, self.value(t))
        elif self.style == "extreme":
            x = self.value(t)
            self.put(indent, pick(
                "if (%s %s %s) %s = %s;" % (v, pick("<", ">"), x, v, x),
                "%s = %s %s %s ? %s : %s;" % (v, v, pick("<", ">"), x, v, x)))
        elif self.style == "scatter":
            n = rng.choice(self.written)
            t = self.pointers[n]
            v = "p%d[%s]" % (n, self.loaded_index())
            if t in STRUCTS:
                field, t = STRUCTS[t][0]
                v += "." + field
            self.assign(indent, v, t, self.value(t) if chance(0.5) else
                        "(%s)1" % t)
        else:
            self.assign(indent, v, t, self.value(t))

    def reduction(self, indent, name, t):
        x = self.value(t)
        if t in FLOATS:
            self.put(indent, pick(
                "%s += %s;" % (name, x),
                "%s = %s %s %s ? %s : %s;" % (name, name, pick("<", ">"), x,
                                              name, x)))
            return
        self.put(indent, pick(
            "%s = (%s)((unsigned long)%s + (unsigned long)%s);"
            % (name, t, name, x),
            "%s ^= %s;" % (name, x),
            "%s = %s %s %s ? %s : %s;" % (name, name, pick("<", ">"), x, name,
                                          x),
            "if (%s) %s = (%s)((unsigned long)%s + 1);" % (self.test(), name,
                                                           t, name)))

    # ---- Nests -----------------------------------------------------------------

    def head(self, indent, at, depth, top):
        """Opens the loop of the AT-th index in order; returns its index."""
        i = self.nesting[at]
        t = pick("int", "long", "unsigned long", "int") if chance(0.3) else \
            self.index_type
        count = pick("n", "n", "m") if chance(0.9) else str(rng.randint(1, top))
        first = "1" if self.style == "stencil" else pick("0", "0", "0", "2")
        stop = "clamp_%s(%s, %d)" % ({"int": "i", "long": "l",
                                      "unsigned long": "ul"}[t], count, top)
        if at and chance(0.15):
            outer = rng.choice([n for n, _ in self.indices])
            if chance(0.5):
                stop = "(%s)%s" % (t, outer)
            else:
                first = "(%s)%s" % (t, outer)
        end = self.name_new("e")
        if self.fields is not None and chance(0.7):
            self.put(indent, "%s %s;" % (t, i))
            end = stop.replace("(n,", "((long)g->n,").replace(
                "(m,", "((long)g->m,")
        else:
            self.put(indent, "%s %s, %s = %s;" % (t, i, end, stop))
        if t != "unsigned long" and chance(0.12):
            self.put(indent, "for (%s = %s - 1; %s >= %s; %s--) {"
                     % (i, end, i, first, i))
        else:
            by = "++"
            if chance(0.08):
                by = " += %d" % pick(2, 3)
            elif self.steps and chance(0.5):
                by = " += (%s)step" % t
            self.put(indent, "for (%s = %s; %s < %s; %s%s) {"
                     % (i, first, i, end, i, by))
        self.indices.append((i, top))

    def walk(self, indent):
        """Maybe a pointer that goes along with the innermost loop."""
        n = rng.randrange(len(self.pointers))
        if not chance(0.12):
            return None
        name = self.name_new("q")
        self.put(indent, "%s *%s = p%d + 4;" % (self.pointers[n], name, n))
        return n, name

    def level(self, indent, at, depth, top, sums):
        last = at + 1 == depth
        walker = self.walk(indent) if last else None
        self.head(indent, at, depth, top)
        inner = sums
        if last:
            self.walker = walker
            for _ in range(pick(1, 1, 1, 2, 3)):
                self.statement(indent + 1, sums)
            self.walker = None
            if walker:
                self.put(indent + 1, "%s++;" % walker[1])
        else:
            name = None
            if self.style == "reduce" and chance(0.4):
                name = self.name_new("t")
                t = pick("int", "unsigned long", "float", "double")
                self.put(indent + 1, "%s %s = %d;" % (t, name,
                                                      rng.randint(0, 3)))
                inner = [(name, t)]
            elif not self.perfect and chance(0.5):
                self.statement(indent + 1, sums)
            self.level(indent + 1, at + 1, depth, top, inner)
            if chance(0.2):
                self.again(indent + 1, at + 1, depth, top, inner)
            if name:
                v, to = self.place()
                self.put(indent + 1, "%s = (%s)%s;" % (
                    v, to, "to_int(%s)" % name if t in FLOATS and
                    to not in FLOATS else name))
        self.indices.pop()
        self.put(indent, "}")

    def again(self, indent, at, depth, top, sums):
        """Another loop behind that of level AT, and maybe work between."""
        if chance(0.3):
            self.statement(indent, sums)
        self.put(indent, "{")
        self.level(indent + 1, at, depth, top, sums)
        self.put(indent, "}")

    def nest(self):
        depth = pick(1, 1, 2, 2, 2, 3)
        top, rows = world.shapes[depth - 1]
        self.width = rng.choice(rows)
        self.roles()
        self.style = pick("map", "map", "map", "map", "reduce", "reduce",
                          "reduce", "stencil", "stencil", "condition",
                          "condition", "extreme", "scatter")
        self.perfect = chance(0.7)
        self.index_type = pick("int", "int", "long", "unsigned long")
        self.order = [self.name_new("i") for _ in range(depth)]
        self.nesting = rng.sample(self.order, depth) if chance(0.6) \
            else self.order
        indent = 2
        sums = []
        self.put(1, "{")
        self.put(2, "const long back = s < 0 ? %d : 0;"
                 % (3 * world.shapes[0][0]))
        self.steps = chance(0.15)
        if self.steps:
            # From 1 to 4, which nobody is to know.
            self.put(2, "int step = (k & 3) + 1;")
            self.put(2, '__asm__("" : "+r"(step));')
        if self.style == "reduce":
            for _ in range(rng.randint(1, 2)):
                sums.append((self.name_new("r"),
                             pick("int", "unsigned", "long", "unsigned long",
                                  "short", "float", "double")))
                self.put(2, "%s %s = %d;" % (sums[-1][1], sums[-1][0],
                                             rng.randint(0, 9)))
        passes = chance(0.15)
        if passes:
            self.put(2, "for (int pass = 0; pass < (k & 3) + 1; pass++) {")
            indent = 3
        self.level(indent, 0, depth, top, sums)
        if passes:
            self.put(2, "}")
        self.order = []
        for name, t in sums:
            self.fold(name, t)
        self.put(1, "}")

    # ---- The function ----------------------------------------------------------

    def text(self):
        """As it is, or with its trips and pointers in memory: the trips where
        it may write, so that they change meanwhile."""
        if self.fields is None:
            return super().text()
        name, extra = self.name, self.extra
        self.name = name + "_in"
        self.extra = extra + [("const struct %s_at *" % name, "g", ()),
                              ("const struct %s_to *" % name, "h", ())]
        inner = super().text()
        self.name, self.extra = name, extra
        pointers = ["%s *p%d" % (t, n) for n, t in enumerate(self.pointers)]
        params = pointers + ["%s n" % self.count_type, "int m", "int k",
                             "double z", "int depth"]
        params += ["%s %s" % (t, v) for t, v, _ in extra]
        names = [p.split()[-1].lstrip("*") for p in params]
        t = self.pointers[self.fields]
        return "\n".join([
            "struct %s_at {" % name, "\t%s n, m;" % t, "};",
            "struct %s_to {" % name] + ["\t%s;" % p for p in pointers] + [
            "};", inner,
            "__attribute__((noinline)) static unsigned long %s(%s)"
            % (name, ", ".join(params)), "{",
            "\tstruct %s_at *g = (struct %s_at *)(void *)(p%d + %d);"
            % (name, name, self.fields,
               rng.choice((-290, 0, 1, 40, 200, 1100, 1250))),
            "\tstruct %s_to h = {%s};"
            % (name, ", ".join(names[:len(pointers)])),
            "\tg->n = (%s)n;" % t, "\tg->m = (%s)m;" % t,
            "\treturn %s_in(%s, g, &h);" % (name, ", ".join(names)), "}", ""])
