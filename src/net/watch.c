#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000

static void ask_tick(struct poll *p)
{
	struct watch *w = p->watch;
	struct instant now = watch_instant(w);
	fleet_tick(w->options.fleet, now.mono, now.wall);
	poll_retry(p, TICK_MS);
}

static void be_ready(struct watch *w)
{
	void (*on_ready)(void *) = w->on_ready;
	w->on_ready = NULL;
	poll_off(&w->deadline);
	if (on_ready != NULL)
		on_ready(w->ready_user);
}

static void ask_deadline(struct poll *p)
{
	be_ready(p->watch);
}

static const struct poll_kind tick_poll = {"tick", ON_DEMAND, ask_tick, NULL};
static const struct poll_kind deadline_poll = {"deadline", ON_DEMAND, ask_deadline, NULL};

/*
 * Runs before and after each wait of the loop: tells the front end once what all callbacks of the
 * turn changed. With watch_once(), what waits in the heap is what is still to be asked; of that
 * only the deadline is not a question.
 */
static void settle(struct watch *w)
{
	const struct fleet *fleet = w->options.fleet;
	if (w->once && w->on_ready != NULL && w->outstanding == 0 && w->heap_count <= 1)
		be_ready(w);
	if (w->closed || (fleet->generation == w->generation && fleet->samples == w->samples))
		return;
	w->generation = fleet->generation;
	w->samples = fleet->samples;
	if (w->options.on_change != NULL)
		w->options.on_change(w->options.user);
}

static void on_prepare(uv_prepare_t *handle)
{
	settle(handle->data);
}

static void on_check(uv_check_t *handle)
{
	settle(handle->data);
}

struct instant watch_instant(const struct watch *w)
{
	return (struct instant){clock_mono_ms(w->options.clock), clock_wall_ms(w->options.clock)};
}

void watch_observe(struct watch *w, struct observation *o)
{
	if (w->paused || w->closed)
		return;
	struct instant now = watch_instant(w);
	o->at = now.mono;
	o->wall = now.wall;
	fleet_apply(w->options.fleet, o);
}

void watch_asked(struct watch *w)
{
	w->outstanding++;
}

void watch_answered(struct watch *w)
{
	w->outstanding--;
}

const char *response_error(const struct http_response *response, const char *what,
	void refusal(const char *, size_t, char *, size_t), char *buf, size_t size)
{
	char text[160] = "";
	if (response->error != NULL) {
		snprintf(buf, size, "%s", response->error);
		return buf;
	}
	if (response->status >= 200 && response->status < 300)
		return NULL;
	refusal(response->body, response->body_len, text, sizeof text);
	if (response->status == 401)
		snprintf(buf, size, _("%s: 401, a token is needed or the one given is wrong"), what);
	else
		snprintf(buf, size, "%s: %d%s%s", what, response->status, *text != '\0' ? ", " : "", text);
	return buf;
}

void first_line(const char *text, char *dst, size_t size)
{
	text_clean(dst, size, text, strcspn(text, "\r\n"));
}

struct watch *watch_new(const struct watch_options *options)
{
	struct watch *w = calloc(1, sizeof *w);
	if (w == NULL)
		return NULL;
	w->options = *options;
	w->spec = options->fleet->spec;
	w->armed = POLL_NEVER;
	w->engine_count = w->spec->server_count;
	w->engines = calloc(w->engine_count + 1, sizeof *w->engines);
	if (w->engines == NULL) {
		free(w);
		return NULL;
	}
	poll_init(&w->tick, &tick_poll, w, w, 0);
	poll_init(&w->deadline, &deadline_poll, w, w, 0);
	uv_timer_init(options->loop, &w->timer);
	uv_prepare_init(options->loop, &w->prepare);
	uv_check_init(options->loop, &w->check);
	w->timer.data = w->prepare.data = w->check.data = w;
	for (size_t i = 0; i < w->engine_count; i++)
		engine_init(&w->engines[i], w, i);
	return w;
}

