/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* store_early.c - the notes that stubs read (early.h). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "early.h"
#include "store_sql.h"

uint64_t store_state(const struct store_file_state f[2])
{
	uint64_t h = 0;

	for (int i = 0; i < 2; i++)
		h = psr_early_file(h, f[i].device, f[i].inode, f[i].size,
				   f[i].time_ns);
	return h ? h : 1;
}

void psr_store_early(uint64_t sites, uint64_t state, bool early)
{
	char path[PATH_MAX], name[PATH_MAX + 48], temporary[PATH_MAX + 80];
	char place[PSR_EARLY_PLACE + 1];
	char old[PSR_EARLY_DIGITS + 1], now[PSR_EARLY_DIGITS + 1];
	struct store_file_state f[2];
	bool holds;

	if (psr_store_path(path, sizeof(path), NULL) < 0 ||
	    !store_look(path, f) || store_state(f) != state)
		return;
	psr_early_digits(now, PSR_EARLY_DIGITS, psr_early_mix(state, sites));
	psr_early_digits(place, PSR_EARLY_PLACE, sites);
	snprintf(name, sizeof(name), "%s" PSR_EARLY_NAME "%s", path, place);
	holds = readlink(name, old, sizeof(old)) == PSR_EARLY_DIGITS &&
		!memcmp(old, now, PSR_EARLY_DIGITS);
	if (holds && !early)
		unlink(name);
	if (holds || !early)
		return;
	snprintf(temporary, sizeof(temporary), "%s.%ld", name, (long)getpid());
	if (!symlink(now, temporary) && rename(temporary, name) < 0)
		unlink(temporary);
}
