/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "parse.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "pool.h"
#include "text.h"

static const struct {
	const char *in;
	int ret;
	uint64_t bytes;
} sizes[] = {
    {"4k", 0, 4096},
    {"4 k", -EINVAL, 0},
    {"16E", -EINVAL, 0},
    {"0", 0, 0},
    {"1.5M", 0, 3 << 19},
    {"2GiB", 0, 2ull << 30},
    {"2GB", 0, 2ull << 30},
    {"7B", 0, 7},
    {"", -EINVAL, 0},
    {"-1", -EINVAL, 0},
    {"1e3", -EINVAL, 0},
    {"0x10", -EINVAL, 0},
    {"1..2", -EINVAL, 0},
    {"inf", -EINVAL, 0},
    {"1kk", -EINVAL, 0},
    {"1T", 0, 1ull << 40},
    {"8388608T", -ERANGE, 0},
    {"1kB ", -EINVAL, 0},
    {"99999999999999999999999", -ERANGE, 0},
};

static const struct {
	const char *in;
	int ret;
	const char *out;
} lists[] = {
    {"0", 0, "0"},       {"0-3,8", 0, "0-3,8"}, {"3,2,1", 0, "1-3"},
    {"1-1", 0, "1"},     {"", -EINVAL, ""},     {"3-1", -EINVAL, ""},
    {"0,", 0, "0"},      {"a", -EINVAL, ""},    {"0-", -EINVAL, ""},
    {"-1", -EINVAL, ""}, {"0;1", -EINVAL, ""},  {"99999", -EINVAL, ""},
};

static void json_strings(void)
{
	struct psr_text t = {0};

	psr_text_json(&t, "a\"\\\t\xc3\xa9\xff\xed\xa0\x80\xf4\x90\x80\x80");
	CHECK(!strcmp(t.s, "\"a\\\"\\\\\\u0009\xc3\xa9\\u00ff\\u00ed\\u00a0"
			   "\\u0080\\u00f4\\u0090\\u0080\\u0080\""),
	      "%s", t.s);
	psr_text_free(&t);
	psr_text_u64(&t, UINT64_MAX);
	psr_text_f64(&t, 1.0 / 3);
	CHECK(!strcmp(t.s, "null0.333333"), "%s", t.s);
	psr_text_free(&t);
}

int main(void)
{
	for (size_t i = 0; i < PSR_COUNTOF(sizes); i++) {
		uint64_t bytes = 0;
		int ret = psr_parse_bytes(sizes[i].in, &bytes);

		CHECK(ret == sizes[i].ret && bytes == sizes[i].bytes,
		      "'%s': %d", sizes[i].in, ret);
	}
	for (size_t i = 0; i < PSR_COUNTOF(lists); i++) {
		char text[64] = "";
		cpu_set_t set;
		int ret = psr_cpus_parse(lists[i].in, &set);

		if (!ret)
			psr_cpus_format(&set, text, sizeof(text));
		CHECK(ret == lists[i].ret && !strcmp(text, lists[i].out),
		      "'%s': %d '%s'", lists[i].in, ret, text);
	}
	CHECK(psr_mode_valid("pinned:v3-w256") && psr_mode_valid("off") &&
		  psr_mode_valid("verify"),
	      "modes");
	CHECK(!psr_mode_valid("pinned:") && !psr_mode_valid("") &&
		  !psr_mode_valid("learned"),
	      "no modes");
	json_strings();
	return check_result();
}
