/*
 * doctor_probe_instance.c - what is asked about one instance: its container's inspect, the end of its log where
 * it does not answer, what the user of its container may do in its store, and its clock.
 */
#include "doctor_places.h"
#include "doctor_probe_private.h"

#include "ollama-top/frames.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 1024
#define LOG_LINES      "20"
#define ARGV_MAX       48

static struct http_endpoint *engine_of(const struct chain *chain, char *path, size_t size, const char *rest)
{
	const struct server *server = &chain->app->fleet->servers[chain->facts->server];
	const struct instance *i = chain_instance(chain);
	if (!i || i->present == 0 || server->docker.status != LINK_OK || !server->docker_api) {
		return NULL;
	}
	/* By name where the watch could not inspect it: an engine may be slow about one that keeps restarting. */
	const char *container = i->container.id[0] != '\0' ? i->container.id : place_container(i);
	if (!place_is_name(container)) {
		return NULL;
	}
	snprintf(path, size, "/v%s/containers/%s/%s", server->docker_api, container, rest);
	return watch_engine(chain->app->watch, chain->facts->server);
}

static void on_inspect(struct chain *chain, const struct http_response *response)
{
	if (response->status == 200) {
		facts_parse_inspect(response->body, response->body_len, chain->facts);
	}
}

static bool ask_inspect(struct chain *chain)
{
	char path[PATH_MAX_BYTES];
	struct http_endpoint *engine = engine_of(chain, path, sizeof(path), "json");
	return chain_ask(chain, engine, &(struct http_request_options){.path = path}, on_inspect);
}

struct lines {
	char text[FACT_LOG_MAX];
	size_t len;
};

static bool keep_piece(void *user, enum frames_stream stream, const char *data, size_t len)
{
	struct lines *lines = user;
	const size_t room = sizeof(lines->text) - lines->len;
	(void)stream;
	memcpy(lines->text + lines->len, data, len < room ? len : room);
	lines->len += len < room ? len : room;
	return lines->len < sizeof(lines->text);
}

/* The lines, each cleaned. */
static char *clean_lines(const struct lines *lines)
{
	char *out = malloc(lines->len + 1);
	size_t at = 0;
	for (size_t from = 0; out && from < lines->len;) {
		const char *end = memchr(lines->text + from, '\n', lines->len - from);
		const size_t len = end ? (size_t)(end - lines->text) - from : lines->len - from;
		/* What is cleaned is never longer. */
		at += text_clean(out + at, len + 1, lines->text + from, len);
		from += len + 1;
		if (end) {
			out[at++] = '\n';
		}
	}
	if (out) {
		out[at] = '\0';
	}
	return out;
}

static void on_log(struct chain *chain, const struct http_response *response)
{
	struct lines *lines = response->status == 200 ? calloc(1, sizeof(*lines)) : NULL;
	struct frames frames;
	if (!lines) {
		return;
	}
	frames_init(&frames, chain->facts->tty, keep_piece, lines);
	frames_push(&frames, response->body, response->body_len);
	chain->facts->log = clean_lines(lines);
	free(lines);
}

/* Why something does not answer stands in its log. */
static bool ask_log(struct chain *chain)
{
	char path[PATH_MAX_BYTES];
	const struct instance *i = chain_instance(chain);
	if (!i || !chain->facts->inspected || i->api.status == LINK_OK) {
		return false;
	}
	struct http_endpoint *engine =
		engine_of(chain, path, sizeof(path), "logs?stdout=1&stderr=1&tail=" LOG_LINES);
	return chain_ask(chain, engine, &(struct http_request_options){.path = path}, on_log);
}

/* A question about the store, put to test(1) in the container. */
struct question {
	const char *options; /* a letter for each test of test(1), of each of its paths */
	bool key;            /* of the key; else of the models' two folders */
	bool writer;         /* only where models are written */
	size_t answer;       /* in struct facts_instance */
};

