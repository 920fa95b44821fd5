/*
 * metrics_negotiate.c - what a client wants, of what there is: Accept and Accept-Encoding of RFC 9110.
 */
#include "metrics.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* One element of a list header: a name, and its weight. */
struct element {
	const char *name;
	size_t len;
	double weight;     /* 0 to 1 */
	bool version_fits; /* of OpenMetrics: none, or one of those that this format is */
};

/* The thousandths of "0.75"; what is malformed is 0, which refuses. */
static double weight_of(const char *text, size_t len)
{
	double weight = 0;
	double place = 1;
	if (len == 0 || len > 5 || (text[0] != '0' && text[0] != '1') || (len > 1 && text[1] != '.')) {
		return 0;
	}
	for (size_t i = 0; i < len; i++) {
		if (i == 1) {
			continue;
		}
		if (text[i] < '0' || text[i] > '9') {
			return 0;
		}
		weight += place * (text[i] - '0');
		place /= 10;
	}
	return weight > 1 ? 1 : weight;
}

static bool is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

static size_t trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(BLANKS, text[len - 1])) {
		len--;
	}
	return len;
}

static void take_parameter(struct element *element, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	if (!equals) {
		return;
	}
	const size_t name_len = trimmed(text, (size_t)(equals - text));
	const char *value = equals + 1;
	size_t value_len = trimmed(value, len - (size_t)(value - text));
	if (is(text, name_len, "q")) {
		element->weight = weight_of(value, value_len);
	} else if (is(text, name_len, "version")) {
		if (value_len >= 2 && value[0] == '"' && value[value_len - 1] == '"') {
			value++;
			value_len -= 2;
		}
		element->version_fits = is(value, value_len, "1.0.0") || is(value, value_len, "0.0.1");
	}
}

/* The element at *at, which moves behind it; false at the end of the list. */
static bool next_element(const char **at, struct element *element)
{
	*at += strspn(*at, BLANKS ",");
	if (**at == '\0') {
		return false;
	}
	*element = (struct element){.name = *at, .weight = 1, .version_fits = true};
	const size_t len = strcspn(*at, ",");
	const char *end = *at + len;
	const char *part = *at + strcspn(*at, ",;");
	element->len = trimmed(element->name, (size_t)(part - element->name));
	while (part < end) {
		part++;
		part += strspn(part, BLANKS);
		const size_t part_len = part < end ? strcspn(part, ",;") : 0;
		take_parameter(element, part, part_len);
		part += part_len;
	}
	*at = end;
	return true;
}

enum metrics_format metrics_negotiate(const char *accept)
{
	struct element element;
	double open = 0;
	double text = 0;
	while (accept && next_element(&accept, &element)) {
		if (is(element.name, element.len, "application/openmetrics-text")) {
			open = element.version_fits && element.weight > open ? element.weight : open;
		} else if (is(element.name, element.len, "text/plain")) {
			text = element.weight > text ? element.weight : text;
		}
	}
	return open > 0 && open >= text ? METRICS_OPENMETRICS : METRICS_TEXT;
}

/* "*" stands for codings that are not named; without the header nothing is compressed. */
bool metrics_accepts_gzip(const char *accept_encoding)
{
	struct element element;
	bool named = false;
	double weight = 0;
	while (accept_encoding && next_element(&accept_encoding, &element)) {
		if (is(element.name, element.len, "gzip") || is(element.name, element.len, "x-gzip")) {
			named = true;
			weight = element.weight;
		} else if (!named && is(element.name, element.len, "*")) {
			weight = element.weight;
		}
	}
	return weight > 0;
}

const char *metrics_content_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
					     : "text/plain; version=0.0.4; charset=utf-8";
}
