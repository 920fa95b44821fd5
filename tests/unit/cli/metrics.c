/* What Prometheus reads: formats, escapes, histograms, limits, and what a client asks for. */
#include "cli/metrics_private.h"

#include "ollama-top/config.h"
#include "ollama-top/observation.h"
#include "ollama-top/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW  ((int64_t)100000)
#define WALL ((int64_t)1767269071000)

static const char yaml[] = "servers:\n"
			   "- {name: 'a\"b\\c', host: 10.0.0.80, role: rw, docker: 'unix:///d',\n"
			   "   instances: [{name: ollama, port: 11434}, {name: other, port: 11435}]}\n"
			   "traefik: {api: 'http://h:8080', service: ollama}\n";

static struct fleet_spec *spec;
static struct fleet *fleet;

static void open_world(void)
{
	struct config_error error;
	spec = config_parse("f", yaml, sizeof(yaml) - 1, &error);
	cr_assert_not_null(spec, "%s", error.message);
	fleet = fleet_new(spec, NOW, WALL);
	cr_assert_not_null(fleet);
}

static void close_world(void)
{
	fleet_free(fleet);
	spec_free(spec);
}

TestSuite(metrics, .init = open_world, .fini = close_world);

static struct observation seen(enum observation_kind kind, const char *instance, int64_t after_ms)
{
	return (struct observation){
		.kind = kind, .at = NOW + after_ms, .wall = WALL + after_ms, .instance = instance};
}

static void see_version(const char *instance, double latency_ms)
{
	struct observation o = seen(OBS_VERSION, instance, 0);
	o.u.version.version = "0.9.0";
	o.u.version.latency_ms = latency_ms;
	fleet_apply(fleet, &o);
}

/* `count` models with names from `name`, which has a %d. */
static void see_models(const char *instance, const char *name, int count, int64_t expires, int64_t after_ms)
{
	struct model_loaded models[METRICS_MODELS_MAX + 8];
	char names[METRICS_MODELS_MAX + 8][32];
	struct observation o = seen(OBS_LOADED, instance, after_ms);
	cr_assert_leq((size_t)count, sizeof(models) / sizeof(*models));
	for (int i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "%s%d", name, i);
		models[i] =
			(struct model_loaded){.name = names[i], .size = 1000 + i, .expires_wall = expires};
	}
	o.u.loaded.models = models;
	o.u.loaded.count = (size_t)count;
	fleet_apply(fleet, &o);
}

static char *written(enum metrics_format format, const struct metrics_self *self)
{
	size_t len = 0;
	const struct metrics_source source = {.fleet = fleet, .self = self};
	char *text = metrics_write(&source, format, &len);
	cr_assert_not_null(text);
	cr_assert_eq(len, strlen(text));
	return text;
}

static void expect(bool there, const char *line, enum metrics_format format, const struct metrics_self *self)
{
	char whole[4 * TEXT_NAME_MAX];
	char *text = written(format, self);
	snprintf(whole, sizeof(whole), "\n%s\n", line);
	cr_expect_eq(strstr(text, whole) != NULL, there, "%s: %s in\n%s", there ? "missing" : "too much",
		line, text);
	free(text);
}

static void has(const char *line)
{
	expect(true, line, METRICS_TEXT, NULL);
	if (line[0] != '#') {
		expect(true, line, METRICS_OPENMETRICS, NULL);
	}
}

static void lacks(const char *line)
{
	expect(false, line, METRICS_TEXT, NULL);
}

Test(metrics, what_is_not_known_has_no_sample)
{
	char *text = written(METRICS_TEXT, NULL);
	cr_expect_null(strstr(text, "ollama_top_instance_up"));
	cr_expect_null(strstr(text, "memory_used"));
	cr_expect_null(strstr(text, "NaN") != NULL ? "NaN" : NULL);
	cr_expect_null(strstr(text, "ollama_top_exporter_scrapes"), "a snapshot exports nothing");
	free(text);
}

Test(metrics, labels_are_escaped)
{
	see_version("ollama", 2);
	has("ollama_top_instance_up{server=\"a\\\"b\\\\c\",ollama=\"ollama\"} 1");
}

Test(metrics, hostile_names_are_made_safe)
{
	const struct model_loaded model = {.name = (char[]){"x\033[31m\n\"y\\\xff"}, .size = 7};
	struct observation o = seen(OBS_LOADED, "ollama", 0);
	o.u.loaded.models = &model;
	o.u.loaded.count = 1;
	fleet_apply(fleet, &o);
	has("ollama_top_model_loaded_bytes{server=\"a\\\"b\\\\c\",ollama=\"ollama\",model=\"x[31m "
	    "\\\"y\\\\?\"} 7");
}

