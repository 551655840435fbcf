/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads program headers with pread(), never by mapping: a file that is cut
 * short meanwhile must not raise SIGBUS. Every offset and size comes from an
 * untrusted file and is bounded before use.
 *
 * The signature is the build-id, which linkers derive from the contents, and
 * the names of the libraries. Without a build-id the contents are hashed:
 * all of a file up to 1 MiB, of larger ones 32 evenly spread pieces.
 */
#include "binary.h"

#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"

#define PIECE 32768
#define K     0x9e3779b97f4a7c15u

uint64_t psr_hash(uint64_t h, const void *data, uint64_t n)
{
	const unsigned char *p = data;
	uint64_t w;

	h ^= n * K;
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * K;
		h ^= h >> 29;
	}
	w = 0;
	memcpy(&w, p, n);
	h = (h ^ w) * K;
	return h ^ h >> 32;
}

static uint64_t hash_contents(int fd)
{
	char piece[PIECE];
	struct stat st;
	uint64_t h = 0, step = PIECE;

	if (fstat(fd, &st) < 0)
		return 0;
	h = psr_hash(h, &st.st_size, sizeof(st.st_size));
	if (st.st_size > 32 * PIECE)
		step = (uint64_t)st.st_size / 32;
	for (uint64_t at = 0; at < (uint64_t)st.st_size; at += step) {
		ssize_t n = pread(fd, piece, sizeof(piece), (off_t)at);

		if (n <= 0)
			break;
		h = psr_hash(h, piece, (uint64_t)n);
	}
	return h;
}

bool psr_binary_read_at(int fd, uint64_t at, void *buf, uint64_t n)
{
	return at < INT64_MAX - n && pread(fd, buf, n, (off_t)at) == (ssize_t)n;
}

/* One note, whose contents are at AT in memory. */
static void take_note(const Elf64_Nhdr *note, const char *name,
		      const char *contents, uint64_t at, struct psr_binary *out,
		      bool *has_id)
{
	struct psr_note is;

	if (note->n_namesz != 4)
		return;
	if (note->n_type == NT_GNU_BUILD_ID && !memcmp(name, "GNU", 4) &&
	    !*has_id) {
		out->signature =
		    psr_hash(out->signature, contents, note->n_descsz);
		*has_id = true;
	}
	if (note->n_type == PSR_NOTE_TYPE && !memcmp(name, "PSR", 4) &&
	    note->n_descsz == sizeof(is)) {
		memcpy(&is, contents, sizeof(is));
		if (is.sleep)
			out->sleep = at + offsetof(struct psr_note, sleep) +
				     (uint64_t)(int64_t)is.sleep;
	}
}

/* One PT_NOTE segment. */
static void take_notes(int fd, const Elf64_Phdr *ph, struct psr_binary *out,
		       bool *has_id)
{
	char buf[4096];
	uint64_t n = ph->p_filesz < sizeof(buf) ? ph->p_filesz : sizeof(buf);
	uint64_t at = 0;

	if (!psr_binary_read_at(fd, ph->p_offset, buf, n))
		return;
	while (at + sizeof(Elf64_Nhdr) <= n) {
		Elf64_Nhdr note;
		uint64_t name, desc;

		memcpy(&note, buf + at, sizeof(note));
		name = at + sizeof(note);
		desc = name + (((uint64_t)note.n_namesz + 3) & ~3ull);
		at = desc + (((uint64_t)note.n_descsz + 3) & ~3ull);
		if (at > n)
			return;
		take_note(&note, buf + name, buf + desc, ph->p_vaddr + desc,
			  out, has_id);
	}
}

static uint64_t offset_of(const Elf64_Phdr *ph, size_t n, uint64_t address)
{
	for (size_t i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && address >= ph[i].p_vaddr &&
		    address - ph[i].p_vaddr < ph[i].p_filesz)
			return ph[i].p_offset + (address - ph[i].p_vaddr);
	return UINT64_MAX;
}

static bool sizes_itself(const char *library)
{
	static const char *const names[] = {"libjvm.", "libjli.", "libnode.",
					    "libcoreclr.", "libhostfxr."};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(library, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Mixes the needed libraries' names into the signature. */
static void libraries(int fd, const Elf64_Phdr *ph, size_t n,
		      const Elf64_Phdr *dynamic, struct psr_binary *out)
{
	Elf64_Dyn dyn[128];
	uint64_t strings = UINT64_MAX, count;
	char name[128];

	count = dynamic->p_filesz / sizeof(dyn[0]);
	if (count > sizeof(dyn) / sizeof(dyn[0]))
		count = sizeof(dyn) / sizeof(dyn[0]);
	if (!psr_binary_read_at(fd, dynamic->p_offset, dyn, count * sizeof(dyn[0])))
		return;
	for (size_t i = 0; i < count && dyn[i].d_tag != DT_NULL; i++)
		if (dyn[i].d_tag == DT_STRTAB)
			strings = offset_of(ph, n, dyn[i].d_un.d_ptr);
	if (strings == UINT64_MAX)
		return;
	for (size_t i = 0; i < count && dyn[i].d_tag != DT_NULL; i++) {
		ssize_t got;

		if (dyn[i].d_tag != DT_NEEDED || dyn[i].d_un.d_val > UINT32_MAX)
			continue;
		got = pread(fd, name, sizeof(name) - 1,
			    (off_t)(strings + dyn[i].d_un.d_val));
		if (got <= 0)
			continue;
		name[got] = 0;
		out->signature = psr_hash(out->signature, name, strlen(name));
		out->self_sizing |= sizes_itself(name);
	}
}

void psr_binary_read(int fd, struct psr_binary *out)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph[32];
	size_t n;
	bool found = false;

	memset(out, 0, sizeof(*out));
	if (!psr_binary_read_at(fd, 0, &eh, sizeof(eh)) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 ||
	    eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh.e_phentsize != sizeof(ph[0])) {
		out->signature = hash_contents(fd);
		return;
	}
	n = eh.e_phnum < 32 ? eh.e_phnum : 32;
	if (!psr_binary_read_at(fd, eh.e_phoff, ph, n * sizeof(ph[0])))
		n = 0;
	out->elf = n > 0;
	for (size_t i = 0; i < n; i++) {
		if (ph[i].p_type == PT_NOTE)
			take_notes(fd, &ph[i], out, &found);
		if (ph[i].p_type == PT_LOAD && eh.e_phoff >= ph[i].p_offset &&
		    eh.e_phoff - ph[i].p_offset < ph[i].p_filesz)
			out->headers =
			    ph[i].p_vaddr + (eh.e_phoff - ph[i].p_offset);
		if (ph[i].p_type == PT_LOAD && ph[i].p_flags & PF_W)
			out->data_bytes += ph[i].p_memsz;
	}
	if (!found)
		out->signature = hash_contents(fd);
	for (size_t i = 0; i < n; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			libraries(fd, ph, n, &ph[i], out);
}
