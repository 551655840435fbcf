/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Probes say where a function's blocks are: .pseudo_probe is LLVM's encoding
 * (llvm/MC/MCPseudoProbe.h), .psr_probe_list the plugin's list of functions, of
 * one object file after the other. Both stand in no segment; a stripped file
 * without symbols tells nothing, as probes are relative to their functions.
 *
 * Names of static functions recur. Linkers keep the order of object files in
 * all three of code, probes and list, so what has one name is taken in order.
 *
 * Every offset and number comes from an untrusted file and is checked.
 */
#include "blocks.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binary.h"
#include "grow.h"
#include "text.h"

#define PROBES      ".pseudo_probe"
#define LIST        ".psr_probe_list"
#define SECTION_MAX (UINT64_C(256) << 20)
#define DEPTH_MAX   32
#define LONGEST     15 /* bytes of an instruction */
#define INDIRECT    1 /* type: an indirect call */
#define SENTINEL    2 /* attribute: no block, tells of a function's other part */
#define WITH_NUMBER 4 /* attribute: a discriminator follows */

struct span {
	unsigned char *p;
	uint64_t n;
};

struct function { /* one line of the plugin's list */
	uint64_t guid, hash;
	const char *name, *file;
};

struct symbol {
	const char *name;
	uint64_t at, size;
};

struct count { /* instructions executed at one address */
	uint64_t at, n;
};

struct jump { /* times that TO was executed next after FROM, elsewhere */
	uint64_t from, to, n;
};

struct image { /* one ELF file */
	struct span probes, list, symbols, strings;
	struct function *functions; /* in order of guid, then as listed */
	size_t nfunctions;
	struct symbol *at; /* functions' symbols by name, then address */
	size_t nat;
	struct count *counts; /* by address */
	size_t ncounts;
	struct jump *jumps; /* by FROM, then TO */
	size_t njumps;
};

struct reader {
	const unsigned char *p, *end;
	bool bad;
};

struct walk { /* of one file's probes */
	struct image *image;
	struct reader r;
	uint64_t address;
	struct psr_text path;
	struct psr_block block;
	bool count; /* they are to be told of */
	uint64_t *at; /* where they are, instead; NULL: tell of them */
	size_t nat;
	struct psr_blocks *out;
	bool failed; /* out of memory */
};

/* ---- ELF ------------------------------------------------------------------- */

/* A section's contents and one zero more. */
static struct span load(int fd, const Elf64_Shdr *sh)
{
	struct span s = {NULL, 0};

	if (sh->sh_type == SHT_NOBITS || sh->sh_size > SECTION_MAX)
		return s;
	s.p = malloc(sh->sh_size + 1);
	if (!s.p)
		return s;
	s.n = sh->sh_size;
	s.p[s.n] = 0;
	if (!psr_binary_read_at(fd, sh->sh_offset, s.p, s.n)) {
		free(s.p);
		return (struct span){NULL, 0};
	}
	return s;
}

static bool read_header(int fd, Elf64_Ehdr *eh)
{
	return psr_binary_read_at(fd, 0, eh, sizeof(*eh)) &&
	       !memcmp(eh->e_ident, ELFMAG, SELFMAG) &&
	       eh->e_ident[EI_CLASS] == ELFCLASS64 &&
	       eh->e_ident[EI_DATA] == ELFDATA2LSB &&
	       eh->e_shentsize == sizeof(Elf64_Shdr) &&
	       eh->e_phentsize == sizeof(Elf64_Phdr);
}

struct sections {
	Elf64_Shdr *at;
	size_t n;
	struct span names;
};

/* Of a file that is none, or malformed, there are none. */
static void open_sections(int fd, struct sections *s)
{
	Elf64_Ehdr eh;
	size_t bytes;

	memset(s, 0, sizeof(*s));
	if (!read_header(fd, &eh) || eh.e_shstrndx >= eh.e_shnum)
		return;
	bytes = eh.e_shnum * sizeof(*s->at);
	s->at = malloc(bytes);
	if (!s->at || !psr_binary_read_at(fd, eh.e_shoff, s->at, bytes))
		return;
	s->names = load(fd, &s->at[eh.e_shstrndx]);
	s->n = s->names.p ? eh.e_shnum : 0;
}

static void close_sections(struct sections *s)
{
	free(s->names.p);
	free(s->at);
}

