/*
 * logs.c - see logs.h. Each start asks three questions: the engine's API version (once), what the container
 * is (it may have been created anew, and whether it has a terminal decides the format), and its log.
 */
#include "ollama-top/logs.h"

#include "ollama-top/docker.h"
#include "ollama-top/docker_endpoint.h"
#include "ollama-top/i18n.h"
#include "ollama-top/reach.h"
#include "ollama-top/text.h"

#include "logs_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_MS        250
#define RETRY_MAX_MS    30000
#define WAIT_MAX_MS     4000 /* between two looks at a container that does not run */
#define ATTEMPTS_MAX    3    /* of reading what there is */
#define SILENCE_FACTOR  10   /* of the timeout: how long what there is may make a pause */
#define CONTAINER_CHARS "_.-"

struct logs {
	struct logs_options options;
	char *container;
	struct docker_endpoint where;
	struct http_endpoint *endpoint;
	struct http_request *request;
	uv_timer_t timer;
	char api[16], id[DOCKER_ID_MAX];
	bool running;         /* when it was last looked at */
	int64_t ended_wall;   /* and when it had ended; 0: it had not */
	int64_t drained_wall; /* the log of the run that ended then was read to its end */
	struct log_messages messages;
	struct log_lines lines[2];
	struct log_resume resume;
	const char *malformed; /* why the answer cannot be read on, or NULL */
	enum logs_state state;
	char trouble[400], refusal[256];
	int failures, looks;
	int64_t retry_at;
	bool closing;
};

static void ask_version(struct logs *l);
static void ask_container(struct logs *l);

static void changed(struct logs *l)
{
	if (!l->closing && l->options.on_change != NULL)
		l->options.on_change(l->options.user);
}

static void on_retry(uv_timer_t *timer)
{
	struct logs *l = timer->data;
	l->retry_at = 0;
	if (*l->api != '\0')
		ask_container(l);
	else
		ask_version(l);
}

static void retry_in(struct logs *l, int64_t ms)
{
	l->retry_at = clock_mono_ms(l->options.clock) + ms;
	uv_timer_start(&l->timer, on_retry, (uint64_t)ms, 0);
}

/* RETRY_MS, and twice as long each time, at most `max`. */
static int64_t backoff(int times, int64_t max)
{
	int64_t ms = RETRY_MS;
	for (int i = 0; i < times && ms < max; i++)
		ms *= 2;
	return ms < max ? ms : max;
}

static void failed(struct logs *l, const char *text)
{
	l->state = LOGS_FAILED;
	snprintf(l->trouble, sizeof l->trouble, "%s", text);
	/* Whatever comes back may be another engine. */
	*l->api = '\0';
	if (l->options.follow || (l->resume.added > 0 && l->failures < ATTEMPTS_MAX))
		retry_in(l, backoff(l->failures, RETRY_MAX_MS));
	l->failures++;
	changed(l);
}

/* The answer of a question that is no stream: true when it is one, else the trouble is told. */
static bool answered(struct logs *l, const struct http_response *response, const char *what)
{
	char refusal[160] = "", text[400];
	l->request = NULL;
	if (response->error == NULL && response->status >= 200 && response->status < 300)
		return true;
	if (response->error != NULL) {
		snprintf(text, sizeof text, _("Docker of %s: %s"), l->options.server->name,
			reach_explain(l->options.tunnels, l->options.server, NULL, NULL, response->error));
	} else if (response->status == 404) {
		snprintf(text, sizeof text, _("there is no container %s on %s"), l->container,
			l->options.server->name);
	} else {
		docker_parse_refusal(response->body, response->body_len, refusal, sizeof refusal);
		snprintf(text, sizeof text, _("Docker of %s: %s: %d%s%s"), l->options.server->name, what,
			response->status, *refusal != '\0' ? ", " : "", refusal);
	}
	failed(l, text);
	return false;
}

static void ask(struct logs *l, const char *path, http_done_fn *on_done)
{
	l->request = http_send(l->endpoint,
		&(struct http_request_options){
			.path = path, .deadline_ms = l->options.timeout_ms, .on_done = on_done, .user = l});
	if (l->request == NULL)
		failed(l, _("out of memory"));
}

