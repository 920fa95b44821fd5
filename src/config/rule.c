/* The values of autoscale: conditions, days, times and zones; the fleet reads them and gives them meaning. */
#include "node.h"
#include "ollama-top/i18n.h"
#include "ollama-top/policy.h"
#include "ollama-top/units.h"
#include "scalar.h"
#include "zone_file.h"

#include <string.h>

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

static bool good_days(const char *text)
{
	return policy_days(text) != 0;
}

static bool good_time(const char *text)
{
	return policy_time_of_day(text) >= 0;
}

bool scalar_rule(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("a rule such as \"busy > 0.8 for 60s\"");
	struct policy_error error;
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	struct policy_rule *rule = policy_rule_parse(node->text, &error);
	if (!rule) {
		return reader_fail_inside(r, node, error.at, "%s: %s", field->name, error.text);
	}
	policy_rule_free(rule);
	return scalar_text(r, node, field, to);
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
	return checked(r, node, field, to, zone_name_is_good, _("a time zone such as Europe/Berlin"));
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