static const char *string_at(const struct span *s, uint64_t at)
{
	return at < s->n ? (const char *)s->p + at : "";
}

static bool is_named(const struct sections *s, size_t i, const char *name)
{
	return !strcmp(string_at(&s->names, s->at[i].sh_name), name);
}

static void load_sections(int fd, struct image *im)
{
	struct sections s;

	open_sections(fd, &s);
	for (size_t i = 0; i < s.n; i++) {
		const Elf64_Shdr *sh = &s.at[i];

		if (!im->probes.p && is_named(&s, i, PROBES))
			im->probes = load(fd, sh);
		if (!im->list.p && is_named(&s, i, LIST))
			im->list = load(fd, sh);
		if (!im->symbols.p && sh->sh_type == SHT_SYMTAB &&
		    sh->sh_link < s.n) {
			im->symbols = load(fd, sh);
			im->strings = load(fd, &s.at[sh->sh_link]);
		}
	}
	close_sections(&s);
}

bool psr_blocks_present(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sections s;
	bool found = false;

	if (fd < 0)
		return false;
	open_sections(fd, &s);
	for (size_t i = 0; i < s.n && !found; i++)
		found = is_named(&s, i, LIST);
	close_sections(&s);
	close(fd);
	return found;
}

/* The address that was linked, of what lies at OFFSET in the file. */
static uint64_t linked_address(int fd, uint64_t offset)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph[32];
	size_t n;

	if (!read_header(fd, &eh))
		return UINT64_MAX;
	n = eh.e_phnum < 32 ? eh.e_phnum : 32;
	if (!psr_binary_read_at(fd, eh.e_phoff, ph, n * sizeof(*ph)))
		return UINT64_MAX;
	for (size_t i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && offset >= ph[i].p_offset &&
		    offset - ph[i].p_offset < ph[i].p_filesz)
			return ph[i].p_vaddr + (offset - ph[i].p_offset);
	return UINT64_MAX;
}

/* ---- Numbers --------------------------------------------------------------- */

static uint64_t read_bytes(struct reader *r, unsigned n)
{
	uint64_t v = 0;

	if ((uint64_t)(r->end - r->p) < n) {
		r->bad = true;
		return 0;
	}
	memcpy(&v, r->p, n);
	r->p += n;
	return v;
}

/* LEB128. */
static uint64_t read_number(struct reader *r, bool is_signed)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = read_bytes(r, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (is_signed && shift < 64 && byte & 0x40)
		v |= ~UINT64_C(0) << shift;
	return v;
}

static const char *read_string(struct reader *r)
{
	const char *s = (const char *)r->p;
	size_t n = strnlen(s, (size_t)(r->end - r->p));

	if (r->p + n >= r->end) {
		r->bad = true;
		return "";
	}
	r->p += n + 1;
	return s;
}

/* ---- Functions ------------------------------------------------------------- */

/* The first of N sorted items of SIZE bytes that is not BELOW KEY, or N. */
static size_t find_first(const void *items, size_t n, size_t size,
			 const void *key,
			 bool (*below)(const void *item, const void *key))
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (below((const char *)items + middle * size, key))
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

static int compare_guids(const void *a, const void *b)
{
	const struct function *p = a, *q = b;

	if (p->guid != q->guid)
		return p->guid < q->guid ? -1 : 1;
	return p->name < q->name ? -1 : p->name > q->name; /* as listed */
}

static int read_list(struct image *im)
{
	struct reader r = {im->list.p, im->list.p + im->list.n, false};
	size_t most = im->list.n / 17 + 1;

	im->functions = calloc(most, sizeof(*im->functions));
	if (!im->functions)
		return -ENOMEM;
	while (r.p < r.end && !r.bad) {
		const char *file = read_string(&r);
		uint64_t n = read_bytes(&r, 4);

		for (; n && !r.bad && im->nfunctions < most; n--) {
			struct function f = {.file = file};

			f.guid = read_bytes(&r, 8);
			f.hash = read_bytes(&r, 8);
			f.name = read_string(&r);
			if (!r.bad)
				im->functions[im->nfunctions++] = f;
		}
	}
	qsort(im->functions, im->nfunctions, sizeof(*im->functions),
	      compare_guids);
	return 0;
}

