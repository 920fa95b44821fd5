#include "scalar.h"

#include "address.h"
#include "node.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "ollama-top/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer texts than any path or address are a mistake. */
#define TEXT_MAX 4095

/* "FIELD "VALUE" WRONG; expected EXPECTED", the form of nearly every message. */
static bool refuse(struct reader *r, const struct node *node, const struct field *field, const char *wrong,
	const char *expected)
{
	char quoted[READER_QUOTE_MAX];
	return reader_fail(r, node, _("%s \"%s\" %s; expected %s"), field->name, reader_quote(quoted, node),
		wrong, expected);
}

static bool has_control(const struct node *node)
{
	for (size_t i = 0; i < node->len; i++) {
		const unsigned char c = (unsigned char)node->text[i];
		if (c < 0x20 || c == 0x7f) {
			return true;
		}
	}
	return false;
}

static bool keep_bytes(struct reader *r, const char *text, size_t len, const struct field *field, void *to)
{
	char *copy = strndup(text, len);
	if (!copy) {
		return reader_out_of_memory(r);
	}
	char **slot = (char **)((char *)to + field->offset);
	free(*slot);
	*slot = copy;
	return true;
}

static bool keep(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return keep_bytes(r, node->text, node->len, field, to);
}

static bool keep_int(const struct field *field, void *to, int value)
{
	*(int *)((char *)to + field->offset) = value;
	return true;
}

/* Kept when `wrong`, the verdict of a check of address.h, is NULL. */
static bool keep_checked(struct reader *r, const struct node *node, const struct field *field, void *to,
	const char *(*check)(const char *), const char *expected)
{
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const char *wrong = check(node->text);
	return wrong ? refuse(r, node, field, wrong, expected) : keep(r, node, field, to);
}

bool scalar_is_text(
	struct reader *r, const struct node *node, const struct field *field, const char *expected)
{
	if (node->kind != NODE_SCALAR) {
		return reader_fail(r, node,
			node->kind == NODE_LIST ? _("%s is a list; expected %s")
						: _("%s is a map; expected %s"),
			field->name, expected);
	}
	if (node->len == 0) {
		return reader_fail(r, node, _("%s is empty; expected %s"), field->name, expected);
	}
	if (has_control(node)) {
		return refuse(r, node, field, _("contains a control character"), expected);
	}
	if (node->len > TEXT_MAX) {
		return refuse(r, node, field, _("is too long"), expected);
	}
	return true;
}

bool scalar_text(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return scalar_is_text(r, node, field, _("text")) && keep(r, node, field, to);
}

bool scalar_name(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	char clean[TEXT_NAME_MAX];
	const char *expected = _("a name of at most 255 printable bytes without /");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	if (strchr(node->text, '/')) {
		return refuse(r, node, field, _("contains a /"), expected);
	}
	if (node->text[0] == ' ' || node->text[node->len - 1] == ' ') {
		return refuse(r, node, field, _("begins or ends with a space"), expected);
	}
	if (node->len >= sizeof(clean)) {
		return refuse(r, node, field, _("is too long"), expected);
	}
	if (text_clean(clean, sizeof(clean), node->text, node->len) != node->len) {
		return refuse(r, node, field, _("contains characters that cannot be shown"), expected);
	}
	return keep(r, node, field, to);
}

bool scalar_host(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("a host name or an IP address");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	return address_host(node->text) ? keep(r, node, field, to)
					: refuse(r, node, field, _("is not a host"), expected);
}

bool scalar_url(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("http://HOST:PORT or https://HOST:PORT");
	/* Not quoted: what stands before the @ may be a password. */
	if (node->kind == NODE_SCALAR && strchr(node->text, '@')) {
		return reader_fail(
			r, node, _("%s holds a user or a password; expected %s"), field->name, expected);
	}
	if (!keep_checked(r, node, field, to, address_bad_url, expected)) {
		return false;
	}
	char *url = *(char **)((char *)to + field->offset);
	const size_t len = strlen(url);
	if (url[len - 1] == '/') {
		url[len - 1] = '\0';
	}
	return true;
}

bool scalar_docker(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return keep_checked(r, node, field, to, address_bad_docker, ADDRESS_DOCKER_EXPECTED);
}

bool scalar_source(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return keep_checked(r, node, field, to, address_bad_nfs_source, _("ADDRESS:/PATH"));
}

bool scalar_path(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("an absolute path, or one that begins with ~/");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	if (node->text[0] == '/') {
		return keep(r, node, field, to);
	}
	const char *home = getenv("HOME");
	if (strncmp(node->text, "~/", 2) != 0) {
		return refuse(r, node, field, _("is a relative path"), expected);
	}
	char path[2 * TEXT_MAX];
	const int len =
		home && home[0] == '/' ? snprintf(path, sizeof(path), "%s%s", home, node->text + 1) : -1;
	if (len < 0 || (size_t)len >= sizeof(path)) {
		return refuse(r, node, field, _("needs a good $HOME"), expected);
	}
	return keep_bytes(r, path, (size_t)len, field, to);
}

