#include "record/codec.h"
#include "samples.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A line of an observation, read again. */
static void round_trip(const struct observation *o, struct observation *again, struct codec_memory *memory)
{
	const struct fleet_change change = {
		.kind = FLEET_OBSERVED, .at = o->at, .wall = o->wall, .observation = o};
	struct fleet_change read;
	struct codec_error error = {""};
	cJSON *line = codec_encode(&change, NULL);
	cr_assert(line);
	char *text = cJSON_PrintUnformatted(line);
	cJSON_Delete(line);
	cJSON *parsed = cJSON_Parse(text);
	cr_assert(parsed, "%s", text);
	cr_assert(codec_decode(parsed, &read, again, memory, &error), "%s: %s", error.text, text);
	cr_expect_eq(read.kind, FLEET_OBSERVED);
	cr_expect_eq(read.observation, again);
	cJSON_Delete(parsed);
	free(text);
}

/* Whoever adds a kind of observation adds its table: without it recordings lose what was seen. */
Test(codec, every_kind_has_a_table)
{
	for (int kind = 0; kind < OBS_KIND_COUNT; kind++) {
		const struct codec_kind *table = codec_kind(kind);
		cr_assert(table, "observation kind %d has no codec in codec_tables.c", kind);
		cr_expect_gt(table->shape.count, 0);
		for (int other = 0; other < kind; other++) {
			cr_expect_str_neq(table->name, codec_kind(other)->name);
		}
	}
	cr_expect_null(codec_kind(OBS_KIND_COUNT));
}

Test(codec, every_kind_is_the_same_after_a_round_trip)
{
	for (int kind = 0; kind < OBS_KIND_COUNT; kind++) {
		/* Several, so that each truth value and each word comes up. */
		for (int seed = 0; seed < 16; seed++) {
			struct codec_memory memory = {0};
			struct observation again;
			const struct observation *o = sample(kind, seed);
			round_trip(o, &again, &memory);
			cr_expect_eq(again.kind, o->kind);
			cr_expect_eq(again.at, o->at);
			cr_expect_eq(again.wall, o->wall);
			cr_expect_eq(again.server, o->server);
			cr_expect_str_eq(again.instance, o->instance);
			cr_expect_null(again.error);
			const char *different = sample_difference(&codec_kind(kind)->shape, o, &again);
			cr_expect_null(different, "%s: \"%s\" differs", codec_kind(kind)->name, different);
			codec_forget(&memory);
		}
	}
}

/* What no table names: set by the fleet itself, or of no meaning in what is sent. */
static const struct {
	size_t size; /* of the struct */
	size_t offset, len;
} by_the_fleet[] = {
	{sizeof(struct model_stored), offsetof(struct model_stored, first_seen_at),
		sizeof(struct model_stored) - offsetof(struct model_stored, first_seen_at)},
	{sizeof(struct model_loaded), offsetof(struct model_loaded, loading),
		sizeof(struct model_loaded) - offsetof(struct model_loaded, loading)},
	{sizeof(struct container), offsetof(struct container, seen_at), sizeof(int64_t)},
	{sizeof(struct transfer), offsetof(struct transfer, seen_at), sizeof(int64_t)},
};

static size_t size_of(const struct codec_field *field)
{
	static const size_t sizes[] = {
		[CODEC_TEXT] = sizeof(char *),
		[CODEC_I64] = sizeof(int64_t),
		[CODEC_INT] = sizeof(int),
		[CODEC_BOOL] = sizeof(bool),
		[CODEC_REAL] = sizeof(double),
		[CODEC_CHOICE] = sizeof(int),
		[CODEC_TEXTS] = sizeof(void *),
		[CODEC_LIST] = sizeof(void *),
		[CODEC_ROW] = sizeof(void *),
	};
	return field->type == CODEC_CHARS ? field->most : sizes[field->type];
}

/* Bytes of a struct that no member of its table covers; more in a row than padding needs are a forgotten member. */
static void check_covered(const char *kind, const char *key, const struct codec_shape *shape)
{
	char covered[sizeof(struct container) + sizeof(struct observed_task)] = {0};
	cr_assert_leq(shape->size, sizeof(covered));
	for (size_t i = 0; i < shape->count; i++) {
		const struct codec_field *field = &shape->fields[i];
		memset(covered + field->offset, 1, size_of(field));
		if (field->type == CODEC_LIST || field->type == CODEC_TEXTS) {
			memset(covered + field->count, 1, sizeof(size_t));
		}
	}
	for (size_t i = 0; i < sizeof(by_the_fleet) / sizeof(*by_the_fleet); i++) {
		if (by_the_fleet[i].size == shape->size) {
			memset(covered + by_the_fleet[i].offset, 1, by_the_fleet[i].len);
		}
	}
	for (size_t i = 0, gap = 0; i < shape->size; i++) {
		gap = covered[i] ? 0 : gap + 1;
		cr_assert_lt(gap, sizeof(int64_t),
			"%s: something before byte %zu of \"%s\" has no table entry", kind, i, key);
	}
}

static void check_shapes(const char *kind, const struct codec_shape *shape)
{
	for (size_t i = 0; i < shape->count; i++) {
		if (shape->fields[i].shape) {
			check_covered(kind, shape->fields[i].key, shape->fields[i].shape);
			check_shapes(kind, shape->fields[i].shape);
		}
	}
}

Test(codec, no_member_of_a_struct_is_forgotten)
{
	for (int kind = 0; kind < OBS_KIND_COUNT; kind++) {
		check_shapes(codec_kind(kind)->name, &codec_kind(kind)->shape);
	}
}

