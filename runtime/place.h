/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* place.h - where the profile database is: the first variable that is set, and
 * what follows its value. The stub's and the runtime's: no pointers in it. */
#ifndef PSR_PLACE_H
#define PSR_PLACE_H

static const struct {
	char name[16], rest[32];
} psr_places[] = {
    {"PSR_DB", ""},
    {"XDG_DATA_HOME", "/psr/psr.db"},
    {"HOME", "/.local/share/psr/psr.db"},
};

#endif
