/*
 * simulate.c - a trace and a policy from files, played; with --compare beside other ways to decide.
 */
#include "simulate.h"

#include "command.h"
#include "config.h"
#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_BYTES_MAX ((size_t)64 << 20)
#define MESSAGE_MAX     1024

/* Without a configuration: the limits of the demo's server. */
#define DEFAULT_MIN 1
#define DEFAULT_MAX 6

/* A trace begins on Monday, 1 January 2024, at midnight UTC: only schedules see it. */
#define TRACE_WALL_MS INT64_C(1704067200000)
#define SEED          20240101

/* How long a start takes until the first answer, by where the weights come from. */
static const struct cold_start {
	const char *name;
	int64_t min, max;
} stores[] = {
	{"nfs", 3000, 4000},    /* over 1 Gb/s */
	{"nfs10g", 2500, 3500}, /* over 10 Gb/s */
	{"local", 2000, 3000},
};

static int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(int status, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	command_complain(message);
	return status;
}

/* ---- the trace ---- */

/* All of a file; NULL with errno set. The caller frees. */
static char *read_file(const char *path, size_t *len)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	*len = 0;
	if (!file) {
		return NULL;
	}
	for (size_t n = 1; n > 0 && *len < TRACE_BYTES_MAX;) {
		if (*len == room) {
			char *more = realloc(text, room = room * 2 + 65536);
			if (!more) {
				break;
			}
			text = more;
		}
		n = fread(text + *len, 1, room - *len, file);
		*len += n;
	}
	if (ferror(file)) {
		const int error = errno;
		free(text);
		text = NULL;
		errno = error;
	}
	if (file != stdin) {
		fclose(file);
	}
	return text;
}

static int read_trace(struct simulate *s)
{
	const char *path = s->options->simulate;
	char shown[256];
	size_t len, line;
	const char *error = NULL;
	text_clean(shown, sizeof(shown), path, strlen(path));
	char *text = read_file(path, &len);
	if (!text) {
		return fail(EXIT_WRONG, _("the trace %s cannot be read: %s"), shown, strerror(errno));
	}
	if (len >= TRACE_BYTES_MAX) {
		free(text);
		return fail(EXIT_WRONG, _("the trace %s is larger than 64M"), shown);
	}
	s->simulation.requests = simulation_parse(text, len, &s->simulation.count, &line, &error);
	free(text);
	return s->simulation.requests ? EXIT_DONE : fail(EXIT_WRONG, "%s:%zu: %s", shown, line, error);
}

/* ---- the policy ---- */

static const struct server_spec *find_server(const struct fleet_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->server_count; i++) {
		if (strcmp(spec->servers[i].name, name) == 0) {
			return &spec->servers[i];
		}
	}
	return NULL;
}

/* Whose policy is meant: the named server's, or the only one; NULL without any. */
static int choose_policy(struct simulate *s, const struct fleet_spec *spec)
{
	const char *name = s->options->arg_count > 0 ? s->options->args[0] : NULL;
	char shown[128];
	for (size_t i = 0; spec && i < spec->autoscale_count; i++) {
		if (!name || strcmp(spec->autoscale[i].server, name) == 0) {
			if (s->policy) {
				return fail(EXIT_WRONG,
					_("several servers have a policy; expected one of them: autoscale "
					  "--simulate TRACE.csv SERVER"));
			}
			s->policy = &spec->autoscale[i];
			const struct scale_spec *scale = &find_server(spec, s->policy->server)->scale;
			s->min = scale->min;
			s->max = scale->max;
		}
	}
	if (name && !s->policy) {
		text_clean(shown, sizeof(shown), name, strlen(name));
		return fail(EXIT_WRONG, _("autoscale: in the configuration has nothing for a server \"%s\""),
			shown);
	}
	return EXIT_DONE;
}

/* The figures that a simulated instance has. */
static bool is_played(enum policy_metric metric)
{
	return metric == POLICY_BUSY || metric == POLICY_INFLIGHT || metric == POLICY_QUEUE;
}

static int check_policy(struct simulate *s, const struct policy *policy)
{
	struct policy_target target;
	const struct policy_condition *c;
	enum policy_metric unknown = POLICY_METRICS;
	for (size_t i = 0; (c = policy_condition(policy, i)) != NULL; i++) {
		unknown = is_played(c->metric) ? unknown : c->metric;
	}
	if (policy_target(policy, &target) && !is_played(target.metric)) {
		unknown = target.metric;
	}
	if (unknown < POLICY_METRICS) {
		return fail(EXIT_WRONG,
			_("a trace tells nothing of %s; expected a policy of busy, inflight and queue"),
			policy_metric_name(unknown));
	}
	if (s->max > SIMULATION_INSTANCES_MAX) {
		return fail(EXIT_WRONG, _("max %d is more than a simulation plays; expected at most %d"),
			s->max, SIMULATION_INSTANCES_MAX);
	}
	return EXIT_DONE;
}

static void tell_policy(struct simulate *s)
{
	const struct autoscale_spec *p = s->policy;
	char up[24], down[24], rule[256];
	if (p->target_metric) {
		snprintf(rule, sizeof(rule), "target %s %g", p->target_metric, p->target_value);
	} else {
		snprintf(rule, sizeof(rule), "up when %.100s, down when %.100s", p->up_when, p->down_when);
	}
	snprintf(s->policy_text, sizeof(s->policy_text),
		"%s, cooldown %s up and %s down, step %d up and %d down", rule,
		text_duration(up, sizeof(up), p->cooldown_up_ms),
		text_duration(down, sizeof(down), p->cooldown_down_ms), p->step_up, p->step_down);
}

/* ---- the ways to decide ---- */