Test(codec, errors_and_what_is_unknown_come_back)
{
	struct codec_memory memory = {0};
	struct observation again;
	struct model_loaded model = {.name = (char *)"mistral:7b", .expires_at = INT64_MAX, .size = -1};
	round_trip(
		&(struct observation){.kind = OBS_VERSION, .at = 5, .wall = 6, .error = "connection refused"},
		&again, &memory);
	cr_expect_str_eq(again.error, "connection refused");
	cr_expect_null(again.instance);
	codec_forget(&memory);
	round_trip(
		&(struct observation){
			.kind = OBS_STATS, .at = 5, .u.stats = {.cpu_percent = NAN, .memory_used = -1}},
		&again, &memory);
	cr_expect(isnan(again.u.stats.cpu_percent));
	cr_expect_eq(again.u.stats.memory_used, -1);
	codec_forget(&memory);
	round_trip(
		&(struct observation){.kind = OBS_LOADED, .at = 5, .u.loaded = {&model, 1}}, &again, &memory);
	cr_expect_eq(again.u.loaded.models[0].expires_at, INT64_MAX);
	codec_forget(&memory);
}

Test(codec, values_of_an_environment_are_never_written)
{
	char *env[] = {(char *)"API_KEY=geheim", (char *)"PLAIN=offen", (char *)"ALONE"};
	struct container container = {.env = env, .env_count = 3};
	const struct observation o = {
		.kind = OBS_CONTAINER, .at = 1, .u.container = {.container = &container}};
	cJSON *line = codec_encode(&(struct fleet_change){.kind = FLEET_OBSERVED, .observation = &o}, NULL);
	char *text = cJSON_PrintUnformatted(line);
	cr_expect_not(strstr(text, "geheim"));
	cr_expect_not(strstr(text, "offen"));
	cr_expect(strstr(text, "API_KEY=(hidden)"));
	cr_expect(strstr(text, "ALONE"));
	cJSON_Delete(line);
	free(text);
}

Test(codec, ticks_notes_and_acknowledgements_come_back)
{
	static const struct fleet_change changes[] = {
		{.kind = FLEET_TICKED, .at = 10, .wall = 20},
		{.kind = FLEET_NOTED,
			.at = 10,
			.wall = 20,
			.severity = SEVERITY_WARNING,
			.target = "84/ollama-2",
			.text = "restart: done"},
		{.kind = FLEET_ACKNOWLEDGED, .at = 10, .wall = 20, .target = "84/ollama-2"},
	};
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct codec_memory memory = {0};
		struct codec_error error = {""};
		struct fleet_change read;
		struct observation o;
		cJSON *line = codec_encode(&changes[i], NULL);
		cr_assert(codec_decode(line, &read, &o, &memory, &error), "%s", error.text);
		cr_expect_eq(read.kind, changes[i].kind);
		cr_expect_eq(read.at, 10);
		cr_expect_eq(read.wall, 20);
		cr_expect_eq(read.severity, changes[i].severity);
		cr_expect(!changes[i].target || strcmp(read.target, changes[i].target) == 0);
		cr_expect(!changes[i].text || strcmp(read.text, changes[i].text) == 0);
		cJSON_Delete(line);
		codec_forget(&memory);
	}
}

static void refused(const char *line, const char *why)
{
	struct codec_memory memory = {0};
	struct codec_error error = {""};
	struct fleet_change read;
	struct observation o;
	cJSON *json = cJSON_Parse(line);
	cr_expect_not(codec_decode(json, &read, &o, &memory, &error), "%s", line);
	cr_expect_str_eq(error.text, why, "%s: %s", line, error.text);
	cJSON_Delete(json);
	codec_forget(&memory);
}

Test(codec, what_is_wrong_is_refused_with_its_member)
{
	refused("[]", "the line is no JSON object");
	refused("{\"kind\": \"tick\"}", "the line has no time; expected \"at\" and \"wall\"");
	refused("{\"at\": 1, \"wall\": 1}", "\"kind\" is not what it must be; expected a string");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"new\"}", "unknown kind \"new\"");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"host\"}", "something is no object where one must be");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"host\", \"seen\": {\"cpus\": \"many\"}}",
		"\"cpus\" is not what it must be; expected a number");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"loaded\", \"seen\": {\"models\": [{}]}}",
		"\"name\" is not what it must be; expected a string");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"nfs\", \"seen\": {}}", "\"services\" is missing");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"container\", \"seen\": {\"container\": []}}",
		"\"container\" is missing");
	refused("{\"at\": 1, \"wall\": 1, \"kind\": \"tended\", \"seen\": {\"tended\": \"up\"}}",
		"\"tended\" is not what it must be; expected one of its words");
}

Test(codec, figures_beyond_all_bounds_are_held)
{
	struct codec_memory memory = {0};
	struct codec_error error = {""};
	struct fleet_change read;
	struct observation o;
	cJSON *json =
		cJSON_Parse("{\"at\": 1e300, \"wall\": -1e300, \"kind\": \"host\", \"server\": -4, \"seen\": "
			    "{\"memory_total\": -1e99, \"cpus\": 1e40, \"skew_ms\": 1e18}}");
	cr_assert(codec_decode(json, &read, &o, &memory, &error), "%s", error.text);
	cr_expect_eq(read.at, (int64_t)1 << 53);
	cr_expect_eq(read.wall, -((int64_t)1 << 53));
	cr_expect_eq(o.server, SIZE_MAX);
	cr_expect_eq(o.u.host.cpus, 1000000000);
	cr_expect_eq(o.u.host.memory_total, -((int64_t)1 << 53));
	cr_expect_eq(o.u.host.skew_ms, (int64_t)1 << 53);
	cJSON_Delete(json);
	codec_forget(&memory);
}
