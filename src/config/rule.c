/* The values of autoscale: conditions, days, times and zones. Syntax alone; ops gives them meaning. */
#include "node.h"
#include "ollama-top/i18n.h"
#include "scalar.h"
#include "units.h"

#include <stdio.h>
#include <string.h>

static const char *const metrics[] = {"busy", "inflight"};
static const char *const operators[] = {">", "<", ">=", "<="};
static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

#define WORD_MAX 24

static bool checked(struct reader *r, const struct node *node, const struct field *field, void *to,
	bool (*good)(const char *text), const char *expected)
{
	char quoted[READER_QUOTE_MAX];
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	return good(node->text) ? scalar_text(r, node, field, to)
				: reader_fail(r, node, _("%s \"%s\" cannot be read; expected %s"),
					  field->name, reader_quote(quoted, node), expected);
}

static bool is_one_of(const char *word, size_t len, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == len && strncmp(list[i], word, len) == 0) {
			return true;
		}
	}
	return false;
}

/* The words of a rule, separated by blanks: exactly `count` of them, none longer than fits. */
static bool split(const char *text, char words[][WORD_MAX], size_t count)
{
	size_t found = 0;
	for (const char *s = text + strspn(text, " "); *s != '\0'; s += strspn(s, " ")) {
		const size_t len = strcspn(s, " ");
		if (found == count || len >= WORD_MAX) {
			return false;
		}
		memcpy(words[found], s, len);
		words[found++][len] = '\0';
		s += len;
	}
	return found == count;
}

static bool good_rule(const char *text)
{
	char words[5][WORD_MAX];
	double value = 0;
	int64_t ms = 0;
	if (!split(text, words, 5)) {
		return false;
	}
	const char *rest = units_decimal(words[2], &value);
	return scalar_is_metric(words[0], strlen(words[0])) &&
	       is_one_of(words[1], strlen(words[1]), operators, sizeof(operators) / sizeof(*operators)) &&
	       rest && *rest == '\0' && strcmp(words[3], "for") == 0 &&
	       units_duration(words[4], &ms) == UNITS_OK && ms > 0;
}

/* "Mon", "Mon-Fri", and several of these with commas. */
static bool good_days(const char *text)
{
	const char *s = text;
	for (;;) {
		if (!is_one_of(s, strcspn(s, "-,"), days, sizeof(days) / sizeof(*days))) {
			return false;
		}
		s += 3;
		if (*s == '-') {
			if (!is_one_of(s + 1, strcspn(s + 1, ","), days, sizeof(days) / sizeof(*days))) {
				return false;
			}
			s += 4;
		}
		if (*s == '\0') {
			return true;
		}
		s++;
	}
}

static bool good_time(const char *text)
{
	int value[4];
	if (strlen(text) != 5 || text[2] != ':') {
		return false;
	}
	for (size_t i = 0; i < 4; i++) {
		const char c = text[i < 2 ? i : i + 1];
		if (c < '0' || c > '9') {
			return false;
		}
		value[i] = c - '0';
	}
	const int hour = value[0] * 10 + value[1];
	const int minute = value[2] * 10 + value[3];
	return minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
}

/* A zone becomes a path below /usr/share/zoneinfo: nothing may lead out of there. */
static bool good_zone(const char *text)
{
	for (const char *s = text; *s != '\0'; s++) {
		const bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
		const bool other = (*s >= '0' && *s <= '9') || strchr("_+-/", *s);
		if (!letter && !other) {
			return false;
		}
	}
	return text[0] != '/' && text[strlen(text) - 1] != '/' && !strstr(text, "//");
}

bool scalar_rule(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return checked(r, node, field, to, good_rule,
		_("\"METRIC > NUMBER for DURATION\" such as \"busy > 0.8 for 60s\", METRIC "
		  "being " SCALAR_METRICS));
}

bool scalar_days(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return checked(r, node, field, to, good_days, _("days such as Mon-Fri or Sat,Sun"));
}

bool scalar_time(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return checked(r, node, field, to, good_time, _("a time such as \"08:00\", up to \"24:00\""));
}

bool scalar_zone(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return checked(r, node, field, to, good_zone, _("a time zone such as Europe/Berlin"));
}

bool scalar_positive(struct reader *reader, const struct node *node, const char *what, double *value)
{
	char quoted[READER_QUOTE_MAX];
	if (node->kind != NODE_SCALAR) {
		return reader_fail(reader, node, _("%s is a list or a map; expected a number"), what);
	}
	const char *rest = strlen(node->text) == node->len ? units_decimal(node->text, value) : NULL;
	if (!rest || *rest != '\0' || !(*value > 0)) {
		return reader_fail(reader, node,
			_("%s \"%s\" is not a number above 0; expected one such as 2"), what,
			reader_quote(quoted, node));
	}
	return true;
}

bool scalar_is_metric(const char *name, size_t len)
{
	return is_one_of(name, len, metrics, sizeof(metrics) / sizeof(*metrics));
}
