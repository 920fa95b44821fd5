/*
 * choose.c - template, name, port and victim.
 */
#include "choose.h"

#include "ollama-top/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Far beyond what a server can hold, and soon tried. */
#define NUMBER_MAX 9999

/* Nine digits are a number; more are a date or an id. */
#define DIGITS_MAX 9

bool choose_is_present(const struct instance *i)
{
	return !i->gone && i->present != 0 && i->container.status != CONTAINER_REMOVED;
}

static bool is_healthy(const struct instance *i)
{
	return choose_is_present(i) && (i->state == STATE_OK || i->state == STATE_LB) && i->container.known &&
	       i->container.status == CONTAINER_RUNNING;
}

static bool is_newer(const struct instance *i, const struct instance *than)
{
	if (i->container.started_wall != than->container.started_wall)
		return i->container.started_wall > than->container.started_wall;
	return text_natural_compare(i->name, than->name) > 0;
}

const struct instance *choose_template(const struct server *server)
{
	const struct instance *best = NULL;
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];
		if (is_healthy(i) && instance_is_ollama(i) && (best == NULL || is_newer(i, best)))
			best = i;
	}
	return best;
}

const struct instance *choose_victim(const struct server *server)
{
	const struct instance *last = NULL;
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];
		if (choose_is_present(i) && instance_is_ollama(i) &&
			(last == NULL || text_natural_compare(i->name, last->name) > 0))
			last = i;
	}
	return last;
}

static bool is_taken(const char *name, const char *const *taken, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (strcmp(taken[k], name) == 0)
			return true;
	return false;
}

bool choose_name(
	char *buf, size_t size, const char *name, const char *const *taken, size_t count, const char *glob)
{
	size_t len = strlen(name), digits = 0;
	const char *joint = "";
	while (digits < len && name[len - digits - 1] >= '0' && name[len - digits - 1] <= '9')
		digits++;
	if (digits == 0 || digits == len || digits > DIGITS_MAX) {
		digits = 0;
		joint = "-";
	}
	int width = digits > 0 && name[len - digits] == '0' ? (int)digits : 1;
	for (int number = digits > 0 ? 1 : 2; number <= NUMBER_MAX; number++) {
		int n = snprintf(buf, size, "%.*s%s%0*d", (int)(len - digits), name, joint, width, number);
		if (n < 0 || (size_t)n >= size)
			return false;
		if (!is_taken(buf, taken, count) && (glob == NULL || text_glob(glob, buf)))
			return true;
	}
	return false;
}

static bool is_used(const struct server *server, int port)
{
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];
		if (!i->gone && (i->port == port || i->container.host_port == port))
			return true;
	}
	return false;
}

int choose_port(const struct server *server, const int *taken, size_t count)
{
	const struct scale_spec *scale = &server->spec->scale;
	if (scale->port_first <= 0)
		return 0;
	for (int port = scale->port_first; port <= scale->port_last; port++) {
		bool is_free = !is_used(server, port);
		for (size_t k = 0; k < count && is_free; k++)
			is_free = taken[k] != port;
		if (is_free)
			return port;
	}
	return 0;
}

const char *choose_size(char *buf, size_t size, int64_t bytes)
{
	static const char units[] = "BKMGT";
	double value = bytes < 0 ? -(double)bytes : (double)bytes;
	size_t unit = 0;
	/* 1023.96 would be shown as 1024 */
	while (value >= 1023.95 && units[unit + 1] != '\0') {
		value /= 1024;
		unit++;
	}
	const int64_t tenths = (int64_t)(value * 10 + 0.5);
	const char *sign = bytes < 0 ? "-" : "";
	if (bytes == 0)
		snprintf(buf, size, "0");
	else if (tenths % 10 == 0 || unit == 0)
		snprintf(buf, size, "%s%" PRId64 "%c", sign, tenths / 10, units[unit]);
	else
		snprintf(buf, size, "%s%" PRId64 ".%" PRId64 "%c", sign, tenths / 10, tenths % 10,
			units[unit]);
	return buf;
}
