/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Of each input the first PSR_VALUES distinct values are counted; further
 * ones are not, until what is here has been saved and places are free again.
 * So a value's count is never too large, and with the exact count of calls
 * its share has a lower bound; a value that most calls have finds a place
 * sooner or later. No allocation, no waiting: probes call this.
 */
#include "counted.h"

static void add_value(struct psr_counts *c, uint32_t input, int64_t value,
		      uint64_t n)
{
	for (unsigned i = 0; i < PSR_VALUES; i++) {
		if (c->values[input][i].n && c->values[input][i].value != value)
			continue;
		c->values[input][i].value = value;
		c->values[input][i].n += n;
		return;
	}
}

void psr_counts_add(struct psr_counts *c, uint32_t n, const uint64_t *values)
{
	c->counted++;
	for (uint32_t i = 0; i < n && i < PSR_INPUTS; i++)
		add_value(c, i, (int64_t)values[i], 1);
}

void psr_counts_take(struct psr_counts *c, struct psr_site_count *out)
{
	out->counted = c->counted;
	out->nvalues = 0;
	c->counted = 0;
	for (unsigned k = 0; k < PSR_INPUTS; k++)
		for (unsigned i = 0; i < PSR_VALUES; i++) {
			if (!c->values[k][i].n)
				continue;
			out->values[out->nvalues++] = (struct psr_site_value){
			    .input = (uint8_t)k,
			    .value = c->values[k][i].value,
			    .n = c->values[k][i].n,
			};
			c->values[k][i].n = 0;
		}
}

void psr_counts_return(struct psr_counts *c, const struct psr_site_count *from)
{
	c->counted += from->counted;
	for (size_t i = 0; i < from->nvalues; i++)
		add_value(c, from->values[i].input, from->values[i].value,
			  from->values[i].n);
}

void psr_branches_add(struct psr_branch_counts *b, uint32_t n,
		      const uint64_t *counts)
{
	n = n / 2 < PSR_BRANCHES ? n / 2 : PSR_BRANCHES;
	if (n > b->n)
		b->n = n;
	for (uint32_t i = 0; i < n; i++) {
		b->taken[i] += counts[2 * i];
		b->not_taken[i] += counts[2 * i + 1];
	}
}