Test(metrics, a_histogram_adds_up)
{
	see_version("ollama", 1); /* the bound itself is within */
	see_version("ollama", 1.5);
	see_version("ollama", 900);
	see_version("ollama", 60000);
#define PROBE "ollama_top_instance_probe_duration_seconds"
#define WHO   "server=\"a\\\"b\\\\c\",ollama=\"ollama\""
	has("# TYPE " PROBE " histogram");
	has(PROBE "_bucket{" WHO ",le=\"0.001\"} 1");
	has(PROBE "_bucket{" WHO ",le=\"0.0025\"} 2");
	has(PROBE "_bucket{" WHO ",le=\"0.5\"} 2");
	has(PROBE "_bucket{" WHO ",le=\"1.0\"} 3");
	has(PROBE "_bucket{" WHO ",le=\"2.5\"} 3");
	has(PROBE "_bucket{" WHO ",le=\"+Inf\"} 4");
	has(PROBE "_count{" WHO "} 4");
	has(PROBE "_sum{" WHO "} 60.9025");
}

Test(metrics, counters_and_units_in_both_formats)
{
	struct observation o = seen(OBS_VERSION, "ollama", 0);
	o.error = "refused";
	fleet_apply(fleet, &o);
	has("ollama_top_instance_up{" WHO "} 0");
	has("ollama_top_instance_probes_failed_total{" WHO "} 1");
	has("# TYPE ollama_top_instance_probes_failed_total counter");
	expect(true, "# TYPE ollama_top_instance_probes_failed counter", METRICS_OPENMETRICS, NULL);
	expect(true, "# TYPE ollama_top_server info", METRICS_OPENMETRICS, NULL);
	expect(true, "# TYPE ollama_top_server_info gauge", METRICS_TEXT, NULL);
	expect(true, "# UNIT ollama_top_instance_probe_duration_seconds seconds", METRICS_OPENMETRICS, NULL);
	lacks("# UNIT ollama_top_instance_probe_duration_seconds seconds");
}

Test(metrics, openmetrics_has_an_end)
{
	char *text = written(METRICS_OPENMETRICS, NULL);
	const char *end = strstr(text, "# EOF\n");
	cr_assert_not_null(end);
	cr_expect_str_eq(end, "# EOF\n");
	free(text);
	text = written(METRICS_TEXT, NULL);
	cr_expect_null(strstr(text, "# EOF"));
	free(text);
}

Test(metrics, one_state_holds)
{
	char *text = written(METRICS_TEXT, NULL);
	size_t states = 0;
	size_t holding = 0;
	for (const char *at = strstr(text, "\nollama_top_instance_state{"); at;
		at = strstr(at + 1, "\nollama_top_instance_state{")) {
		states++;
		const char *value = strchr(at + 1, '}');
		holding += value && value[2] == '1';
	}
	cr_expect_eq(states, (size_t)2 * STATE_COUNT);
	cr_expect_eq(holding, 2);
	free(text);
}

Test(metrics, what_is_left_out_is_counted)
{
	see_models("ollama", "m", METRICS_MODELS_MAX + 3, WALL + 1000, 0);
	has("ollama_top_instance_models_loaded{" WHO "} 35");
	has("ollama_top_exporter_left_out{what=\"models\"} 3");
	has("ollama_top_exporter_left_out{what=\"instances\"} 0");
	char *text = written(METRICS_TEXT, NULL);
	size_t models = 0;
	for (const char *at = strstr(text, "\nollama_top_model_loaded_bytes{"); at;
		at = strstr(at + 1, "\nollama_top_model_loaded_bytes{")) {
		models++;
	}
	cr_expect_eq(models, METRICS_MODELS_MAX);
	free(text);
}

Test(metrics, two_of_the_same_labels_are_one)
{
	char url[] = "http://10.0.0.80:11434";
	const struct balancer_server pool[] = {{.url = url, .status = "UP"}, {.url = url, .status = "DOWN"}};
	struct observation o = seen(OBS_BALANCER, NULL, 0);
	o.u.balancer.servers = pool;
	o.u.balancer.count = 2;
	fleet_apply(fleet, &o);
	has("ollama_top_balancer_server_up{url=\"http://10.0.0.80:11434\"} 1");
	lacks("ollama_top_balancer_server_up{url=\"http://10.0.0.80:11434\"} 0");
	has("ollama_top_exporter_left_out{what=\"duplicates\"} 1");
}

