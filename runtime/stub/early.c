/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* early.c - has a program like this one left word to wake early (early.h)? */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "early.h"
#include "place.h"
#include "psr/err.h"
#include "safe.h"
#include "sys6.h"
#include "variable.h"

#define PATH_ROOM 512 /* the stack may be small */

struct path {
	char text[PATH_ROOM];
	size_t n;
	bool too_long;
};

__attribute__((noinline)) static void put(struct path *p, const char *s)
{
	while (*s && p->n < sizeof(p->text) - 1)
		p->text[p->n++] = *s++;
	p->text[p->n] = 0;
	p->too_long |= *s != 0;
}

/* As psr_store_path() has it. */
static bool put_database(struct path *p)
{
	for (size_t i = 0; i < PSR_COUNTOF(psr_places); i++) {
		const char *value = psr_variable(psr_places[i].name);

		if (!value || !*value)
			continue;
		put(p, value);
		put(p, psr_places[i].rest);
		return true;
	}
	return false;
}

/* H with the state of the file at P as it is now. */
static bool look(const struct path *p, uint64_t *h)
{
	struct stat st;
	long ret = psr_sys6(SYS_newfstatat, AT_FDCWD, (long)p->text, (long)&st,
			    0, 0, 0);

	if (ret && ret != -ENOENT)
		return false;
	*h = ret ? psr_early_file(*h, 0, 0, 0, 0)
		 : psr_early_file(*h, st.st_dev, st.st_ino,
				  (uint64_t)st.st_size,
				  (uint64_t)st.st_mtim.tv_sec * 1000000000u +
				      (uint64_t)st.st_mtim.tv_nsec);
	return true;
}

/* What the note says that is at P for SITES; false: there is none. */
static bool read_note(struct path *p, uint64_t sites,
		      char says[PSR_EARLY_DIGITS + 1])
{
	char place[PSR_EARLY_PLACE + 1];

	psr_early_digits(place, PSR_EARLY_PLACE, sites);
	put(p, PSR_EARLY_NAME);
	put(p, place);
	return !p->too_long &&
	       psr_sys6(SYS_readlinkat, AT_FDCWD, (long)p->text, (long)says,
			PSR_EARLY_DIGITS + 1, 0, 0) == PSR_EARLY_DIGITS;
}

bool __psr_early(const struct psr_site *sites, size_t n)
{
	char says[PSR_EARLY_DIGITS + 1], holds[PSR_EARLY_DIGITS + 1];
	uint64_t state = 0, who = psr_early_sites(sites, n);
	struct path p;
	size_t end;

	p.n = 0; /* the rest later: no memset() here */
	p.too_long = false;
	if (!put_database(&p) || __psr_sandboxed())
		return false;
	end = p.n;
	if (!read_note(&p, who, says))
		return false;
	p.n = end;
	p.text[end] = 0;
	if (!look(&p, &state))
		return false;
	put(&p, "-wal");
	if (!look(&p, &state))
		return false;
	psr_early_digits(holds, PSR_EARLY_DIGITS, psr_early_mix(state, who));
	for (int i = 0; i < PSR_EARLY_DIGITS; i++)
		if (says[i] != holds[i])
			return false;
	return true;
}