static int decide_by_policy(
	void *user, int64_t now, int64_t wall, const struct policy_sample *sample, const char **reason)
{
	struct policy *policy = user;
	const struct policy_decision *d = policy_feed(policy, now, wall, sample);
	*reason = d->reason;
	if (d->action == POLICY_HOLD) {
		return sample->count;
	}
	policy_acted(policy, now, wall, sample->count, d->desired);
	return d->desired;
}

static int play(struct simulate *s, const char *name, const struct simulation_scaler *scaler, int first)
{
	struct simulated *row = &s->rows[s->row_count++];
	snprintf(row->name, sizeof(row->name), "%s", name);
	s->simulation.first = first;
	return simulation_run(&s->simulation, scaler, &row->result)
		       ? EXIT_DONE
		       : fail(EXIT_UNWELL, "%s", _("out of memory"));
}

static int play_policy(struct simulate *s)
{
	struct policy_error error;
	struct policy *policy = policy_new(s->policy, s->min, s->max, &error);
	if (!policy) {
		return fail(EXIT_UNWELL, "%s", error.text);
	}
	const struct simulation_scaler scaler = {
		.every_ms = s->refresh_ms, .decide = decide_by_policy, .user = policy, .one_by_one = true};
	int status = check_policy(s, policy);
	if (status == EXIT_DONE) {
		status = play(s, "policy", &scaler, s->min > 0 ? s->min : 1);
	}
	const char *alert = policy_alert(policy);
	s->alert = alert ? strdup(alert) : NULL;
	policy_free(policy);
	return status;
}

static int play_fixed(struct simulate *s, int count)
{
	const struct simulation_scaler scaler = {.every_ms = 0};
	char name[24];
	snprintf(name, sizeof(name), "fixed-%d", count);
	return play(s, name, &scaler, count);
}

/* By the policy's own target, or by the default one where it goes by rules. */
static int play_hpa(struct simulate *s)
{
	struct hpa hpa = {.metric = POLICY_INFLIGHT,
		.target = POLICY_TARGET_DEFAULT,
		.min = s->min > 0 ? s->min : 1,
		.max = s->max};
	if (s->policy->target_metric) {
		hpa.metric = policy_metric_find(s->policy->target_metric, strlen(s->policy->target_metric));
		hpa.target = s->policy->target_value;
	}
	const struct simulation_scaler scaler = {.every_ms = HPA_SYNC_MS, .decide = hpa_decide, .user = &hpa};
	return play(s, "kubernetes-hpa", &scaler, hpa.min);
}

static int play_all(struct simulate *s)
{
	static const int fixed[] = {1, 3, 6};
	int status = play_policy(s);
	for (size_t i = 0; status == EXIT_DONE && s->options->compare && i < 3; i++) {
		status = play_fixed(s, fixed[i]);
	}
	return status == EXIT_DONE && s->options->compare ? play_hpa(s) : status;
}

/* ---- the result ---- */

static int write_svg(const struct simulate *s)
{
	const char *path = s->options->svg;
	char shown[256];
	FILE *file = fopen(path, "we");
	bool good = file != NULL;
	if (file) {
		simulate_svg(file, s);
		good = !ferror(file);
		good = fclose(file) == 0 && good;
	}
	text_clean(shown, sizeof(shown), path, strlen(path));
	return good ? EXIT_DONE
		    : fail(EXIT_UNWELL, _("the chart %s cannot be written: %s"), shown, strerror(errno));
}

static int tell(const struct simulate *s)
{
	int status = s->options->svg ? write_svg(s) : EXIT_DONE;
	if (s->options->format == FORMAT_TEXT) {
		simulate_text(stdout, s);
	} else if (!simulate_json(stdout, s)) {
		return fail(EXIT_UNWELL, "%s", _("out of memory"));
	}
	return result_flush(status);
}

static int set_up(struct simulate *s, struct fleet_spec **spec, struct autoscale_spec *standard)
{
	struct config_error error;
	char *path = config_find(s->options->config);
	const struct cold_start *store = &stores[s->options->store];
	s->min = DEFAULT_MIN;
	s->max = DEFAULT_MAX;
	s->store = store->name;
	s->simulation.parallel = s->options->parallel > 0 ? (int)s->options->parallel : 1;
	s->simulation.cold_min = store->min;
	s->simulation.cold_max = store->max;
	s->simulation.seed = SEED;
	s->simulation.wall = TRACE_WALL_MS;
	*spec = path ? config_load(path, &error) : NULL;
	if (path && !*spec) {
		free(path);
		return fail(EXIT_WRONG, "%s", error.message);
	}
	free(path);
	const int status = choose_policy(s, *spec);
	if (status == EXIT_DONE && !s->policy) {
		if (!policy_spec_default(standard)) {
			return fail(EXIT_UNWELL, "%s", _("out of memory"));
		}
		s->policy = standard;
	}
	s->simulation.max = s->max > 0 ? s->max : 1;
	s->refresh_ms = s->options->refresh_ms ? s->options->refresh_ms : *spec ? (*spec)->refresh_ms : 2000;
	return status;
}

int simulate_run(const struct options *options)
{
	struct simulate s = {.options = options};
	struct fleet_spec *spec = NULL;
	struct autoscale_spec standard;
	policy_spec_init(&standard);
	int status = set_up(&s, &spec, &standard);
	if (status == EXIT_DONE) {
		status = read_trace(&s);
	}
	if (status == EXIT_DONE) {
		tell_policy(&s);
		status = play_all(&s);
	}
	if (status == EXIT_DONE) {
		status = tell(&s);
	}
	for (size_t i = 0; i < s.row_count; i++) {
		simulation_result_free(&s.rows[i].result);
	}
	free((void *)s.simulation.requests);
	free(s.alert);
	policy_spec_clear(&standard);
	spec_free(spec);
	return status;
}
