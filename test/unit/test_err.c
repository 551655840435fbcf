/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "psr/err.h"

#include <errno.h>
#include <string.h>

#include "check.h"

int main(void)
{
	struct psr_err err;
	char longer[400];

	errno = EINTR;
	CHECK(psr_fail(&err, -ENOENT, "no profile: %s", "x") == -ENOENT, "%s",
	      err.text);
	CHECK(!strcmp(err.text, "no profile: x"), "%s", err.text);
	CHECK(psr_fail_in(&err, -EIO, "run %d", 7) == -EIO, "%s", err.text);
	CHECK(!strcmp(err.text, "run 7: no profile: x"), "%s", err.text);
	CHECK(errno == EINTR, "%d", errno);
	CHECK(psr_fail(NULL, -ENOMEM, "x") == -ENOMEM, "nullable");
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = 0;
	psr_fail(&err, -EIO, "%s", longer);
	CHECK(strlen(err.text) == sizeof(err.text) - 1, "%zu",
	      strlen(err.text));
	psr_fail_in(&err, -EIO, "outer");
	CHECK(!strncmp(err.text, "outer: aaa", 10), "%s", err.text);
	return check_result();
}
