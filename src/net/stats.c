#include "ollama-top/docker.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "json.h"

#include <math.h>
#include <string.h>

/* The first of several members that is there; NULL ends the list. */
static int64_t first_of(const cJSON *object, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		int64_t value = json_int(object, *keys, -1);
		if (value >= 0)
			return value;
	}
	return -1;
}

/*
 * Anonymous and shared memory. Version 2 says it in two words; version 1 has no word for shared
 * memory on every kernel, but keeps it on the anonymous lists, which in turn lack locked pages.
 */
static int64_t judged_memory(const cJSON *stats)
{
	int64_t anon = first_of(stats, (const char *const[]){"anon", "total_rss", "rss", NULL});
	if (anon < 0)
		return -1;
	int64_t shared = first_of(stats, (const char *const[]){"total_shmem", "shmem", NULL});
	int64_t active = first_of(stats, (const char *const[]){"total_active_anon", "active_anon", NULL});
	int64_t inactive =
		first_of(stats, (const char *const[]){"total_inactive_anon", "inactive_anon", NULL});
	if (shared >= 0)
		return shared <= INT64_MAX - anon ? anon + shared : INT64_MAX;
	if (active >= 0 && inactive >= 0 && active <= INT64_MAX - inactive && active + inactive > anon)
		return active + inactive;
	return anon;
}

static void parse_memory(const cJSON *memory, struct docker_stats *out)
{
	const cJSON *stats = json_object(memory, "stats");
	int64_t usage = json_int(memory, "usage", -1);
	/* docker stats: less the inactive file cache, where that is smaller than the whole. */
	int64_t cache = first_of(stats, (const char *const[]){"total_inactive_file", "inactive_file", NULL});
	out->memory_used = usage >= 0 && cache > 0 && cache < usage ? usage - cache : usage;
	out->memory_judged = judged_memory(stats);
	if (out->memory_judged < 0)
		out->memory_judged = out->memory_used;
	out->memory_limit = json_int(memory, "limit", -1);
	out->major_faults = first_of(stats, (const char *const[]){"total_pgmajfault", "pgmajfault", NULL});
}

static void parse_cpu(const cJSON *cpu, struct docker_stats *out)
{
	const cJSON *usage = json_object(cpu, "cpu_usage");
	out->cpu_ns = json_int(usage, "total_usage", -1);
	out->system_ns = json_int(cpu, "system_cpu_usage", -1);
	out->cpus = json_small(cpu, "online_cpus", 0);
	if (out->cpus <= 0)
		out->cpus = cJSON_GetArraySize(json_array(usage, "percpu_usage"));
	if (out->cpus <= 0)
		out->cpus = 1;
}

/* RFC 3339 with nanoseconds, of which text_parse_rfc3339() keeps three digits; enough for a rate. */
static int64_t parse_read_time(const cJSON *tree)
{
	int64_t wall;
	const char *text = json_string(tree, "read");
	if (text == NULL || !text_parse_rfc3339(text, &wall) || wall <= 0 || wall > INT64_MAX / 1000000)
		return -1;
	return wall * 1000000;
}

bool docker_parse_stats(const char *body, size_t len, struct docker_stats *out, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "/stats", error);
	if (tree == NULL)
		return false;
	parse_memory(json_object(tree, "memory_stats"), out);
	parse_cpu(json_object(tree, "cpu_stats"), out);
	out->read_ns = parse_read_time(tree);
	cJSON_Delete(tree);
	if (out->memory_used < 0 && out->cpu_ns <= 0)
		return json_fail(error, _("/stats: the answer holds no figures"));
	return true;
}

double docker_cpu_percent(const struct docker_stats *before, const struct docker_stats *now)
{
	if (before->cpu_ns < 0 || now->cpu_ns < before->cpu_ns)
		return NAN;
	double used = (double)(now->cpu_ns - before->cpu_ns);
	if (before->system_ns > 0 && now->system_ns > before->system_ns)
		return used / (double)(now->system_ns - before->system_ns) * now->cpus * 100.0;
	if (before->read_ns > 0 && now->read_ns > before->read_ns)
		return used / (double)(now->read_ns - before->read_ns) * 100.0;
	return NAN;
}

double docker_fault_rate(const struct docker_stats *before, const struct docker_stats *now)
{
	if (before->major_faults < 0 || now->major_faults < before->major_faults || before->read_ns <= 0 ||
		now->read_ns <= before->read_ns)
		return NAN;
	return (double)(now->major_faults - before->major_faults) /
	       ((double)(now->read_ns - before->read_ns) / 1e9);
}
