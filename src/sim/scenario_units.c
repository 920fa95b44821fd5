/*
 * scenario_units.c - sizes and durations as people write them.
 */
#include "scenario.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool scenario_size(const char *text, int64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	double number = strtod(text, &end);

	if (end == text || !isfinite(number) || number < 0)
		return false;
	if (*end) {
		unit = strchr(units, *end);
		if (!unit || end[1] != '\0')
			return false;
		for (; unit >= units; unit--)
			number *= 1024;
	}
	*bytes = (int64_t)number;
	return true;
}

bool scenario_duration(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"ms", 1}, {"us", 0.001}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};
	double total = 0;
	char *end;

	for (bool first = true; *text || first; first = false) {
		double number = strtod(text, &end);
		size_t i = 0;

		if (end == text || !isfinite(number))
			return false;
		if (*end == '\0' && first) {
			total = number * 1000;
			break;
		}
		while (i < sizeof units / sizeof *units &&
			strncmp(end, units[i].unit, strlen(units[i].unit)) != 0)
			i++;
		if (i == sizeof units / sizeof *units)
			return false;
		total += number * units[i].ms;
		text = end + strlen(units[i].unit);
	}
	*ms = total < 0 ? -1 : (int64_t)total;
	return true;
}