static void answer_version(void *user, const struct http_response *response)
{
	struct logs *l = user;
	struct docker_version version;
	struct parse_error error;
	if (!answered(l, response, "GET /version"))
		return;
	if (!docker_parse_version(response->body, response->body_len, &version, &error) ||
		!docker_negotiate(&version, l->api, sizeof l->api, &error))
		failed(l, error.text);
	else
		ask_container(l);
}

static void ask_version(struct logs *l)
{
	ask(l, "/version", answer_version);
}

/* The engine's own errors come as a stream of their own in between. */
static bool on_message(void *user, const struct log_message *message)
{
	struct logs *l = user;
	if (message->stream == FRAMES_SYSTEM) {
		text_clean(l->refusal, sizeof l->refusal, message->data, message->len);
		l->malformed = l->refusal;
		return false;
	}
	if (log_resume_is_new(&l->resume, message)) {
		l->failures = l->looks = 0;
		log_lines_add(&l->lines[message->stream == FRAMES_STDERR], message);
	}
	return !l->closing;
}

static void on_line(void *user, const struct log_line *line)
{
	struct logs *l = user;
	if (!l->closing)
		l->options.on_line(l->options.user, line);
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct logs *l = user;
	bool more = log_messages_push(&l->messages, data, len);
	if (!more && l->messages.frames.malformed)
		l->malformed = _("the answer is no log of a container");
	changed(l);
	return more && !l->closing;
}

static void end_lines(struct logs *l)
{
	log_lines_flush(&l->lines[0]);
	log_lines_flush(&l->lines[1]);
}

/* The stream has come to its end: the container does not run any more, or there was no more. */
static void ended(struct logs *l)
{
	end_lines(l);
	l->failures = 0;
	if (!l->running)
		l->drained_wall = l->ended_wall;
	if (!l->options.follow)
		l->state = LOGS_DONE;
	else
		retry_in(l, backoff(l->looks++, WAIT_MAX_MS));
	changed(l);
}

static void answer_log(void *user, const struct http_response *response)
{
	struct logs *l = user;
	bool whole = response->error == NULL && log_messages_end(&l->messages);
	char text[400];
	log_messages_free(&l->messages);
	if (l->malformed != NULL) {
		l->request = NULL;
		snprintf(text, sizeof text, _("Docker of %s: %s"), l->options.server->name, l->malformed);
		failed(l, text);
	} else if (answered(l, response, "GET /containers/{id}/logs")) {
		if (whole) {
			ended(l);
			return;
		}
		snprintf(text, sizeof text, _("Docker of %s: the log was cut off"), l->options.server->name);
		failed(l, text);
	}
	/* A line that is not whole yet stays: its pieces are remembered, and only the rest comes as new. */
}

static void ask_log(struct logs *l, bool tty)
{
	char path[256], from[64] = "tail=all";
	if (!log_resume_query(&l->resume, from, sizeof from) && l->options.tail >= 0)
		snprintf(from, sizeof from, "tail=%ld", l->options.tail);
	snprintf(path, sizeof path, "/v%s/containers/%s/logs?stdout=1&stderr=1&timestamps=1&follow=%d&%s",
		l->api, l->id, l->options.follow, from);
	l->malformed = NULL;
	if (!log_messages_init(&l->messages, tty, on_message, l)) {
		failed(l, _("out of memory"));
		return;
	}
	l->request = http_send(l->endpoint,
		&(struct http_request_options){.path = path,
			.deadline_ms = l->options.timeout_ms,
			.idle_ms = l->options.follow ? 0 : SILENCE_FACTOR * l->options.timeout_ms,
			.on_data = on_data,
			.on_done = answer_log,
			.user = l});
	if (l->request == NULL) {
		log_messages_free(&l->messages);
		failed(l, _("out of memory"));
		return;
	}
	l->state = LOGS_OPEN;
	*l->trouble = '\0';
	changed(l);
}

