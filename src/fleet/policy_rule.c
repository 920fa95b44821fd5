/*
 * policy_rule.c - rules: read from text, and judged over time.
 *
 *   rule      = group *( "or" group )
 *   group     = part *( "and" part )
 *   part      = "(" rule ")" / condition
 *   condition = METRIC OP VALUE "for" DURATION
 */
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "ollama-top/units.h"
#include "policy_private.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SHOWN 40
#define WORD_MAX   32
#define FOR_MAX_MS ((int64_t)7 * 24 * 3600 * 1000)

struct parser {
	const char *text, *s;
	const char *word; /* the one at hand; its length 0 at the end */
	size_t len;
	int depth;
	struct policy_rule *rule;
	struct policy_error *error;
};

static bool is_operator(char c)
{
	return c == '<' || c == '>' || c == '=';
}

/* A parenthesis, a run of < > =, or whatever stands up to one of these or a blank. */
static void next(struct parser *p)
{
	p->s += strspn(p->s, " \t\n");
	p->word = p->s;
	if (*p->s == '(' || *p->s == ')')
		p->s++;
	else if (is_operator(*p->s))
		p->s += strspn(p->s, "<>=");
	else
		p->s += strcspn(p->s, " \t\n()<>=");
	p->len = (size_t)(p->s - p->word);
}

static bool is(const struct parser *p, const char *word)
{
	return strlen(word) == p->len && strncmp(p->word, word, p->len) == 0;
}

static bool take(struct parser *p, const char *word)
{
	if (!is(p, word))
		return false;
	next(p);
	return true;
}

/* "WHAT "WORD"; expected EXPECTED" at the word at hand; always false. */
static bool fail(struct parser *p, const char *what, const char *expected)
{
	char shown[WORD_SHOWN];

	text_clean(shown, sizeof(shown), p->word, p->len);
	p->error->at = (size_t)(p->word - p->text);
	if (p->len == 0)
		snprintf(p->error->text, sizeof(p->error->text), _("the rule ends too early; expected %s"),
			expected);
	else
		snprintf(p->error->text, sizeof(p->error->text), _("%s \"%s\"; expected %s"), what, shown,
			expected);
	return false;
}

/* The word as a string of its own; false when it is too long to mean anything. */
static bool word_of(const struct parser *p, char word[WORD_MAX])
{
	if (p->len == 0 || p->len >= WORD_MAX)
		return false;
	memcpy(word, p->word, p->len);
	word[p->len] = '\0';
	return true;
}

static bool read_operator(struct parser *p, struct policy_condition *c)
{
	for (int op = 0; op < POLICY_OPS; op++)
		if (is(p, policy_op_name((enum policy_op)op))) {
			c->op = (enum policy_op)op;
			next(p);
			return true;
		}
	return fail(p, _("unknown operator"), _("> < >= or <="));
}

/* Whether what follows the number goes with the metric; a share takes its percentage as one. */
static bool scale_value(enum policy_metric metric, const char *word, const char *rest, double *value)
{
	int64_t ms;

	if (*rest == '\0')
		return true;
	if (metric == POLICY_LATENCY && units_duration(word, &ms) == UNITS_OK) {
		*value = (double)ms;
		return true;
	}
	if (strcmp(rest, "%") != 0)
		return false;
	if (metric == POLICY_BUSY || metric == POLICY_MEMORY)
		*value /= 100;
	return metric == POLICY_BUSY || metric == POLICY_MEMORY || metric == POLICY_CPU;
}

static bool read_value(struct parser *p, struct policy_condition *c)
{
	static const char *const expected[POLICY_METRICS] = {
		[POLICY_BUSY] = N_("a share such as 0.8 or 80%"),
		[POLICY_INFLIGHT] = N_("a number such as 2"),
		[POLICY_QUEUE] = N_("a number such as 2"),
		[POLICY_CPU] = N_("percent of one core such as 150 or 150%"),
		[POLICY_MEMORY] = N_("a share such as 0.8 or 80%"),
		[POLICY_LATENCY] = N_("milliseconds, or a duration such as 200ms or 1s"),
	};
	char word[WORD_MAX];
	const char *rest = word_of(p, word) ? units_decimal(word, &c->threshold) : NULL;

	if (!rest || !scale_value(c->metric, word, rest, &c->threshold))
		return fail(p, _("unusable value"), _(expected[c->metric]));
	next(p);
	return true;
}

static bool read_duration(struct parser *p, struct policy_condition *c)
{
	char word[WORD_MAX];

	if (!take(p, "for"))
		return fail(p, _("unexpected"), _("\"for DURATION\" after the value"));
	if (!word_of(p, word) || units_duration(word, &c->for_ms) != UNITS_OK || c->for_ms > FOR_MAX_MS ||
		c->for_ms == 0)
		return fail(p, _("unusable duration"), _("one such as 30s, 10m or 1h, above 0, at most 7d"));
	next(p);
	return true;
}

static bool read_condition(struct parser *p)
{
	struct policy_condition c = {.since = -1, .truth = POLICY_UNKNOWN, .value = {0, INFINITY}};

	c.metric = policy_metric_find(p->word, p->len);
	if (c.metric == POLICY_METRICS)
		return fail(p, _("unknown metric"), policy_metric_list());
	if (p->rule->condition_count == POLICY_CONDITIONS_MAX)
		return fail(p, _("too many conditions from"), _("at most 16"));
	next(p);
	if (!read_operator(p, &c) || !read_value(p, &c) || !read_duration(p, &c))
		return false;
	p->rule->conditions[p->rule->condition_count++] = c;
	p->rule->nodes[p->rule->node_count++] = NODE_CONDITION;
	return true;
}