/* Ollama's own ways: the expiry moves with the clock while it loads, and then stands. */
Test(metrics, a_load_takes_what_the_expiry_moved)
{
	const int64_t keep = 300000;
	see_models("ollama", "m", 0, 0, 0);
	see_models("ollama", "m", 1, WALL + 1000 + keep, 1000);
	lacks("ollama_top_model_loads_seen_total{" WHO "} 0");
	see_models("ollama", "m", 1, WALL + 3000 + keep, 3000);
	lacks("ollama_top_model_expires_timestamp_seconds{" WHO ",model=\"m0\"} 1767269374");
	see_models("ollama", "m", 1, WALL + 4250 + keep, 5000);
	has("ollama_top_model_load_duration_seconds_count{" WHO "} 0");
	see_models("ollama", "m", 1, WALL + 4250 + keep, 7000);
	has("ollama_top_model_load_seconds{" WHO ",model=\"m0\"} 3.25");
	has("ollama_top_model_load_duration_seconds_count{" WHO "} 1");
	has("ollama_top_model_load_duration_seconds_sum{" WHO "} 3.25");
	has("ollama_top_model_loads_seen_total{" WHO "} 1");
	/* later requests change nothing of it */
	see_models("ollama", "m", 1, WALL + 9000 + keep, 9500);
	see_models("ollama", "m", 1, WALL + 9000 + keep, 11500);
	has("ollama_top_model_load_seconds{" WHO ",model=\"m0\"} 3.25");
	has("ollama_top_model_load_duration_seconds_count{" WHO "} 1");
}

Test(metrics, what_was_loaded_before_has_no_load_time)
{
	see_models("ollama", "m", 1, WALL + 1000, 0);
	see_models("ollama", "m", 1, WALL + 1000, 2000);
	has("ollama_top_model_loads_seen_total{" WHO "} 0");
	/* and one that was there within a poll is counted, not timed */
	see_models("ollama", "m", 2, WALL + 1000, 4000);
	see_models("ollama", "m", 2, WALL + 1000, 6000);
	has("ollama_top_model_loads_seen_total{" WHO "} 1");
	has("ollama_top_model_load_duration_seconds_count{" WHO "} 0");
}

Test(metrics, the_exporter_tells_of_itself)
{
	struct audit_counts counts = {0};
	const struct metrics_self self = {.started = 1767269071.5,
		.cpu = 0.25,
		.resident = 4096,
		.open_files = 7,
		.most_files = -1,
		.scrapes = 3,
		.operations = &counts};
	static const char line[] = "{\"operation\":\"restart\",\"event\":\"end\",\"outcome\":\"failed\"}";
	audit_count_line(&counts, line, sizeof(line) - 1);
	expect(true, "ollama_top_operations_total{operation=\"restart\",outcome=\"failed\"} 1", METRICS_TEXT,
		&self);
	expect(true, "ollama_top_operations_total{operation=\"restart\",outcome=\"done\"} 0", METRICS_TEXT,
		&self);
	expect(true, "process_start_time_seconds 1767269071.5", METRICS_TEXT, &self);
	expect(true, "process_cpu_seconds_total 0.25", METRICS_OPENMETRICS, &self);
	expect(true, "process_open_fds 7", METRICS_TEXT, &self);
	expect(false, "process_max_fds -1", METRICS_TEXT, &self);
	expect(true, "ollama_top_exporter_scrapes_total 3", METRICS_TEXT, &self);
}

/* As printf has it: the shortest that reads back. */
static void expect_number(double value)
{
	char line[96];
	const struct metrics_self self = {.started = value};
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(line, sizeof(line), "process_start_time_seconds %.*g", digits, value);
		if (strtod(strchr(line, ' '), NULL) == value) {
			break;
		}
	}
	if (value == floor(value)) {
		snprintf(line, sizeof(line), "process_start_time_seconds %.0f", value);
	}
	expect(true, line, METRICS_TEXT, &self);
}

Test(metrics, numbers_are_the_shortest_that_read_back)
{
	static const double edges[] = {0, -0.0, 1, 7, 10, 1e15, 9007199254740992.0, -1, -3, 0.5, 0.25, 0.1,
		0.3, 0.1 + 0.2, 1e-3, 1e-4, 0.00012, 0.000123456789, 9.9999e-5, 1e-9, 999999.999999999,
		999999.5, 1e6 + 0.5, 1.0 / 3, 2e-300, 12345.678901234, 1767269071.123};
	uint64_t random = 1;
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		expect_number(edges[i]);
	}
	for (int i = 0; i < 3000; i++) {
		random = random * UINT64_C(6364136223846793005) + 1;
		const double nanoseconds = (double)(random >> (20 + i % 40));
		expect_number(nanoseconds / 1e9);
		expect_number(nanoseconds / 1e6 / 1000);
	}
}

/* To the byte what cleaning makes of them, however long they are. */
Test(metrics, long_names_end_where_a_clean_one_does)
{
	char name[2 * TEXT_NAME_MAX], clean[TEXT_NAME_MAX], line[4 * TEXT_NAME_MAX];
	char *before = spec->servers[0].host;
	for (size_t len = TEXT_NAME_MAX - 3; len < TEXT_NAME_MAX + 3; len++) {
		memset(name, 'n', len);
		name[len] = '\0';
		text_clean(clean, sizeof(clean), name, len);
		spec->servers[0].host = name;
		snprintf(line, sizeof(line),
			"ollama_top_server_info{server=\"a\\\"b\\\\c\",host=\"%s\",role=\"rw\",docker_"
			"version=\"\"} 1",
			clean);
		has(line);
	}
	spec->servers[0].host = before;
}

