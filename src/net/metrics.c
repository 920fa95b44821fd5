#include "ollama-top/requests.h"

#include "lines.h"
#include "ollama-top/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What no server has at once; more is an answer gone wrong. */
#define REQUESTS_MAX 1000000

/* A sample: NAME{LABELS} VALUE [TIMESTAMP]; the labels' values are quoted and may hold anything. */
struct sample {
	const char *name;
	size_t name_len;
	double value;
};

static bool is_name_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       (!first && c >= '0' && c <= '9');
}

/* Behind the brace that closes the labels which begin at `p`; NULL when none does. */
static const char *skip_labels(const char *p, const char *end)
{
	bool quoted = false;
	for (p++; p < end; p++) {
		if (quoted && *p == '\\')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p == '}')
			return p + 1;
	}
	return NULL;
}

static bool read_value(const char *text, size_t len, double *value)
{
	char word[32], *end;
	if (len == 0 || len >= sizeof word)
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	*value = strtod(word, &end);
	return *end == '\0';
}

static bool read_sample(const char *line, size_t len, struct sample *out)
{
	const char *p = line, *end = line + len, *word;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	out->name = p;
	while (p < end && is_name_byte(*p, p == out->name))
		p++;
	out->name_len = (size_t)(p - out->name);
	if (out->name_len == 0)
		return false; /* a comment, or an empty line */
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p == '{')
		p = skip_labels(p, end);
	if (p == NULL)
		return false;
	size_t word_len = next_word(&p, end, &word);
	return read_value(word, word_len, &out->value);
}

/* Names by which the gauges are known, and which figure each is. */
static int *figure_of(const struct sample *sample, struct request_metrics *out)
{
	const struct {
		const char *name;
		int *figure;
	} known[] = {
		{"vllm:num_requests_running", &out->inflight},
		{"vllm:num_requests_waiting", &out->queue},
		{"llamacpp:requests_processing", &out->inflight},
		{"llamacpp:requests_deferred", &out->queue},
		{"ollama_requests_in_flight", &out->inflight},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == sample->name_len &&
			memcmp(known[i].name, sample->name, sample->name_len) == 0)
			return known[i].figure;
	return NULL;
}

bool metrics_parse_requests(
	const char *text, size_t len, struct request_metrics *out, struct parse_error *error)
{
	struct lines lines = lines_of(text, len);
	struct sample sample;
	*out = (struct request_metrics){-1, -1};
	while (lines_next(&lines)) {
		if (!read_sample(lines.line, lines.len, &sample))
			continue;
		int *figure = figure_of(&sample, out);
		if (figure == NULL || !(sample.value >= 0 && sample.value <= REQUESTS_MAX))
			continue;
		int sum = (*figure > 0 ? *figure : 0) + (int)lround(sample.value);
		*figure = sum < REQUESTS_MAX ? sum : REQUESTS_MAX;
	}
	if (out->inflight >= 0 || out->queue >= 0)
		return true;
	snprintf(error->text, sizeof error->text, "%s",
		_("/metrics has none of the gauges that tell of requests"));
	return false;
}