static bool is_guid_below(const void *item, const void *key)
{
	return ((const struct function *)item)->guid < *(const uint64_t *)key;
}

/* The first with GUID, and *N how many there are. */
static const struct function *find_guid(const struct image *im, uint64_t guid,
					size_t *n)
{
	size_t first = find_first(im->functions, im->nfunctions,
				  sizeof(*im->functions), &guid,
				  is_guid_below);
	size_t i = first;

	while (i < im->nfunctions && im->functions[i].guid == guid)
		i++;
	*n = i - first;
	return *n ? &im->functions[first] : NULL;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *p = a, *q = b;
	int c = strcmp(p->name, q->name);

	if (c)
		return c;
	return p->at < q->at ? -1 : p->at > q->at;
}

static int read_symbols(struct image *im)
{
	size_t n = im->symbols.n / sizeof(Elf64_Sym);

	im->at = calloc(n + 1, sizeof(*im->at));
	if (!im->at)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		Elf64_Sym s;

		memcpy(&s, im->symbols.p + i * sizeof(s), sizeof(s));
		if (ELF64_ST_TYPE(s.st_info) == STT_FUNC && s.st_value)
			im->at[im->nat++] = (struct symbol){
			    string_at(&im->strings, s.st_name), s.st_value,
			    s.st_size};
	}
	qsort(im->at, im->nat, sizeof(*im->at), compare_symbols);
	return 0;
}

static bool is_name_below(const void *item, const void *key)
{
	return strcmp(((const struct symbol *)item)->name, key) < 0;
}

/* The WHICHth function called NAME; NULL: there are not just N of them. */
static const struct symbol *find_symbol(const struct image *im,
					const char *name, size_t which,
					size_t n)
{
	size_t first =
	    find_first(im->at, im->nat, sizeof(*im->at), name, is_name_below);
	size_t i = first;

	while (i < im->nat && !strcmp(im->at[i].name, name))
		i++;
	return i - first == n && which < n ? &im->at[first + which] : NULL;
}

/* ---- Counts ---------------------------------------------------------------- */

static int compare_counts(const void *a, const void *b)
{
	const struct count *p = a, *q = b;

	return p->at < q->at ? -1 : p->at > q->at;
}

static int compare_jumps(const void *a, const void *b)
{
	const struct jump *p = a, *q = b;

	if (p->from != q->from)
		return p->from < q->from ? -1 : 1;
	return p->to < q->to ? -1 : p->to > q->to;
}

static bool is_in_map(const struct psr_trace_map *m, uint64_t at)
{
	return at >= m->start && at < m->end;
}

/* Of the addresses that T met in the map M, whose first was linked at BASE. */
static void add_addresses(struct image *im, const struct psr_trace *t,
			  const struct psr_trace_map *m, uint64_t base)
{
	for (size_t i = 0; i < t->n; i++) {
		uint64_t at = t->at[i], next = i + 1 < t->n ? t->at[i + 1] : 0;

		if (!is_in_map(m, at) || im->ncounts == t->n)
			continue;
		at = at - m->start + base;
		im->counts[im->ncounts++] = (struct count){at, 1};
		next = is_in_map(m, next) ? next - m->start + base : at + 1;
		if (next - at - 1 >= LONGEST)
			im->jumps[im->njumps++] = (struct jump){at, next, 1};
	}
}

/* Equal ones become one. */
static void merge(struct image *im)
{
	size_t n = im->ncounts, njumps = im->njumps;

	qsort(im->counts, n, sizeof(*im->counts), compare_counts);
	qsort(im->jumps, njumps, sizeof(*im->jumps), compare_jumps);
	im->ncounts = im->njumps = 0;
	for (size_t i = 0; i < n; i++)
		if (i && im->counts[im->ncounts - 1].at == im->counts[i].at)
			im->counts[im->ncounts - 1].n++;
		else
			im->counts[im->ncounts++] = im->counts[i];
	for (size_t i = 0; i < njumps; i++)
		if (i && !compare_jumps(&im->jumps[im->njumps - 1],
					&im->jumps[i]))
			im->jumps[im->njumps - 1].n++;
		else
			im->jumps[im->njumps++] = im->jumps[i];
}