static bool read_rule(struct parser *p);

static bool read_part(struct parser *p)
{
	if (!is(p, "("))
		return read_condition(p);
	if (p->depth == POLICY_DEPTH_MAX)
		return fail(p, _("too many parentheses from"), _("at most 16 within each other"));
	next(p);
	p->depth++;
	if (!read_rule(p))
		return false;
	p->depth--;
	return take(p, ")") || fail(p, _("unexpected"), _("\"and\", \"or\" or \")\""));
}

static bool read_group(struct parser *p)
{
	if (!read_part(p))
		return false;
	while (take(p, "and")) {
		if (!read_part(p))
			return false;
		p->rule->nodes[p->rule->node_count++] = NODE_AND;
	}
	return true;
}

static bool read_rule(struct parser *p)
{
	if (!read_group(p))
		return false;
	while (take(p, "or")) {
		if (!read_group(p))
			return false;
		p->rule->nodes[p->rule->node_count++] = NODE_OR;
	}
	return true;
}

struct policy_rule *policy_rule_parse(const char *text, struct policy_error *error)
{
	struct parser p = {.text = text, .s = text, .error = error, .rule = calloc(1, sizeof(*p.rule))};

	*error = (struct policy_error){.at = 0};
	if (!p.rule) {
		snprintf(error->text, sizeof(error->text), "%s", _("out of memory"));
		return NULL;
	}
	next(&p);
	bool good = strlen(text) <= POLICY_RULE_MAX;
	if (!good)
		snprintf(error->text, sizeof(error->text), "%s",
			_("the rule is too long; expected at most 1024 bytes"));
	good = good && read_rule(&p) &&
	       (p.len == 0 || fail(&p, _("unexpected"), _("\"and\", \"or\" or the end")));
	if (!good) {
		policy_rule_free(p.rule);
		return NULL;
	}
	return p.rule;
}

void policy_rule_free(struct policy_rule *rule)
{
	free(rule);
}

static enum policy_truth known(bool is_true, bool is_false)
{
	if (is_true)
		return POLICY_TRUE;
	return is_false ? POLICY_FALSE : POLICY_UNKNOWN;
}

/* Of a range: true or false when all of it is. */
static enum policy_truth compare(enum policy_op op, struct policy_figure f, double threshold)
{
	const enum policy_truth truths[POLICY_OPS] = {
		[POLICY_ABOVE] = known(f.low > threshold, f.high <= threshold),
		[POLICY_BELOW] = known(f.high < threshold, f.low >= threshold),
		[POLICY_AT_LEAST] = known(f.low >= threshold, f.high < threshold),
		[POLICY_AT_MOST] = known(f.high <= threshold, f.low > threshold),
	};

	return truths[op];
}

void policy_rule_feed(struct policy_rule *rule, int64_t now, bool broken, const struct policy_figure *figures)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		struct policy_condition *c = &rule->conditions[i];

		c->value = figures[c->metric];
		c->truth = compare(c->op, c->value, c->threshold);
		if (c->truth != POLICY_TRUE)
			c->since = -1;
		else if (c->since < 0 || broken)
			c->since = now;
		c->held_ms = c->since < 0 ? 0 : now - c->since;
	}
}

/* One that is true but not long enough yet is false. */
static enum policy_truth condition_truth(const struct policy_condition *c, bool soon)
{
	return c->truth == POLICY_TRUE && !soon && c->held_ms < c->for_ms ? POLICY_FALSE : c->truth;
}

/* Kleene's: what is unknown matters only where it could. */
static enum policy_truth join(bool both, enum policy_truth a, enum policy_truth b)
{
	const enum policy_truth decides = both ? POLICY_FALSE : POLICY_TRUE;

	if (a == decides || b == decides)
		return decides;
	return a == POLICY_UNKNOWN || b == POLICY_UNKNOWN ? POLICY_UNKNOWN : a;
}

enum policy_truth policy_rule_truth(const struct policy_rule *rule, bool soon)
{
	enum policy_truth stack[POLICY_CONDITIONS_MAX + 1];
	size_t top = 0, next_condition = 0;

	for (size_t i = 0; i < rule->node_count; i++) {
		if (rule->nodes[i] == NODE_CONDITION) {
			stack[top++] = condition_truth(&rule->conditions[next_condition++], soon);
			continue;
		}
		if (top < 2)
			return POLICY_UNKNOWN;
		top--;
		stack[top - 1] = join(rule->nodes[i] == NODE_AND, stack[top - 1], stack[top]);
	}
	return top > 0 ? stack[0] : POLICY_UNKNOWN;
}

const struct policy_condition *policy_rule_blind(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++)
		if (!policy_figure_known(rule->conditions[i].value))
			return &rule->conditions[i];
	return NULL;
}

int64_t policy_rule_wait(const struct policy_rule *rule)
{
	int64_t longest = 0;

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *c = &rule->conditions[i];

		if (c->truth == POLICY_TRUE && c->for_ms - c->held_ms > longest)
			longest = c->for_ms - c->held_ms;
	}
	return longest;
}

int64_t policy_rule_longest(const struct policy_rule *rule)
{
	int64_t longest = 0;

	for (size_t i = 0; i < rule->condition_count; i++)
		if (rule->conditions[i].for_ms > longest)
			longest = rule->conditions[i].for_ms;
	return longest;
}
