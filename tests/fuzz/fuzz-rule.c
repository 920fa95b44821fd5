/*
 * fuzz-rule.c - any bytes as a rule, a schedule, a zone or a trace.
 *
 * Run by `make check` over a corpus of its own: each text whole, cut off everywhere, and with each byte changed in turn.
 * For real fuzzing:
 *   clang -fsanitize=fuzzer,address,undefined -DFUZZING -D_GNU_SOURCE -Iinclude tests/fuzz/fuzz-rule.c \
 *         src/fleet/{policy*,units,zone*,simulation_trace,text*}.c -lm
 */
#include "ollama-top/policy.h"
#include "ollama-top/simulation.h"
#include "ollama-top/zone.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An error has a sentence and a place within the text. */
static void check_error(const struct policy_error *error, const char *text)
{
	if (error->text[0] == '\0' || error->at > strlen(text))
		abort();
}

/* What is accepted can be followed, with figures that are known, and with none. */
static void follow(char *rule)
{
	struct autoscale_spec spec;
	struct policy_error error;
	struct policy_sample sample;

	policy_spec_init(&spec);
	spec.up_when = spec.down_when = rule;
	if (!policy_spec_default(&spec))
		return;
	struct policy *policy = policy_new(&spec, 1, 6, &error);
	if (!policy)
		abort();
	policy_sample_init(&sample);
	sample.count = sample.ready = 3;
	for (int64_t t = 1; t < 5; t++) {
		for (int m = 0; m < POLICY_METRICS; m++)
			sample.figures[m] = (struct policy_figure){(double)t, t == 3 ? INFINITY : (double)t};
		const struct policy_decision *d = policy_feed(policy, t * 20000, t, &sample);
		if (d->desired < 1 || d->desired > 6 || (t == 3 && d->action == POLICY_DOWN))
			abort();
	}
	policy_free(policy);
}

static void run_rule(char *text)
{
	struct policy_error error;
	struct policy_rule *rule = policy_rule_parse(text, &error);

	if (rule)
		follow(text);
	else
		check_error(&error, text);
	policy_rule_free(rule);
}

static void run_schedule(const char *text)
{
	struct schedule_spec schedule = {0};
	struct policy_error error;

	if (policy_schedule_parse(text, &schedule, &error))
		policy_schedule_holds(&schedule, INT64_C(1774746000000));
	else
		check_error(&error, text);
	free(schedule.days);
	free(schedule.from);
	free(schedule.to);
	free(schedule.tz);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t count, line;
	const char *error;
	int offset;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	run_rule(text);
	run_schedule(text);
	zone_rule_offset(text, INT64_C(1774746000), &offset);
	zone_is_good(data, size);
	free(simulation_parse((const char *)data, size, &count, &line, &error));
	free(text);
	return 0;
}

#ifndef FUZZING
static const char *const corpus[] = {
	"busy > 0.8 for 60s",
	"(busy >= 80% for 1m and queue > 1 for 30s) or latency > 1.5s for 10s or cpu>150%for 1h",
	"inflight < 1 for 10m and memory <= 0.5 for 1d",
	"((((((((((((((((busy > 1 for 1s))))))))))))))))",
	"at \"08:00-19:00 Mon-Fri,Sun\" min 3 tz Europe/Berlin",
	"at \"22:00-06:00 Fri-Mon\" min 0",
	"CET-1CEST,M3.5.0,M10.5.0/3",
	"<+0330>-3:30<+0430>,J79/24,J263/24",
	"# trace\narrival_s,service_s\n0.5,2\n1,3.25\n1,0\n",
};

static void run_variants(const char *text)
{
	const size_t len = strlen(text);
	char *copy = strdup(text);

	for (size_t cut = 0; cut <= len; cut++)
		LLVMFuzzerTestOneInput((const uint8_t *)text, cut);
	for (size_t i = 0; copy && i < len; i++) {
		for (int byte = 0; byte < 256; byte++) {
			copy[i] = (char)byte;
			LLVMFuzzerTestOneInput((const uint8_t *)copy, len);
		}
		copy[i] = text[i];
	}
	free(copy);
}

static int run_file(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(path, "rb");

	if (!file)
		return 1;
	const size_t size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	return 0;
}

/* The files that are named, else the corpus. */
int main(int argc, char **argv)
{
	const int count = argc > 1 ? argc - 1 : (int)(sizeof(corpus) / sizeof(*corpus));
	int failed = 0;

	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		const int bad = argc > 1 ? run_file(argv[i + 1]) : 0;

		if (argc == 1)
			run_variants(corpus[i]);
		printf("%sok %d - %s %d\n", bad ? "not " : "", i + 1, argc > 1 ? "file" : "text", i + 1);
		fflush(stdout);
		failed += bad;
	}
	return failed > 0;
}
#endif
