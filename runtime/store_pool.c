/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The ledger of reservations. The sum of the live ones on this machine never
 * passes what it has, as each is judged and entered under the write lock.
 * A reservation dies with its owner; who finds it dead deletes it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "psr/proc.h"
#include "store_sql.h"

#define LEDGER_SQL                                                             \
	"SELECT id, owner, owner_start, memory_bytes, cpu_milli, cpus, "       \
	"cgroup, host, boot, pid_namespace FROM reservation"

/* A row of the ledger as it was read. */
struct entry {
	struct psr_reservation r;
	struct store_place place;
	struct entry *next;
};

static void read_entry(sqlite3_stmt *st, struct entry *e)
{
	e->r.id = sqlite3_column_int64(st, 0);
	e->r.owner = sqlite3_column_int(st, 1);
	e->r.owner_start = (uint64_t)sqlite3_column_int64(st, 2);
	e->r.memory_bytes = (uint64_t)sqlite3_column_int64(st, 3);
	e->r.cpu_milli = (uint64_t)sqlite3_column_int64(st, 4);
	store_column_text(st, 5, e->r.cpus, sizeof(e->r.cpus));
	store_column_text(st, 6, e->r.group, sizeof(e->r.group));
	store_column_text(st, 7, e->place.host, sizeof(e->place.host));
	store_column_text(st, 8, e->place.boot, sizeof(e->place.boot));
	e->place.pid_namespace = (uint64_t)sqlite3_column_int64(st, 9);
	e->next = NULL;
}

static void free_entries(struct entry *e)
{
	while (e) {
		struct entry *next = e->next;

		sqlite3_free(e);
		e = next;
	}
}

/* The whole ledger as a list, read at once so that it may be changed. */
static int read_ledger(struct psr_store *s, struct entry **out,
		       struct psr_err *err)
{
	struct entry **tail = out;
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, LEDGER_SQL, &st, err);
	int rc = SQLITE_DONE;

	*out = NULL;
	while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		*tail = sqlite3_malloc(sizeof(**tail));
		if (!*tail) {
			ret = psr_fail(err, -ENOMEM, "%s: out of memory",
				       s->path);
			break;
		}
		read_entry(st, *tail);
		tail = &(*tail)->next;
	}
	if (!ret)
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	if (ret < 0) {
		free_entries(*out);
		*out = NULL;
	}
	return ret;
}

int store_delete_reservation(struct psr_store *s, int64_t id,
			     struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret =
	    store_prepare(s, "DELETE FROM reservation WHERE id = ?", &st, err);

	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, id);
	ret = store_run(s, st, err);
	sqlite3_finalize(st);
	return ret;
}

/* Splits ALL into the dead, whose rows are deleted, and the living. */
static int bury(struct psr_store *s, const struct store_place *here,
		struct entry **all, struct entry **dead, struct psr_err *err)
{
	struct entry **link = all;
	int ret = 0;

	*dead = NULL;
	while (*link && !ret) {
		struct entry *e = *link;

		if (store_alive(here, &e->place, e->r.owner,
				e->r.owner_start)) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		e->next = *dead;
		*dead = e;
		ret = store_delete_reservation(s, e->r.id, err);
	}
	return ret;
}

/* A + B without wrapping round. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/*
 * Whether WANT fits beside ALL of this boot, its own row apart. What is not
 * asked for always fits, even where others hold too much.
 */
static bool fits(const struct entry *all, const struct store_place *here,
		 const struct psr_pool_size *size,
		 const struct psr_reservation *want)
{
	uint64_t memory = want->memory_bytes, cpu = want->cpu_milli;

	for (const struct entry *e = all; e; e = e->next) {
		if (e->r.id == want->id || strcmp(e->place.boot, here->boot))
			continue;
		memory = add(memory, e->r.memory_bytes);
		cpu = add(cpu, e->r.cpu_milli);
	}
	return (!want->memory_bytes || memory <= size->memory_bytes) &&
	       (!want->cpu_milli || cpu <= size->cpu_milli);
}

static int enter(struct psr_store *s, const struct store_place *here,
		 struct psr_reservation *want, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(
	    s,
	    "INSERT INTO reservation(owner, owner_start, memory_bytes, "
	    "cpu_milli, cpus, cgroup, host, boot, pid_namespace, "
	    "since_ns) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
	    &st, err);

	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, want->owner);
	sqlite3_bind_int64(st, 2, (int64_t)want->owner_start);
	store_bind_u64(st, 3, want->memory_bytes);
	store_bind_u64(st, 4, want->cpu_milli);
	store_bind_text(st, 5, want->cpus);
	store_bind_text(st, 6, want->group);
	store_bind_text(st, 7, here->host);
	store_bind_text(st, 8, here->boot);
	sqlite3_bind_int64(st, 9, (int64_t)here->pid_namespace);
	store_bind_u64(st, 10, store_now_ns());
	ret = store_id(s, st, &want->id, err);
	sqlite3_finalize(st);
	return ret;
}