void watch_start(struct watch *w)
{
	w->started = true;
	uv_prepare_start(&w->prepare, on_prepare);
	uv_check_start(&w->check, on_check);
	uv_unref((uv_handle_t *)&w->prepare);
	uv_unref((uv_handle_t *)&w->check);
	if (!w->once)
		poll_now(&w->tick);
	watch_tunnels(w, true);
	for (size_t i = 0; i < w->engine_count; i++)
		engine_start(&w->engines[i]);
	balancer_start(w);
	nfs_start(w);
	poll_timer(w);
}

static void on_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;
	w->closing--;
}

void watch_close(struct watch *w)
{
	if (w->closed)
		return;
	w->closed = true;
	poll_off(&w->tick);
	poll_off(&w->deadline);
	balancer_free(w);
	nfs_stop(w);
	watch_tunnels(w, false);
	for (size_t i = 0; i < w->engine_count; i++)
		engine_free(&w->engines[i]);
	w->closing = 3;
	uv_close((uv_handle_t *)&w->timer, on_closed);
	uv_close((uv_handle_t *)&w->prepare, on_closed);
	uv_close((uv_handle_t *)&w->check, on_closed);
}

void watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	free(w->engines);
	free(w->heap);
	free(w);
}

void watch_pause(struct watch *w, bool paused)
{
	if (w->paused == paused)
		return;
	w->paused = paused;
	poll_timer(w);
	if (paused)
		return;
	for (size_t i = 0; i < w->engine_count; i++)
		events_resume(&w->engines[i]);
	if (!w->once)
		poll_now(&w->tick);
	watch_refresh(w);
}

bool watch_paused(const struct watch *w)
{
	return w->paused;
}

void watch_refresh(struct watch *w)
{
	for (size_t i = 0; i < w->engine_count; i++)
		engine_refresh(&w->engines[i]);
	nfs_refresh(w);
	if (w->traefik != NULL)
		poll_now(&w->balancer);
}

void watch_retry(struct watch *w, size_t server)
{
	if (server >= w->engine_count)
		return;
	engine_retry(&w->engines[server]);
	nfs_retry(w, server);
}

void watch_stored(struct watch *w)
{
	for (size_t i = 0; i < w->engine_count; i++)
		for (size_t k = 0; k < w->engines[i].target_count; k++)
			target_stored_changed(w->engines[i].targets[k]);
}

void watch_balancer(struct watch *w)
{
	if (w->traefik != NULL)
		poll_now(&w->balancer);
}

static struct target *find_target(const struct watch *w, size_t server, const char *instance)
{
	for (size_t i = 0; server < w->engine_count && i < w->engines[server].target_count; i++)
		if (strcmp(w->engines[server].targets[i]->name, instance) == 0)
			return w->engines[server].targets[i];
	return NULL;
}

void watch_look(struct watch *w, size_t server, const char *instance)
{
	struct target *t = find_target(w, server, instance);
	if (t != NULL)
		target_look_soon(t);
}

void watch_tend(struct watch *w, size_t server, const char *instance, enum tending tending)
{
	struct target *t = find_target(w, server, instance);
	if (t != NULL)
		target_tend(t, tending);
}

struct http_endpoint *watch_engine(const struct watch *w, size_t server)
{
	return server < w->engine_count ? w->engines[server].endpoint : NULL;
}

struct http_endpoint *watch_api(const struct watch *w, size_t server, const char *instance)
{
	const struct target *t = find_target(w, server, instance);
	return t != NULL ? t->endpoint : NULL;
}

struct exec *watch_exec(struct watch *w, size_t server, const char *instance, const char *const *argv,
	exec_done_fn *done, void *user)
{
	struct target *t = find_target(w, server, instance);
	if (t == NULL || t->engine->endpoint == NULL || *t->id == '\0')
		return NULL;
	return exec_start(t, argv, done, user);
}

void watch_once(struct watch *w, int64_t timeout_ms, void (*on_ready)(void *user), void *user)
{
	w->once = true;
	w->on_ready = on_ready;
	w->ready_user = user;
	watch_start(w);
	poll_in(&w->deadline, timeout_ms);
}