/* What was executed of the file at PATH, by linked address. */
static int count_addresses(struct image *im, int fd, const struct psr_trace *t,
			   const char *path)
{
	im->counts = calloc(t->n + 1, sizeof(*im->counts));
	im->jumps = calloc(t->n + 1, sizeof(*im->jumps));
	if (!im->counts || !im->jumps)
		return -ENOMEM;
	for (size_t m = 0; m < t->nmaps; m++) {
		uint64_t base;

		if (strcmp(t->maps[m].path, path) != 0)
			continue;
		base = linked_address(fd, t->maps[m].offset);
		if (base != UINT64_MAX)
			add_addresses(im, t, &t->maps[m], base);
	}
	merge(im);
	return 0;
}

static bool is_count_below(const void *item, const void *key)
{
	return ((const struct count *)item)->at < *(const uint64_t *)key;
}

/* The first address that was executed at AT or later. */
static size_t first_count(const struct image *im, uint64_t at)
{
	return find_first(im->counts, im->ncounts, sizeof(*im->counts), &at,
			  is_count_below);
}

static uint64_t count_of(const struct image *im, uint64_t at)
{
	size_t i = first_count(im, at);

	return i < im->ncounts && im->counts[i].at == at ? im->counts[i].n : 0;
}

static bool is_in(const struct image *im, size_t i, const struct symbol *s)
{
	return i < im->ncounts && im->counts[i].at - s->at < s->size;
}

/* Instructions executed in S. */
static uint64_t executed_in(const struct image *im, const struct symbol *s)
{
	uint64_t sum = 0;

	for (size_t i = first_count(im, s->at); is_in(im, i, s); i++)
		sum += im->counts[i].n;
	return sum;
}

/* And in its variants, whose names follow its own. */
static uint64_t executed_of(const struct image *im, const struct symbol *s)
{
	size_t n = strlen(s->name);
	uint64_t sum = executed_in(im, s);

	for (size_t i = (size_t)(s - im->at) + 1;
	     i < im->nat && !strncmp(im->at[i].name, s->name, n); i++)
		if (!strncmp(im->at[i].name + n, ".psr", 4))
			sum += executed_in(im, &im->at[i]);
	return sum;
}

/* ---- Probes ---------------------------------------------------------------- */

static const char *keep(struct psr_blocks *out, const char *s)
{
	char *copy;

	if (!psr_grow((void **)&out->strings, &out->strings_size,
		      out->nstrings + 1, sizeof(*out->strings)))
		return NULL;
	copy = strdup(s);
	if (copy)
		out->strings[out->nstrings++] = copy;
	return copy;
}

static bool add_block(struct psr_blocks *out, const struct psr_block *b)
{
	if (!psr_grow((void **)&out->at, &out->size, out->n + 1, sizeof(*b)))
		return false;
	out->at[out->n++] = *b;
	return b->file && b->name && b->path && b->target;
}

static bool is_from_below(const void *item, const void *key)
{
	return ((const struct jump *)item)->from < *(const uint64_t *)key;
}

/* NULL: no function begins there. */
static const char *name_at(const struct image *im, uint64_t at)
{
	for (size_t i = 0; i < im->nat; i++)
		if (im->at[i].at == at)
			return im->at[i].name;
	return NULL;
}

/* What the indirect call at the walk's address called. */
static void add_targets(struct walk *w)
{
	const struct image *im = w->image;
	size_t i = find_first(im->jumps, im->njumps, sizeof(*im->jumps),
			      &w->address, is_from_below);

	for (; i < im->njumps && im->jumps[i].from == w->address; i++) {
		const char *name = name_at(im, im->jumps[i].to);
		struct psr_block b = w->block;

		/* The profile's text has signs of its own. */
		if (!name || !*name || strpbrk(name, " :\n"))
			continue;
		b.target = keep(w->out, name);
		b.n = im->jumps[i].n;
		if (!add_block(w->out, &b))
			w->failed = true;
	}
}

static void read_probe(struct walk *w)
{
	struct reader *r = &w->r;
	uint64_t probe = read_number(r, false), bits = read_bytes(r, 1);
	unsigned type = bits & 0xf, attributes = bits >> 4 & 7;

	if (bits & 0x80)
		w->address += read_number(r, true);
	else
		w->address = read_bytes(r, 8);
	if (attributes & WITH_NUMBER)
		read_number(r, false);
	if (r->bad || attributes & SENTINEL || !(w->count || w->at))
		return;
	if (w->at) {
		w->at[w->nat++] = w->address;
		return;
	}
	w->block.probe = (uint32_t)probe;
	w->block.n = count_of(w->image, w->address);
	if (type == INDIRECT)
		add_targets(w);
	else if (!add_block(w->out, &w->block))
		w->failed = true;
}

