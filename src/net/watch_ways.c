/*
 * watch_ways.c - how a store is asked whether it answers: df for bytes and for inodes, stat -f where the image has no
 * df, and cat of a small file of it, whose time is that of a read. Each answer is a sign of life; they take turns.
 */
#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/probe.h"

#include <stdio.h>
#include <string.h>

#define IMPOSSIBLE_MS (5 * 60 * 1000)
/* Of the rounds every other reads, and of each twelve one counts inodes. */
#define ROUNDS_READ   2
#define ROUNDS_INODES 12
#define INODES_AT     2

static void observe(struct target *t, struct observation *o)
{
	o->server = t->engine->index;
	o->instance = t->name;
	watch_observe(t->engine->watch, o);
}

static bool possible(const struct target *t, enum probe_way way)
{
	return watch_instant(t->engine->watch).mono >= t->lacks_until[way];
}

/* The manifest of a model that the instance lists; another one each time. */
static bool small_file(const struct probe *p, const struct target *t, char *path, size_t size)
{
	const struct fleet *fleet = t->engine->watch->options.fleet;
	const struct instance *i = fleet_instance(&fleet->servers[t->engine->index], t->name);

	if (i == NULL || i->stored_count == 0 || t->models_path == NULL)
		return false;
	return probe_manifest_path(
		path, size, t->models_path, i->stored[p->round / ROUNDS_READ % i->stored_count].name);
}

enum probe_way way_next(const struct probe *p, const struct target *t)
{
	char path[1024];
	const unsigned round = p->round;
	const bool has_df = possible(t, WAY_DF);
	const bool reads = possible(t, WAY_READ) && small_file(p, t, path, sizeof path);

	if (round % ROUNDS_READ == 1 && reads)
		return WAY_READ;
	if (round % ROUNDS_INODES == INODES_AT && has_df && possible(t, WAY_INODES))
		return WAY_INODES;
	if (has_df)
		return WAY_DF;
	if (possible(t, WAY_STAT))
		return WAY_STAT;
	return reads ? WAY_READ : WAYS;
}

struct exec *way_start(struct probe *p, struct target *t, exec_done_fn *done)
{
	char path[1024];
	const char *const ways[WAYS][4] = {
		[WAY_DF] = {"df", "-Pk", t->store_path},
		[WAY_INODES] = {"df", "-Pi", t->store_path},
		[WAY_STAT] = {"stat", "-f", t->store_path},
		/* from the first file, which never waits, to the end of the second is the time of a read */
		[WAY_READ] = {"cat", "/proc/uptime", path},
	};

	if (p->way == WAY_READ && !small_file(p, t, path, sizeof path))
		return NULL;
	return exec_start(t, ways[p->way], done, p);
}

static void observe_space(const struct probe *p, struct target *t)
{
	struct observation o = {.kind = OBS_SPACE};

	o.u.space.total = p->total;
	o.u.space.available = p->available;
	o.u.space.inodes = p->inodes;
	o.u.space.inodes_free = p->inodes_free;
	o.u.space.latency_ms = p->latency_ms;
	observe(t, &o);
}

static bool take_df(struct probe *p, const struct exec_result *result, struct parse_error *error)
{
	struct probe_space space;

	if (!probe_parse_df(result->out, result->out_len, &space, error))
		return false;
	p->total = space.total;
	p->available = space.available;
	return true;
}

static bool take_inodes(struct probe *p, const struct exec_result *result, struct parse_error *error)
{
	struct probe_inodes inodes;

	if (!probe_parse_df_inodes(result->out, result->out_len, &inodes, error))
		return false;
	p->inodes = inodes.total;
	p->inodes_free = inodes.free;
	return true;
}

static bool take_stat(struct probe *p, const struct exec_result *result, struct parse_error *error)
{
	struct probe_space space;
	struct probe_inodes inodes;

	if (!probe_parse_stat(result->out, result->out_len, &space, &inodes, error))
		return false;
	p->total = space.total;
	p->available = space.available;
	p->inodes = inodes.total;
	p->inodes_free = inodes.free;
	return true;
}

/* What is not there any more is no trouble of the store: its answer is all that counts. */
static bool take_read(struct probe *p, const struct exec_result *result, struct parse_error *error)
{
	(void)p;
	if (*result->err == '\0' && result->out_len > 0)
		return true;
	first_line(
		*result->err != '\0' ? result->err : _("cat wrote nothing"), error->text, sizeof error->text);
	return false;
}

static bool (*const takers[WAYS])(struct probe *, const struct exec_result *, struct parse_error *) = {
	[WAY_DF] = take_df, [WAY_INODES] = take_inodes, [WAY_STAT] = take_stat, [WAY_READ] = take_read};

static void observe_read(struct probe *p, struct target *t, const struct exec_result *result)
{
	struct observation o = {.kind = OBS_READ};

	o.error = *p->error != '\0' ? p->error : NULL;
	o.u.read.latency_ms = result->spread_ms;
	observe(t, &o);
}

bool way_take(struct probe *p, struct target *t, const struct exec_result *result)
{
	struct parse_error error = {""};
	const int64_t until = watch_instant(p->engine->watch).mono + IMPOSSIBLE_MS;

	if (result->missing) {
		t->lacks_until[p->way] = until;
		if (p->way == WAY_DF)
			t->lacks_until[WAY_INODES] = until;
		return false;
	}
	if (result->error == NULL && takers[p->way](p, result, &error)) {
		p->error[0] = '\0';
		p->latency_ms = result->latency_ms;
		if (p->way == WAY_READ)
			observe_read(p, t, result);
		else
			observe_space(p, t);
		return true;
	}
	/* not every df counts inodes */
	if (p->way == WAY_INODES && result->error == NULL)
		t->lacks_until[WAY_INODES] = until;
	first_line(result->error != NULL  ? result->error
		   : *result->err != '\0' ? result->err
					  : error.text,
		p->error, sizeof p->error);
	if (p->way == WAY_READ) {
		observe_read(p, t, result);
		return true;
	}
	struct observation o = {.kind = OBS_SPACE, .error = p->error};
	observe(t, &o);
	return true;
}

void way_observe_again(const struct probe *p, struct target *t)
{
	struct observation o = {.kind = OBS_SPACE, .error = p->error};

	if (*p->error != '\0')
		observe(t, &o);
	else if (p->total >= 0)
		observe_space(p, t);
}