static const struct question questions[] = {
	{"d", false, false, offsetof(struct facts_instance, folders)},
	{"rx", false, false, offsetof(struct facts_instance, readable)},
	{"w", false, true, offsetof(struct facts_instance, writable)},
	{"e", true, false, offsetof(struct facts_instance, key)},
	{"r", true, false, offsetof(struct facts_instance, key_readable)},
};
#define QUESTIONS (sizeof(questions) / sizeof(*questions))

struct test {
	const char *argv[ARGV_MAX];
	size_t argc;
	char folders[2][PATH_MAX_BYTES];
	char options[QUESTIONS * 2][3];
	size_t option_count;
};

static void add_tests(struct test *test, const struct question *q, const struct facts_instance *facts)
{
	const char *paths[] = {q->key ? facts->key_path : test->folders[0], q->key ? NULL : test->folders[1]};
	for (const char *letter = q->options; *letter != '\0'; letter++) {
		char *option = test->options[test->option_count++];
		snprintf(option, sizeof(test->options[0]), "-%c", *letter);
		for (size_t k = 0; k < 2 && paths[k]; k++) {
			if (test->argc > 1) {
				test->argv[test->argc++] = "-a";
			}
			test->argv[test->argc++] = option;
			test->argv[test->argc++] = paths[k];
		}
	}
}

static bool applies(const struct chain *chain, const struct question *q)
{
	return !q->writer || chain->app->spec->servers[chain->facts->server].role == ROLE_RW;
}

static void begin_test(struct test *test, const struct facts_instance *facts)
{
	*test = (struct test){.argv = {"test"}, .argc = 1};
	snprintf(test->folders[0], sizeof(test->folders[0]), "%s/manifests", facts->models_path);
	snprintf(test->folders[1], sizeof(test->folders[1]), "%s/blobs", facts->models_path);
}

/* ANSWER_UNKNOWN with facts->why set, unless test(1) has spoken. */
static enum answer read_answer(struct facts_instance *facts, const struct exec_result *result)
{
	const char *why = NULL;
	if (!result) {
		why = _("the command did not end in time");
	} else if (result->missing) {
		why = _("the image has no test(1) to look with");
	} else if (result->error) {
		why = result->error;
	} else if (result->exit_code == 0 || result->exit_code == 1) {
		return result->exit_code == 0 ? ANSWER_YES : ANSWER_NO;
	} else {
		why = result->err[0] != '\0' ? result->err : _("test(1) failed");
	}
	text_clean(facts->why, sizeof(facts->why), why, strcspn(why, "\r\n"));
	return ANSWER_UNKNOWN;
}

static enum answer *answer_to(struct facts_instance *facts, const struct question *q)
{
	return (enum answer *)((char *)facts + q->answer);
}

static void on_all(struct chain *chain, const struct exec_result *result)
{
	if (read_answer(chain->facts, result) != ANSWER_YES) {
		return;
	}
	chain->index = QUESTIONS;
	for (size_t k = 0; k < QUESTIONS; k++) {
		if (applies(chain, &questions[k])) {
			*answer_to(chain->facts, &questions[k]) = ANSWER_YES;
		}
	}
}

static bool may_look(struct chain *chain)
{
	struct facts_instance *facts = chain->facts;
	const struct instance *i = chain_instance(chain);
	const char *why = NULL;
	if (i && !instance_is_ollama(i)) {
		why = _("it keeps no models in the store");
	} else if (!i || !facts->inspected || !facts->models_path || !facts->key_path) {
		why = _("its container is not known");
	} else if (i->container.status != CONTAINER_RUNNING) {
		why = _("its container does not run");
	} else if (i->store.hung || i->store.probing_since != 0) {
		why = _("the store does not answer");
	}
	if (why) {
		snprintf(facts->why, sizeof(facts->why), "%s", why);
	}
	return !why;
}