static void cut(struct psr_text *t, size_t n)
{
	if (t->s)
		t->s[n] = 0;
	t->n = n;
}

/* One function's probes, then those of what was inlined into it. */
static void read_body(struct walk *w, unsigned depth)
{
	uint64_t nprobes = read_number(&w->r, false);
	uint64_t ninlined = read_number(&w->r, false);

	if (depth > DEPTH_MAX)
		w->r.bad = true;
	for (; nprobes && !w->r.bad; nprobes--)
		read_probe(w);
	for (; ninlined && !w->r.bad; ninlined--) {
		uint64_t call = read_number(&w->r, false);
		size_t n, length = w->path.n;
		const struct function *f =
		    find_guid(w->image, read_bytes(&w->r, 8), &n);
		const char *outer;
		bool count = w->count;

		/* Of several with the name it is not known which. */
		w->count = count && f && n == 1;
		if (w->count)
			psr_text_add(&w->path, "%s%llu:%s:%llu",
				     length ? " " : "",
				     (unsigned long long)call, f->name,
				     (unsigned long long)f->hash);
		outer = w->block.path;
		if (w->count)
			w->block.path = keep(w->out, w->path.s ? w->path.s : "");
		read_body(w, depth + 1);
		w->block.path = outer;
		w->count = count;
		cut(&w->path, length);
	}
}

/* How many functions' probes in the file are of GUID, up to END. */
static size_t count_bodies(struct image *im, uint64_t guid,
			   const unsigned char *end)
{
	struct walk w = {.image = im, .r = {im->probes.p, end, false}};
	size_t n = 0;

	while (w.r.p < w.r.end && !w.r.bad) {
		n += read_bytes(&w.r, 8) == guid;
		read_body(&w, 0);
	}
	return n;
}

/*
 * Which function's these probes are, and where that is. Those of one name are
 * in order; inline ones are listed for each file, and there is one of them.
 */
static const struct symbol *locate(struct walk *w, uint64_t guid,
				   const unsigned char *body)
{
	struct image *im = w->image;
	size_t n, which = 0, nbodies = 1;
	const struct function *f = find_guid(im, guid, &n);
	const struct symbol *s;
	uint64_t executed;

	if (!f)
		return NULL;
	if (n > 1) {
		const unsigned char *end = im->probes.p + im->probes.n;

		which = count_bodies(im, guid, body);
		nbodies = count_bodies(im, guid, end);
		if (nbodies != 1 && nbodies != n)
			return NULL;
	}
	s = find_symbol(im, f->name, which, nbodies);
	executed = s ? executed_of(im, s) : 0;
	if (!executed)
		return NULL;
	w->address = s->at;
	w->block = (struct psr_block){.file = keep(w->out, f[which].file),
				      .name = keep(w->out, f->name),
				      .guid = guid,
				      .hash = f[which].hash,
				      .path = "",
				      .target = "",
				      .executed = executed};
	return s;
}

static int compare_words(const void *a, const void *b)
{
	uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;

	return (p > q) - (p < q);
}

/*
 * Of what was executed of S, what the probes at AT, sorted, tell of. A block's
 * probe may be anywhere within it: what lies between two of them was executed
 * as often as either, or is another block's, without one, as blocks of sites
 * are.
 */
static uint64_t covered_by(const struct image *im, const struct symbol *s,
			   const uint64_t *at, size_t n)
{
	uint64_t covered = 0, before = 0, behind = n ? count_of(im, at[0]) : 0;
	size_t next = 0;

	for (size_t i = first_count(im, s->at); is_in(im, i, s); i++) {
		const struct count *c = &im->counts[i];
		uint64_t probe;

		while (next < n && at[next] <= c->at) {
			before = behind;
			next++;
			behind = next < n ? count_of(im, at[next]) : 0;
		}
		probe = before > behind ? before : behind;
		covered += c->n < probe ? c->n : probe;
	}
	return covered;
}