bool scalar_role(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("rw or ro");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const bool rw = strcmp(node->text, "rw") == 0;
	if (!rw && strcmp(node->text, "ro") != 0) {
		return refuse(r, node, field, _("is not a role"), expected);
	}
	*(enum server_role *)((char *)to + field->offset) = rw ? ROLE_RW : ROLE_RO;
	return true;
}

bool scalar_kind(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("ollama or openai");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const bool openai = strcmp(node->text, "openai") == 0;
	if (!openai && strcmp(node->text, "ollama") != 0) {
		return refuse(r, node, field, _("is no kind of instance"), expected);
	}
	*(enum instance_kind *)((char *)to + field->offset) = openai ? KIND_OPENAI : KIND_OLLAMA;
	return true;
}

bool scalar_bool(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("true or false");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const bool on = strcmp(node->text, "true") == 0;
	if (!on && strcmp(node->text, "false") != 0) {
		return refuse(r, node, field, _("is neither"), expected);
	}
	*(bool *)((char *)to + field->offset) = on;
	return true;
}

bool scalar_port(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("a port from 1 to 65535");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const int port = address_port(node->text);
	return port > 0 ? keep_int(field, to, port) : refuse(r, node, field, _("is not a port"), expected);
}

bool scalar_count(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	char expected[64];
	snprintf(expected, sizeof(expected), _("a whole number from %d to %d"), (int)field->min,
		(int)field->max);
	int64_t value = 0;
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	if (!units_integer(node->text, &value)) {
		return refuse(r, node, field, _("is not a whole number"), expected);
	}
	if (value < field->min || value > field->max) {
		return refuse(r, node, field, _("is out of range"), expected);
	}
	return keep_int(field, to, (int)value);
}

/* What durations and sizes have in common: a unit, and bounds. */
static bool with_unit(struct reader *r, const struct node *node, const struct field *field, void *to,
	enum units_result (*parse)(const char *, int64_t *), const char *expected)
{
	static const char *const wrong[] = {
		[UNITS_NOT_A_NUMBER] = N_("does not begin with a number"),
		[UNITS_NO_UNIT] = N_("has no unit"),
		[UNITS_UNKNOWN_UNIT] = N_("has an unknown unit"),
	};
	int64_t value = 0;
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const enum units_result result = parse(node->text, &value);
	if (result != UNITS_OK) {
		return refuse(r, node, field, _(wrong[result]), expected);
	}
	if (value < field->min || value > field->max) {
		return refuse(
			r, node, field, value < field->min ? _("is too small") : _("is too large"), expected);
	}
	*(int64_t *)((char *)to + field->offset) = value;
	return true;
}

/* "100ms", "5m": the largest unit that is exact, for the bounds in a message. */
static const char *show_duration(char *buf, size_t size, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
	const size_t last = sizeof(units) / sizeof(*units) - 1;
	size_t i = 0;
	while (i < last && (ms % units[i].ms != 0 || ms < units[i].ms)) {
		i++;
	}
	snprintf(buf, size, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
	return buf;
}

bool scalar_duration(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	char expected[128];
	char min[24];
	char max[24];
	snprintf(expected, sizeof(expected), _("a duration such as 500ms, 2s, 10m or 1h, between %s and %s"),
		show_duration(min, sizeof(min), field->min), show_duration(max, sizeof(max), field->max));
	return with_unit(r, node, field, to, units_duration, expected);
}

bool scalar_size(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return with_unit(r, node, field, to, units_size, _("a size such as 512M or 2G"));
}

bool scalar_percent(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	char expected[96];
	snprintf(expected, sizeof(expected), _("a percentage of one core from %d to %d"), (int)field->min,
		(int)field->max);
	double value = 0;
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	const char *rest = units_decimal(node->text, &value);
	if (!rest || (strcmp(rest, "") != 0 && strcmp(rest, "%") != 0)) {
		return refuse(r, node, field, _("is not a percentage"), expected);
	}
	if (value < (double)field->min || value > (double)field->max) {
		return refuse(r, node, field, _("is out of range"), expected);
	}
	memcpy((char *)to + field->offset, &value, sizeof(value));
	return true;
}

bool scalar_ports(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	const char *expected = _("a port or a range such as 11434-11449");
	if (!scalar_is_text(r, node, field, expected)) {
		return false;
	}
	char first[8];
	const size_t len = strcspn(node->text, "-");
	if (len >= sizeof(first)) {
		return refuse(r, node, field, _("is not a range of ports"), expected);
	}
	memcpy(first, node->text, len);
	first[len] = '\0';
	int *ports = (int *)((char *)to + field->offset);
	ports[0] = address_port(first);
	ports[1] = node->text[len] == '-' ? address_port(node->text + len + 1) : ports[0];
	if (ports[0] == 0 || ports[1] == 0) {
		return refuse(r, node, field, _("is not a range of ports"), expected);
	}
	return ports[0] <= ports[1] ? true : refuse(r, node, field, _("ends before it begins"), expected);
}