Test(metrics, lines_of_the_audit_log_that_tell_of_no_end_count_nothing)
{
	static const char *const lines[] = {"", "{", "null", "[]", "{\"event\":\"end\"}",
		"{\"operation\":\"pull\",\"event\":\"begin\",\"outcome\":null}",
		"{\"operation\":\"pull\",\"event\":\"end\",\"outcome\":\"nonsense\"}",
		"{\"operation\":\"dance\",\"event\":\"end\",\"outcome\":\"done\"}",
		"{\"operation\":7,\"event\":\"end\",\"outcome\":\"done\"}"};
	const struct audit_counts none = {0};
	struct audit_counts counts = {0};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		audit_count_line(&counts, lines[i], strlen(lines[i]));
	}
	cr_expect_eq(memcmp(&counts, &none, sizeof(counts)), 0);
}

/* The conventions of prometheus.io/docs/practices/naming and OpenMetrics, over the tables. */
Test(metrics, every_family_keeps_to_the_conventions)
{
	static const struct family_list *const lists[] = {
		&metrics_of_fleet, &metrics_of_servers, &metrics_of_instances, &metrics_of_self};
	for (size_t i = 0; i < 4; i++) {
		for (size_t k = 0; k < lists[i]->count; k++) {
			const struct family *f = &lists[i]->families[k];
			const size_t len = strlen(f->name);
			const size_t unit = f->unit ? strlen(f->unit) : 0;
			cr_expect(strncmp(f->name, "ollama_top_", 11) == 0 ||
					  strncmp(f->name, "process_", 8) == 0,
				"%s", f->name);
			cr_expect_eq(strspn(f->name, "abcdefghijklmnopqrstuvwxyz_"), len, "%s", f->name);
			cr_expect(!f->unit || (f->name[len - unit - 1] == '_' &&
						      strcmp(f->name + len - unit, f->unit) == 0),
				"%s ends in its unit", f->name);
			cr_expect_null(strstr(f->name, "_total"), "%s", f->name);
			cr_expect_null(strpbrk(f->help, "\"\\\n"), "%s", f->name);
			cr_expect_eq(f->help[strlen(f->help) - 1], '.', "%s", f->name);
			cr_expect_eq(f->type == HISTOGRAM, f->histogram != NULL && f->bounds != NULL, "%s",
				f->name);
			cr_expect_eq(f->type != HISTOGRAM, f->value != NULL, "%s", f->name);
		}
	}
}

Test(metrics_wishes, openmetrics_only_where_it_is_named_and_liked)
{
	static const struct {
		const char *accept;
		enum metrics_format format;
	} cases[] = {
		{NULL, METRICS_TEXT},
		{"", METRICS_TEXT},
		{"*/*", METRICS_TEXT},
		{"application/openmetrics-text", METRICS_OPENMETRICS},
		{"Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", METRICS_OPENMETRICS},
		{"application/openmetrics-text;version=\"0.0.1\"", METRICS_OPENMETRICS},
		{"application/openmetrics-text;version=2.0.0,text/plain", METRICS_TEXT},
		{"application/openmetrics-text;version=1.0.0,application/"
		 "openmetrics-text;version=0.0.1;q=0.75,"
		 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
			METRICS_OPENMETRICS},
		{"application/openmetrics-text;q=0.4 , text/plain;q=0.5", METRICS_TEXT},
		{"application/openmetrics-text;q=0", METRICS_TEXT},
		{"application/openmetrics-text;q=nonsense", METRICS_TEXT},
		{"text/html, , ;;;=,q=,application/openmetrics-textual", METRICS_TEXT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_expect_eq(metrics_negotiate(cases[i].accept), cases[i].format, "%s", cases[i].accept);
	}
}

Test(metrics_wishes, gzip_only_where_it_is_allowed)
{
	cr_expect(metrics_accepts_gzip("gzip"));
	cr_expect(metrics_accepts_gzip("deflate, GZIP;q=0.1"));
	cr_expect(metrics_accepts_gzip("*"));
	cr_expect(!metrics_accepts_gzip(NULL));
	cr_expect(!metrics_accepts_gzip(""));
	cr_expect(!metrics_accepts_gzip("identity"));
	cr_expect(!metrics_accepts_gzip("gzip;q=0"));
	cr_expect(!metrics_accepts_gzip("gzip;q=0, *"));
	cr_expect(!metrics_accepts_gzip("*;q=0"));
	cr_expect(!metrics_accepts_gzip("gzipped"));
}