int psr_store_reserve(struct psr_store *s, const struct psr_pool_size *size,
		      struct psr_reservation *want,
		      void (*stale)(void *ctx, const struct psr_reservation *r),
		      void *ctx, struct psr_err *err)
{
	struct entry *all = NULL, *dead = NULL;
	struct store_place here;
	bool room = false;
	int ret;

	want->id = 0;
	store_place_here(&here);
	ret = store_begin(s, err);
	if (ret < 0)
		return ret;
	ret = read_ledger(s, &all, err);
	if (!ret)
		ret = bury(s, &here, &all, &dead, err);
	if (!ret) {
		room = fits(all, &here, size, want);
		ret = room ? enter(s, &here, want, err) : 0;
	}
	ret = store_end(s, ret, err);
	for (struct entry *e = dead; e && !ret && stale; e = e->next)
		stale(ctx, &e->r);
	free_entries(all);
	free_entries(dead);
	if (ret < 0)
		want->id = 0;
	else if (!room)
		ret = psr_fail(err, -EAGAIN, "the pool has no room now");
	return ret;
}

int psr_store_heal(struct psr_store *s,
		   void (*stale)(void *ctx, const struct psr_reservation *r),
		   void *ctx, struct psr_err *err)
{
	struct entry *all = NULL, *dead = NULL;
	struct store_place here;
	int ret;

	store_place_here(&here);
	ret = store_begin(s, err);
	if (ret < 0)
		return ret;
	ret = store_mark_lost(s, &here, err);
	if (!ret)
		ret = read_ledger(s, &all, err);
	if (!ret)
		ret = bury(s, &here, &all, &dead, err);
	ret = store_end(s, ret, err);
	for (struct entry *e = dead; e && !ret && stale; e = e->next)
		stale(ctx, &e->r);
	free_entries(all);
	free_entries(dead);
	return ret;
}

static int change(struct psr_store *s, const struct psr_reservation *r,
		  struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s,
				"UPDATE reservation SET memory_bytes = ?, "
				"cpu_milli = ?, cpus = ?, cgroup = ? "
				"WHERE id = ?",
				&st, err);

	if (ret < 0)
		return ret;
	store_bind_u64(st, 1, r->memory_bytes);
	store_bind_u64(st, 2, r->cpu_milli);
	store_bind_text(st, 3, r->cpus);
	store_bind_text(st, 4, r->group);
	sqlite3_bind_int64(st, 5, r->id);
	ret = store_run(s, st, err);
	sqlite3_finalize(st);
	return ret;
}

/* Drops the entries whose owners are dead; their rows stay for reserve. */
static void forget_dead(struct entry **all, const struct store_place *here)
{
	struct entry **link = all;

	while (*link) {
		struct entry *e = *link;

		if (store_alive(here, &e->place, e->r.owner,
				e->r.owner_start)) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		sqlite3_free(e);
	}
}

/* May R replace its row among ALL? Giving back is always allowed. */
static int may_change(const struct entry *all, const struct store_place *here,
		      const struct psr_pool_size *size,
		      const struct psr_reservation *r, struct psr_err *err)
{
	struct psr_reservation grown = *r;
	const struct entry *own = all;

	while (own && own->r.id != r->id)
		own = own->next;
	if (!own)
		return psr_fail(err, -ENOENT, "reservation %lld is gone",
				(long long)r->id);
	if (r->memory_bytes <= own->r.memory_bytes)
		grown.memory_bytes = 0;
	if (r->cpu_milli <= own->r.cpu_milli)
		grown.cpu_milli = 0;
	if (!fits(all, here, size, &grown))
		return psr_fail(err, -EAGAIN, "the pool has no room now");
	return 0;
}

int psr_store_reservation_set(struct psr_store *s,
			      const struct psr_pool_size *size,
			      const struct psr_reservation *r,
			      struct psr_err *err)
{
	struct entry *all = NULL;
	struct store_place here;
	int ret;

	store_place_here(&here);
	ret = store_begin(s, err);
	if (ret < 0)
		return ret;
	ret = read_ledger(s, &all, err);
	if (!ret) {
		forget_dead(&all, &here);
		ret = may_change(all, &here, size, r, err);
	}
	if (!ret)
		ret = change(s, r, err);
	free_entries(all);
	return store_end(s, ret, err);
}

int psr_store_release(struct psr_store *s, int64_t reservation,
		      struct psr_err *err)
{
	int ret = store_begin(s, err);

	if (ret < 0)
		return ret;
	return store_end(s, store_delete_reservation(s, reservation, err), err);
}

int psr_store_reservations(struct psr_store *s,
			   int (*each)(void *ctx,
				       const struct psr_reservation *r),
			   void *ctx, struct psr_err *err)
{
	struct store_place here;
	struct entry *all = NULL;
	int ret = read_ledger(s, &all, err);

	store_place_here(&here);
	forget_dead(&all, &here);
	for (const struct entry *e = all; e && !ret; e = e->next)
		if (!strcmp(e->place.boot, here.boot))
			ret = each(ctx, &e->r);
	free_entries(all);
	return ret;
}
