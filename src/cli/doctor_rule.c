#include "doctor_rule.h"

#include <ctype.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ARGUMENT_MAX 512
#define DEPTH_MAX    64

struct reader {
	const char *at;
	const char *method, *path;
	int depth;
	bool malformed;
};

static enum rule_answer read_any(struct reader *r);

static void skip_blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->at)) {
		r->at++;
	}
}

static bool take(struct reader *r, const char *sign)
{
	skip_blanks(r);
	if (strncmp(r->at, sign, strlen(sign)) != 0) {
		return false;
	}
	r->at += strlen(sign);
	return true;
}

static enum rule_answer malformed(struct reader *r)
{
	r->malformed = true;
	return RULE_DEPENDS;
}

static bool is_path(const struct reader *r, const char *argument)
{
	return strcmp(r->path, argument) == 0;
}

/* As Traefik has it: the prefix of the string, not of its parts. */
static bool is_prefix(const struct reader *r, const char *argument)
{
	return strncmp(r->path, argument, strlen(argument)) == 0;
}

static bool is_match(const struct reader *r, const char *argument)
{
	regex_t regex;
	if (regcomp(&regex, argument, REG_EXTENDED | REG_NOSUB) != 0) {
		return true;
	}
	const bool found = regexec(&regex, r->path, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool is_method(const struct reader *r, const char *argument)
{
	return strcasecmp(r->method, argument) == 0;
}

static bool is_never(const struct reader *r, const char *argument)
{
	(void)r;
	(void)argument;
	return false;
}

static const struct {
	const char *name;
	bool (*holds)(const struct reader *r, const char *argument);
} matchers[] = {
	{"Path", is_path},
	{"PathPrefix", is_prefix},
	{"PathRegexp", is_match},
	{"Method", is_method},
	{"ClientIP", is_never},
};

/* An argument in its quotes; with a regular expression of version 2 in braces it can be anything. */
static bool read_argument(struct reader *r, char argument[ARGUMENT_MAX], bool *any)
{
	skip_blanks(r);
	const char quote = *r->at;
	const char *end = quote == '`' || quote == '"' ? strchr(r->at + 1, quote) : NULL;
	if (!end) {
		return false;
	}
	snprintf(argument, ARGUMENT_MAX, "%.*s", (int)(end - r->at - 1), r->at + 1);
	r->at = end + 1;
	*any = strchr(argument, '{') != NULL;
	return true;
}

/* Name(`a`, `b`): holds when it holds of any argument. */
static enum rule_answer read_matcher(struct reader *r)
{
	char argument[ARGUMENT_MAX];
	const char *name = r->at;
	size_t len = 0;
	bool (*holds)(const struct reader *, const char *) = NULL;
	while (isalnum((unsigned char)name[len])) {
		len++;
	}
	r->at += len;
	for (size_t i = 0; i < sizeof(matchers) / sizeof(*matchers); i++) {
		if (strlen(matchers[i].name) == len && strncasecmp(matchers[i].name, name, len) == 0) {
			holds = matchers[i].holds;
		}
	}
	if (len == 0 || !take(r, "(")) {
		return malformed(r);
	}
	enum rule_answer answer = holds ? RULE_NO : RULE_DEPENDS;
	do {
		bool any;
		if (!read_argument(r, argument, &any)) {
			return malformed(r);
		}
		if (holds && holds(r, argument)) {
			answer = RULE_YES;
		} else if (any && holds != is_match && answer == RULE_NO) {
			answer = RULE_DEPENDS;
		}
	} while (take(r, ","));
	return take(r, ")") ? answer : malformed(r);
}

static enum rule_answer read_one(struct reader *r)
{
	enum rule_answer answer;
	if (r->malformed || ++r->depth > DEPTH_MAX) {
		return malformed(r);
	}
	if (take(r, "!")) {
		/* Yes and no change places. */
		answer = (enum rule_answer)(RULE_YES - read_one(r));
	} else if (take(r, "(")) {
		answer = read_any(r);
		if (!take(r, ")")) {
			malformed(r);
		}
	} else {
		skip_blanks(r);
		answer = read_matcher(r);
	}
	r->depth--;
	return answer;
}

static enum rule_answer read_all(struct reader *r)
{
	enum rule_answer answer = read_one(r);
	while (!r->malformed && take(r, "&&")) {
		const enum rule_answer other = read_one(r);
		answer = other < answer ? other : answer;
	}
	return answer;
}

static enum rule_answer read_any(struct reader *r)
{
	enum rule_answer answer = read_all(r);
	while (!r->malformed && take(r, "||")) {
		const enum rule_answer other = read_all(r);
		answer = other > answer ? other : answer;
	}
	return answer;
}

enum rule_answer rule_lets(const char *rule, const char *method, const char *path)
{
	struct reader r = {.at = rule, .method = method, .path = path};
	const enum rule_answer answer = read_any(&r);
	skip_blanks(&r);
	return r.malformed || *r.at != '\0' ? RULE_MALFORMED : answer;
}
