/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Strict: what is not wholly understood is refused. */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int psr_parse_bytes(const char *text, uint64_t *out)
{
	static const char suffixes[] = "kmgt";
	char *end;
	double v;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	/* No hexadecimal, no exponents: 1e3 is more likely a slip. */
	if (text[strspn(text, "0123456789.")] != 0 &&
	    !strchr("kKmMgGtTbB", text[strspn(text, "0123456789.")]))
		return -EINVAL;
	v = strtod(text, &end);
	for (int i = 0; *end && i < 4; i++)
		if (tolower((unsigned char)*end) == suffixes[i]) {
			v = ldexp(v, 10 * (i + 1));
			end++;
			end += end[0] == 'i' && end[1] == 'B';
			break;
		}
	if (*end == 'B')
		end++;
	if (*end)
		return -EINVAL;
	if (v >= 0x1p63)
		return -ERANGE;
	*out = (uint64_t)v;
	return 0;
}

bool psr_mode_valid(const char *mode)
{
	static const char *const modes[] = {"off", "baseline", "frozen",
					    "learn", "verify"};

	for (size_t i = 0; i < PSR_COUNTOF(modes); i++)
		if (!strcmp(mode, modes[i]))
			return true;
	return !strncmp(mode, "pinned:", 7) && mode[7];
}