static void take_container(struct logs *l, const struct docker_inspected *inspected)
{
	const struct container *c = &inspected->container;
	/* Another container of this name: its log is new from the first line. */
	if (*l->id != '\0' && strcmp(l->id, c->id) != 0) {
		end_lines(l);
		log_resume_forget(&l->resume);
		l->drained_wall = 0;
		l->options.tail = LOG_ALL;
	}
	memcpy(l->id, c->id, sizeof l->id);
	l->running = c->status == CONTAINER_RUNNING || c->status == CONTAINER_PAUSED;
	l->ended_wall = l->running ? 0 : c->finished_wall;
}

static void answer_container(void *user, const struct http_response *response)
{
	struct logs *l = user;
	struct docker_inspected inspected;
	struct parse_error error;
	if (!answered(l, response, "GET /containers/{id}/json"))
		return;
	if (!docker_parse_inspect(response->body, response->body_len, &inspected, &error)) {
		failed(l, error.text);
		return;
	}
	bool tty = inspected.tty;
	take_container(l, &inspected);
	docker_free_inspected(&inspected);
	if (!l->options.follow || l->ended_wall == 0 || l->drained_wall != l->ended_wall) {
		ask_log(l, tty);
		return;
	}
	l->state = LOGS_WAITING;
	snprintf(l->trouble, sizeof l->trouble, _("container %s does not run: waiting for its start"),
		l->container);
	retry_in(l, backoff(l->looks++, WAIT_MAX_MS));
	changed(l);
}

static void ask_container(struct logs *l)
{
	char path[TEXT_NAME_MAX + 64];
	snprintf(path, sizeof path, "/v%s/containers/%s/json", l->api, l->container);
	ask(l, path, answer_container);
}

/* What the Engine API takes in a path: [a-zA-Z0-9][a-zA-Z0-9_.-]* */
static bool fit_for_path(const char *container)
{
	size_t len = strlen(container);
	if (len == 0 || len >= TEXT_NAME_MAX || strchr(CONTAINER_CHARS, container[0]) != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)container[i]) && strchr(CONTAINER_CHARS, container[i]) == NULL)
			return false;
	return true;
}

/* Why there is nothing to ask, or NULL. */
static const char *impossible(struct logs *l)
{
	if (l->options.server->docker == NULL)
		return _("no Docker Engine is configured for it (docker: in the configuration)");
	if (!fit_for_path(l->container))
		return _("its container has no name that Docker would take");
	l->endpoint = reach_docker(l->options.http, l->options.tunnels, l->options.server, &l->where);
	return l->endpoint == NULL ? l->where.error : NULL;
}

struct logs *logs_open(const struct logs_options *options)
{
	struct logs *l = calloc(1, sizeof *l);
	char *container = l != NULL ? strdup(options->container) : NULL;
	if (container == NULL) {
		free(l);
		return NULL;
	}
	l->options = *options;
	l->container = container;
	if (!log_lines_init(&l->lines[0], LOG_STDOUT, on_line, l) ||
		!log_lines_init(&l->lines[1], LOG_STDERR, on_line, l)) {
		log_lines_free(&l->lines[0]);
		log_lines_free(&l->lines[1]);
		free(container);
		free(l);
		return NULL;
	}
	uv_timer_init(options->loop, &l->timer);
	l->timer.data = l;
	const char *why = impossible(l);
	if (why != NULL) {
		l->state = LOGS_FAILED;
		snprintf(l->trouble, sizeof l->trouble, "%s: %s", options->server->name, why);
	} else {
		uv_timer_start(&l->timer, on_retry, 0, 0);
	}
	return l;
}

static void on_closed(uv_handle_t *handle)
{
	struct logs *l = handle->data;
	log_messages_free(&l->messages);
	log_lines_free(&l->lines[0]);
	log_lines_free(&l->lines[1]);
	free(l->container);
	free(l);
}

void logs_close(struct logs *l)
{
	if (l == NULL || l->closing)
		return;
	l->closing = true;
	/* Requests end with the endpoint; the memory stays until the callback that this may be called from is over. */
	http_endpoint_free(l->endpoint);
	uv_close((uv_handle_t *)&l->timer, on_closed);
}

enum logs_state logs_state(const struct logs *l)
{
	return l->state;
}

const char *logs_trouble(const struct logs *l)
{
	return l->trouble;
}

int64_t logs_retry_at(const struct logs *l)
{
	return l->retry_at;
}
