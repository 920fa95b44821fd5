/*
 * replay.c - the changes of a recording, made when its own time has come.
 *
 * Nothing here knows a server: what is replayed cannot ask one, nor change anything.
 */
#include "file.h"
#include "line.h"
#include "ollama-top/i18n.h"

#include <stdlib.h>
#include <string.h>

/* So many changes at most between two looks of the loop at the keys. */
#define BATCH 500
/* The loop looks up at least this often, so that a speed is kept over long gaps too. */
#define WAIT_MAX_MS 1000

struct replay {
	struct line_reader reader;
	char *path;
	struct fleet_spec *spec; /* until it is fetched */
	int64_t at, wall;        /* when the recording began */
	struct fleet *fleet;
	struct clock *clock;
	double speed;
	uv_timer_t timer;
	void (*on_change)(void *user);
	void *user;
	struct fleet_change next; /* with pending */
	bool pending;             /* there is a change that was not made */
	bool paused, started, ended;
	struct record_error trouble;
};

static void destroy(struct replay *replay)
{
	line_close(&replay->reader);
	spec_free(replay->spec);
	free(replay->path);
	free(replay);
}

struct replay *replay_open(const char *path, struct record_error *error)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	snprintf(error->text, sizeof(error->text), "%s", _("out of memory"));
	if (!replay) {
		return NULL;
	}
	replay->path = strdup(path);
	FILE *file = replay->path ? file_read(path, error) : NULL;
	if (file) {
		line_open(&replay->reader, file, replay->path);
	}
	if (!file || !line_read_header(&replay->reader, &replay->spec, &replay->at, &replay->wall, error)) {
		destroy(replay);
		return NULL;
	}
	return replay;
}

struct fleet_spec *replay_spec(struct replay *replay)
{
	struct fleet_spec *spec = replay->spec;
	replay->spec = NULL;
	return spec;
}

struct fleet *replay_fleet(
	struct replay *replay, const struct fleet_spec *spec, struct clock *clock, double speed)
{
	replay->clock = clock;
	replay->speed = speed;
	replay->fleet = fleet_new(spec, replay->at, replay->wall);
	clock->wall_ahead = replay->wall - replay->at;
	clock_replay(clock, replay->at, 0, replay->at);
	return replay->fleet;
}

/* The next change, if there is one; else time stands where the last one left it. */
static bool fetch(struct replay *replay)
{
	if (!replay->pending && !replay->ended) {
		const enum line_result result =
			line_read_change(&replay->reader, &replay->next, &replay->trouble);
		replay->pending = result == LINE_GOOD;
		replay->ended = !replay->pending;
		if (result == LINE_END) {
			replay->trouble.text[0] = '\0';
		}
	}
	return replay->pending;
}

static void make(struct replay *replay)
{
	replay->pending = false;
	replay->clock->wall_ahead = replay->next.wall - replay->next.at;
	fleet_change(replay->fleet, &replay->next);
}

static void on_timer(uv_timer_t *timer);

/* Lets the clock go on to the next change, and waits for that. */
static void schedule(struct replay *replay)
{
	const int64_t now = clock_mono_ms(replay->clock);
	if (!fetch(replay)) {
		clock_replay(replay->clock, now, 0, now);
		return;
	}
	const int64_t due = replay->next.at > now ? replay->next.at : now;
	clock_replay(replay->clock, now, replay->paused ? 0 : replay->speed, due);
	if (!replay->paused) {
		const double wait = (double)(due - now) / replay->speed;
		(void)uv_timer_start(&replay->timer, on_timer,
			wait < WAIT_MAX_MS ? (uint64_t)(wait + 0.5) : WAIT_MAX_MS, 0);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct replay *replay = timer->data;
	const int64_t now = clock_mono_ms(replay->clock);
	int made = 0;
	while (made < BATCH && fetch(replay) && replay->next.at <= now) {
		make(replay);
		made++;
	}
	schedule(replay);
	if ((made > 0 || replay->ended) && replay->on_change) {
		replay->on_change(replay->user);
	}
}

void replay_start(struct replay *replay, uv_loop_t *loop, void (*on_change)(void *user), void *user)
{
	replay->on_change = on_change;
	replay->user = user;
	replay->started = uv_timer_init(loop, &replay->timer) == 0;
	replay->timer.data = replay;
	schedule(replay);
}

bool replay_finish(struct replay *replay, struct record_error *error)
{
	while (fetch(replay)) {
		make(replay);
	}
	clock_replay(replay->clock, replay->fleet->now, 0, replay->fleet->now);
	*error = replay->trouble;
	return replay->trouble.text[0] == '\0';
}

void replay_pause(struct replay *replay, bool paused)
{
	if (replay->started && !replay->ended && paused != replay->paused) {
		replay->paused = paused;
		(void)uv_timer_stop(&replay->timer);
		schedule(replay);
	}
}

bool replay_paused(const struct replay *replay)
{
	return replay->paused;
}

bool replay_ended(const struct replay *replay)
{
	return replay->ended;
}

const char *replay_trouble(const struct replay *replay)
{
	return replay->trouble.text[0] != '\0' ? replay->trouble.text : NULL;
}

static void on_closed(uv_handle_t *handle)
{
	destroy(handle->data);
}

void replay_close(struct replay *replay)
{
	if (!replay) {
		return;
	}
	if (replay->started) {
		uv_close((uv_handle_t *)&replay->timer, on_closed);
	} else {
		destroy(replay);
	}
}