/* All at once first: on a healthy fleet one command for each instance is enough. */
static bool ask_all(struct chain *chain)
{
	struct test test;
	if (!may_look(chain)) {
		return false;
	}
	begin_test(&test, chain->facts);
	for (size_t k = 0; k < QUESTIONS; k++) {
		if (applies(chain, &questions[k])) {
			add_tests(&test, &questions[k], chain->facts);
		}
	}
	return chain_exec(chain, test.argv, on_all);
}

static void on_one(struct chain *chain, const struct exec_result *result)
{
	*answer_to(chain->facts, &questions[chain->index++]) = read_answer(chain->facts, result);
}

/* One after the other, to tell what it is that is not so. */
static bool ask_one(struct chain *chain)
{
	struct test test;
	const struct facts_instance *facts = chain->facts;
	while (chain->index < QUESTIONS && !applies(chain, &questions[chain->index])) {
		chain->index++;
	}
	if (facts->why[0] != '\0' || chain->index >= QUESTIONS) {
		return false;
	}
	begin_test(&test, facts);
	add_tests(&test, &questions[chain->index], facts);
	return chain_exec(chain, test.argv, on_one);
}

static void on_list(struct chain *chain, const struct exec_result *result)
{
	const char *said = result && !result->error ? result->err : "";
	text_clean(chain->facts->refusal, sizeof(chain->facts->refusal), said, strcspn(said, "\r\n"));
}

/* That a folder is none to test(1) may be for want of permission, or of a server that still knows the mount. */
static bool ask_list(struct chain *chain)
{
	char folder[PATH_MAX_BYTES];
	if (chain->facts->folders != ANSWER_NO) {
		return false;
	}
	snprintf(folder, sizeof(folder), "%s/manifests", chain->facts->models_path);
	const char *const argv[] = {"ls", "-d", folder, NULL};
	return chain_exec(chain, argv, on_list);
}

static void on_partials(struct chain *chain, const struct exec_result *result)
{
	struct facts_instance *facts = chain->facts;
	/* grep ends with 1 when there is none. */
	if (!result || result->error || (result->out_len == 0 && result->exit_code != 1)) {
		return;
	}
	facts->partials_known =
		probe_parse_partials(result->out, result->out_len, &facts->partials, &facts->partial_count);
}

/* Layers that are not complete, in the store that is pulled to. */
static bool ask_partials(struct chain *chain)
{
	char blobs[PATH_MAX_BYTES];
	if (chain->facts->folders != ANSWER_YES ||
		chain->app->spec->servers[chain->facts->server].role != ROLE_RW) {
		return false;
	}
	snprintf(blobs, sizeof(blobs), "%s/blobs", chain->facts->models_path);
	const char *const argv[] = {"grep", "-r", "--include=*-partial-*", ".", blobs, NULL};
	return chain_exec(chain, argv, on_partials);
}

static void on_date(struct chain *chain, const struct http_response *response)
{
	if (response->error || response->date_wall == 0) {
		return;
	}
	/* The header counts whole seconds, so that on the average it is half a one behind. */
	const int64_t date_ms = response->date_wall + 500;
	chain->facts->skew_known = true;
	chain->facts->skew_ms =
		date_ms - (clock_wall_ms(&chain->app->clock) - (int64_t)(response->latency_ms / 2));
}

/* The engine tells its clock better, where there is one. */
static bool ask_date(struct chain *chain)
{
	const struct instance *i = chain_instance(chain);
	if (!i || i->api.status != LINK_OK || i->server->clock_skew_known) {
		return false;
	}
	return chain_ask(chain, watch_api(chain->app->watch, chain->facts->server, chain->facts->name),
		&(struct http_request_options){.path = "/api/version"}, on_date);
}

const chain_step chain_instance_steps[] = {
	ask_inspect,
	ask_log,
	ask_all,
	ask_one,
	ask_one,
	ask_one,
	ask_one,
	ask_one,
	ask_list,
	ask_partials,
	ask_date,
	NULL,
};
_Static_assert(QUESTIONS == 5, "as many of ask_one");
