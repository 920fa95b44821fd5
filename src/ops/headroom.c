/*
 * headroom.c - whether a server's memory allows one more: the arithmetic, and the sentence that shows it.
 */
#include "ollama-top/i18n.h"

#include "choose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_TEXT 32

/* So many different limits are listed; whoever has more reads one sum for the rest. */
#define GROUPS_SHOWN 6

/* A pebibyte: no container has more, and a thousand of them still fit in 64 bits. */
#define BYTES_MAX (INT64_C(1) << 50)

struct sum {
	int64_t limits[FLEET_INSTANCES_MAX];
	size_t limited;
	int64_t unlimited_use; /* of those without a limit */
	size_t unlimited;
	const char *unlimited_name; /* one of them */
	int64_t total;
};

/* Returns false, so that what cannot be reckoned can `return add(...)` its reason. */
static bool add(struct headroom *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool add(struct headroom *out, const char *format, ...)
{
	size_t used = strlen(out->text);
	va_list args;
	va_start(args, format);
	vsnprintf(out->text + used, sizeof out->text - used, format, args);
	va_end(args);
	return false;
}

/* A figure from a server, held to what sums cannot overflow with. */
static int64_t held(int64_t bytes)
{
	return bytes < BYTES_MAX ? bytes : BYTES_MAX;
}

/* Of the container, or else of its cgroup; 0: none; -1 unknown. */
static int64_t limit_of(const struct instance *i)
{
	return held(i->container.known ? i->container.memory_limit : i->memory_limit);
}

static bool sum_up(const struct server *server, struct sum *sum, struct headroom *out)
{
	for (size_t k = 0; k < server->instance_count && k < FLEET_INSTANCES_MAX; k++) {
		const struct instance *i = server->instances[k];
		if (!choose_is_present(i))
			continue;
		int64_t limit = limit_of(i);
		if (limit > 0) {
			sum->limits[sum->limited++] = limit;
			sum->total += limit;
			continue;
		}
		if (limit < 0)
			return add(out, _("the memory limit of %s is not known: refused"), i->name);
		if (i->memory_used < 0)
			return add(out, _("%s has no memory limit, and what it uses is not known: refused"),
				i->name);
		sum->unlimited++;
		sum->unlimited_name = i->name;
		sum->unlimited_use += held(i->memory_used);
		sum->total += held(i->memory_used);
	}
	return true;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* "3 x 16G + 1 x 24G + ", the smallest first. */
static void tell_limits(struct sum *sum, struct headroom *out)
{
	char size[SIZE_TEXT];
	size_t shown = 0, k = 0;
	qsort(sum->limits, sum->limited, sizeof *sum->limits, by_size);
	for (; k < sum->limited && shown < GROUPS_SHOWN; shown++) {
		size_t first = k;
		while (k < sum->limited && sum->limits[k] == sum->limits[first])
			k++;
		add(out, "%zu x %s + ", k - first, choose_size(size, sizeof size, sum->limits[first]));
	}
	int64_t rest = 0;
	for (size_t j = k; j < sum->limited; j++)
		rest += sum->limits[j];
	if (k < sum->limited)
		add(out, P_("%s of %zu other + ", "%s of %zu others + ", sum->limited - k),
			choose_size(size, sizeof size, rest), sum->limited - k);
}

static void tell_unlimited(const struct sum *sum, struct headroom *out)
{
	char size[SIZE_TEXT];
	choose_size(size, sizeof size, sum->unlimited_use);
	if (sum->unlimited == 1)
		add(out, _("%s in use by %s, which has no limit, + "), size, sum->unlimited_name);
	else if (sum->unlimited > 1)
		add(out,
			P_("%s in use by %zu that has no limit + ", "%s in use by %zu that have no limit + ",
				sum->unlimited),
			size, sum->unlimited);
}

static void tell_result(const struct server *server, struct headroom *out)
{
	char size[SIZE_TEXT];
	char left[SIZE_TEXT], headroom[SIZE_TEXT], promised[sizeof out->text];
	snprintf(promised, sizeof promised, "%s", out->text);
	choose_size(size, sizeof size, server->memory_total);
	choose_size(left, sizeof left, out->left);
	choose_size(headroom, sizeof headroom, server->spec->scale.memory_headroom);
	out->text[0] = '\0';
	/* TRANSLATORS: "3 x 16G + 16G of 125.6G leaves 61.6G": memory promised to containers, of the server's */
	if (out->fits)
		add(out, _("%s of %s leaves %s"), promised, size, left);
	else if (out->left < 0)
		add(out, _("%s of %s leaves %s: refused"), promised, size, left);
	else
		add(out, _("%s of %s leaves %s, less than the headroom of %s: refused"), promised, size, left,
			headroom);
}

bool choose_headroom(
	const struct server *server, const struct instance *template, int count, struct headroom *out)
{
	struct sum sum = {.limited = 0};
	char size[SIZE_TEXT];
	*out = (struct headroom){.fits = false};
	if (server->memory_total <= 0)
		return add(out, _("how much memory server %s has is not known: refused"), server->spec->name);
	int64_t limit = limit_of(template);
	if (limit < 0)
		return add(out, _("the memory limit of %s is not known: refused"), template->name);
	if (limit == 0)
		return add(out,
			_("%s has no memory limit, so nobody can tell what its clone will take: refused; "
			  "give it "
			  "one (docker update --memory)"),
			template->name);
	if (!sum_up(server, &sum, out))
		return false;
	out->known = true;
	out->left = server->memory_total - sum.total - limit * count;
	out->fits = out->left >= server->spec->scale.memory_headroom;
	tell_limits(&sum, out);
	tell_unlimited(&sum, out);
	if (count != 1)
		add(out, "%d x ", count);
	add(out, "%s", choose_size(size, sizeof size, limit));
	tell_result(server, out);
	return out->fits;
}
