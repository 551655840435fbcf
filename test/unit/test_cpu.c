/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The feature level agrees with what the kernel says of the processor. */
#include "psr/cpu.h"

#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "psr/site.h"

#if defined(__x86_64__)

static char flags[8192];

static bool has(const char *flag)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", flag);
	return strstr(flags, word) != NULL;
}

static void read_flags(void)
{
	FILE *f = fopen("/proc/cpuinfo", "r");

	while (f && fgets(flags, sizeof(flags) - 1, f))
		if (!strncmp(flags, "flags", 5))
			break;
	if (f)
		fclose(f);
	flags[strcspn(flags, "\n")] = 0;
	strcat(flags, " ");
}

static void compare_levels(uint32_t isa)
{
	bool v3;

	read_flags();
	v3 = has("avx2") && has("fma") && has("bmi2") && has("movbe") &&
	     has("f16c") && has("abm");
	CHECK(!!(isa & PSR_ISA_V2) == (has("sse4_2") && has("popcnt")), "%x",
	      isa);
	CHECK(!!(isa & PSR_ISA_V3) == v3, "%x", isa);
	CHECK(!!(isa & PSR_ISA_V4) ==
		  (v3 && has("avx512vl") && has("avx512bw") &&
		   has("avx512dq") && has("avx512cd")),
	      "%x", isa);
	CHECK(!!(isa & PSR_ISA_POPCNT) ==
		  (isa & PSR_ISA_V4 && has("avx512_bitalg") &&
		   has("avx512_vpopcntdq")),
	      "%x", isa);
}

#else

static void compare_levels(uint32_t isa)
{
	CHECK(!!isa == (bool)(isa & PSR_ISA_NEON), "%x", isa);
	CHECK(!(isa & PSR_ISA_SVE2) || isa & PSR_ISA_SVE, "%x", isa);
}

#endif

int main(void)
{
	char key[PSR_CPU_KEY], again[PSR_CPU_KEY];

	compare_levels(psr_cpu_isa());
	psr_cpu_key(key);
	psr_cpu_key(again);
	CHECK(!strcmp(key, again) && strchr(key, '-') && !strchr(key, ' '),
	      "%s", key);
	return check_result();
}