/* W is in front of the probes of a function at S. */
static uint64_t measure_covered(const struct walk *w, const struct symbol *s)
{
	size_t most = (size_t)(w->r.end - w->r.p) / 3 + 1; /* 3 bytes each */
	struct walk look = *w;
	uint64_t covered = 0;

	look.at = malloc(most * sizeof(*look.at));
	look.nat = 0;
	look.count = false;
	memset(&look.path, 0, sizeof(look.path));
	if (look.at) {
		read_body(&look, 0);
		qsort(look.at, look.nat, sizeof(*look.at), compare_words);
		covered = covered_by(w->image, s, look.at, look.nat);
	}
	free(look.at);
	return covered;
}

static int walk_probes(struct image *im, struct psr_blocks *out)
{
	struct walk w = {.image = im,
			 .r = {im->probes.p, im->probes.p + im->probes.n,
			       false},
			 .out = out};

	while (w.r.p < w.r.end && !w.r.bad && !w.failed) {
		const unsigned char *body = w.r.p;
		const struct symbol *s =
		    locate(&w, read_bytes(&w.r, 8), body);

		w.count = s;
		if (s)
			w.block.covered = measure_covered(&w, s);
		read_body(&w, 0);
	}
	w.failed |= w.path.failed;
	psr_text_free(&w.path);
	return w.failed ? -ENOMEM : 0;
}

static void free_image(struct image *im)
{
	free(im->probes.p);
	free(im->list.p);
	free(im->symbols.p);
	free(im->strings.p);
	free(im->functions);
	free(im->at);
	free(im->counts);
	free(im->jumps);
}

/* The file that was mapped; -1: it is another one by now. */
static int open_mapped(const struct psr_trace_map *map)
{
	int fd = open(map->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && map->inode &&
	    (fstat(fd, &st) < 0 || st.st_ino != map->inode)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int read_file(const struct psr_trace *t,
		     const struct psr_trace_map *map, struct psr_blocks *out)
{
	struct image im = {0};
	int fd = open_mapped(map), ret = 0;

	if (fd < 0)
		return 0;
	load_sections(fd, &im);
	if (im.probes.p && im.list.p && im.symbols.p && im.strings.p) {
		ret = read_list(&im);
		if (!ret)
			ret = read_symbols(&im);
		if (!ret)
			ret = count_addresses(&im, fd, t, map->path);
		if (!ret)
			ret = walk_probes(&im, out);
	}
	free_image(&im);
	close(fd);
	return ret;
}

static uint64_t value_of(int fd, const char *name)
{
	struct sections s;
	uint64_t value = 0;

	open_sections(fd, &s);
	for (size_t i = 0; i < s.n; i++) {
		struct span symbols, strings;

		if (s.at[i].sh_type != SHT_DYNSYM || s.at[i].sh_link >= s.n)
			continue;
		symbols = load(fd, &s.at[i]);
		strings = load(fd, &s.at[s.at[i].sh_link]);
		for (size_t k = 0; k < symbols.n / sizeof(Elf64_Sym); k++) {
			Elf64_Sym y;

			memcpy(&y, symbols.p + k * sizeof(y), sizeof(y));
			if (!strcmp(string_at(&strings, y.st_name), name))
				value = y.st_value;
		}
		free(symbols.p);
		free(strings.p);
	}
	close_sections(&s);
	return value;
}

uint64_t psr_blocks_symbol(const struct psr_trace_map *map, const char *name)
{
	int fd = open_mapped(map);
	uint64_t value, base;

	if (fd < 0)
		return 0;
	value = value_of(fd, name);
	base = linked_address(fd, map->offset);
	close(fd);
	return value && base != UINT64_MAX ? map->start + (value - base) : 0;
}

int psr_blocks_read(const struct psr_trace *t, struct psr_blocks *out)
{
	int ret = 0;

	for (size_t i = 0; i < t->nmaps && !ret; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= !strcmp(t->maps[i].path, t->maps[k].path);
		if (!again)
			ret = read_file(t, &t->maps[i], out);
	}
	return ret;
}

void psr_blocks_free(struct psr_blocks *blocks)
{
	for (size_t i = 0; i < blocks->nstrings; i++)
		free(blocks->strings[i]);
	free(blocks->strings);
	free(blocks->at);
	memset(blocks, 0, sizeof(*blocks));
}
