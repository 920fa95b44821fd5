/*
 * watch_log.c - counts the requests that ended, by the lines that Gin writes into an instance's log. The log is
 * followed from its end; after a break it goes on where it was, so that no request is lost or counted twice.
 */
#include "watch_private.h"

#include "logs_private.h"
#include "ollama-top/i18n.h"
#include "ollama-top/requests.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each costs a connection, 30 KiB here, and a reader in the engine. */
#define FOLLOWED_OF_ENGINE 16
#define FOLLOWED_IN_ALL    64
/* After this a log that could not be read is tried again; and whether there is room for one more is looked at. */
#define UNREADABLE_MS (30 * 60 * 1000)
#define NO_ROOM_MS    (60 * 1000)
#define BATCH         64

struct follow {
	struct target *target;
	struct http_request *stream;
	struct log_messages messages;
	struct log_resume resume;
	struct ended_request ended[BATCH];
	size_t ended_count;
	char refusal[200]; /* the engine's own words in the stream; "" */
	int failures;
};

static void observe(struct target *t, const struct ended_request *list, size_t count, const char *error)
{
	struct observation o = {
		.kind = OBS_ENDED, .server = t->engine->index, .instance = t->name, .error = error};
	if (error == NULL) {
		o.u.ended.list = list;
		o.u.ended.count = count;
	}
	watch_observe(t->engine->watch, &o);
}

static void flush(struct follow *f)
{
	if (f->ended_count > 0)
		observe(f->target, f->ended, f->ended_count, NULL);
	f->ended_count = 0;
}

static bool on_message(void *user, const struct log_message *message)
{
	struct follow *f = user;
	struct gin_line line;
	if (message->stream == FRAMES_SYSTEM) {
		text_clean(f->refusal, sizeof f->refusal, message->data, message->len);
		return false;
	}
	if (!log_resume_is_new(&f->resume, message) || !gin_parse(message->data, message->len, &line) ||
		!gin_counts(&line))
		return true;
	f->ended[f->ended_count++] = (struct ended_request){line.status, line.seconds};
	if (f->ended_count == BATCH)
		flush(f);
	return true;
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct follow *f = user;
	/* What comes while paused is read later: the log is there to be asked again. */
	if (f->target->engine->watch->paused)
		return false;
	f->failures = 0;
	bool more = log_messages_push(&f->messages, data, len);
	flush(f);
	return more;
}

static void unreadable(struct follow *f, const char *why)
{
	observe(f->target, NULL, 0, why);
	poll_in(&f->target->log, UNREADABLE_MS);
}

static void on_done(void *user, const struct http_response *response)
{
	struct follow *f = user;
	struct target *t = f->target;
	char text[256], why[300];
	f->stream = NULL;
	log_messages_free(&f->messages);
	if (t->engine->watch->paused)
		return;
	if (*f->refusal != '\0') {
		unreadable(f, f->refusal);
		return;
	}
	if (response->error == NULL && response->status == 404) {
		poll_now(&t->engine->list);
		return;
	}
	const char *failed = response_error(
		response, "GET /containers/{id}/logs", docker_parse_refusal, text, sizeof text);
	if (failed != NULL && response->error == NULL) {
		first_line(failed, why, sizeof why);
		unreadable(f, why);
		return;
	}
	/* It ends with the container, whose start begins it again. */
	if (response->error != NULL)
		engine_doubt(t->engine);
	f->failures++;
	poll_in(&t->log, backoff_ms(1000, f->failures));
}

static size_t followed(const struct engine *e)
{
	size_t count = 0;
	for (size_t i = 0; i < e->target_count; i++)
		count += e->targets[i]->follow != NULL;
	return count;
}

/* Makes room for one more, or says why there is none. */
static struct follow *follow_of(struct target *t)
{
	struct engine *e = t->engine;
	char why[200];
	if (t->follow != NULL)
		return t->follow;
	if (followed(e) >= FOLLOWED_OF_ENGINE || e->watch->followed >= FOLLOWED_IN_ALL) {
		snprintf(why, sizeof why,
			_("its log is not followed: at most %d of a server are, and %d in all"),
			FOLLOWED_OF_ENGINE, FOLLOWED_IN_ALL);
		observe(t, NULL, 0, why);
		poll_in(&t->log, NO_ROOM_MS);
		return NULL;
	}
	t->follow = calloc(1, sizeof *t->follow);
	if (t->follow == NULL)
		return NULL;
	t->follow->target = t;
	e->watch->followed++;
	return t->follow;
}

static void start(struct follow *f)
{
	struct target *t = f->target;
	char path[192 + DOCKER_ID_MAX], from[64] = "tail=0";
	(void)log_resume_query(&f->resume, from, sizeof from);
	/* Gin writes to standard output; what the models' runners have to say goes to the other one. */
	engine_path(t->engine, path, sizeof path, "/containers/%s/logs?stdout=1&timestamps=1&follow=1&%s",
		t->id, from);
	*f->refusal = '\0';
	if (!log_messages_init(&f->messages, t->tty, on_message, f))
		return;
	f->stream = http_send(t->engine->endpoint, &(struct http_request_options){.path = path,
							   .deadline_ms = engine_timeout(t->engine),
							   .on_data = on_data,
							   .on_done = on_done,
							   .user = f});
	if (f->stream == NULL)
		log_messages_free(&f->messages);
	else
		observe(t, NULL, 0, NULL);
}

static void ask_log(struct poll *p)
{
	struct target *t = p->owner;
	const struct engine *e = t->engine;
	if (p->watch->once || e->status != ENGINE_UP || t->status != CONTAINER_RUNNING || !t->inspected ||
		!target_is_ollama(t))
		return;
	struct follow *f = follow_of(t);
	if (f != NULL && f->stream == NULL)
		start(f);
}

const struct poll_kind log_poll = {"log", ON_DEMAND, ask_log, NULL};

void log_start(struct target *t)
{
	if (t->engine->watch->once || (t->follow != NULL && t->follow->stream != NULL))
		return;
	poll_now(&t->log);
}

void log_stop(struct target *t)
{
	struct follow *f = t->follow;
	poll_off(&t->log);
	if (f == NULL || f->stream == NULL)
		return;
	http_cancel(f->stream);
	f->stream = NULL;
	log_messages_free(&f->messages);
}

void log_forget(struct target *t)
{
	log_stop(t);
	if (t->follow != NULL)
		t->engine->watch->followed--;
	free(t->follow);
	t->follow = NULL;
}
