#include "look.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t look_age(const struct look *look, int64_t at)
{
	int64_t age = look->now - at;
	return look->still || at == 0 || age < 0 ? 0 : age;
}

int64_t look_expiry(const struct look *look, const struct model_loaded *model)
{
	if (model->expires_at == INT64_MAX)
		return INT64_MAX;
	int64_t left = look->still ? model->expires_wall - look->wall : model->expires_at - look->now;
	return left < 0 ? 0 : left;
}

bool look_older(const struct look *look, int64_t at, int64_t interval_ms)
{
	return at != 0 && look->now - at > 3 * interval_ms;
}

bool look_stale(const struct look *look, int64_t at, int rounds)
{
	return look_older(look, at, look->fleet->spec->refresh_ms * rounds);
}

const char *format_age(char *buf, size_t size, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
	size_t i = 0;
	while (i < 3 && ms < units[i].ms)
		i++;
	(void)snprintf(buf, size, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
	return buf;
}

const char *format_usage(char *buf, size_t size, int64_t used, int64_t limit)
{
	char a[24], b[24];
	if (used < 0)
		(void)snprintf(buf, size, "-");
	else if (limit <= 0)
		(void)snprintf(buf, size, "%s", text_size(a, sizeof(a), used));
	else {
		text_size(a, sizeof(a), used);
		text_size(b, sizeof(b), limit);
		size_t la = strlen(a), lb = strlen(b);
		if (la > 1 && lb > 1 && a[la - 1] == b[lb - 1])
			a[la - 1] = 0;
		(void)snprintf(buf, size, "%s/%s", a, b);
	}
	return buf;
}

const char *format_latency(char *buf, size_t size, double ms)
{
	if (isnan(ms) || ms < 0)
		(void)snprintf(buf, size, "-");
	else if (ms < 0.95 && ms > 0)
		(void)snprintf(buf, size, "%.1fms", ms < 0.1 ? 0.1 : ms);
	else if (ms < 999.5)
		(void)snprintf(buf, size, "%.0fms", ms);
	else
		(void)snprintf(buf, size, ms < 9950 ? "%.1fs" : "%.0fs", ms / 1000);
	return buf;
}

const char *format_percent(char *buf, size_t size, double percent)
{
	if (isnan(percent) || percent < 0)
		(void)snprintf(buf, size, "-");
	else
		(void)snprintf(buf, size, "%.0f%%", percent);
	return buf;
}

const char *format_time(char *buf, size_t size, int64_t wall, int64_t now_wall)
{
	time_t at = (time_t)(wall / 1000), now = (time_t)(now_wall / 1000);
	struct tm then, today;
	if (!localtime_r(&at, &then) || !localtime_r(&now, &today)) {
		(void)snprintf(buf, size, "-");
		return buf;
	}
	bool same = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
	if (strftime(buf, size, same ? "%H:%M:%S" : "%d %H:%M", &then) == 0 && size > 0)
		buf[0] = 0;
	return buf;
}

const char *format_date(char *buf, size_t size, int64_t wall)
{
	time_t at = (time_t)(wall / 1000);
	struct tm then;
	if ((!localtime_r(&at, &then) || strftime(buf, size, "%F %T", &then) == 0) && size > 0)
		buf[0] = 0;
	return buf;
}

const char *format_retry(char *buf, size_t size, const struct look *look, const struct link *link)
{
	char age[16];
	buf[0] = 0;
	if (link->status == LINK_FAILED && link->retry_at > look->now) {
		int64_t left = look->still ? 0 : link->retry_at - look->now + 999;
		(void)snprintf(buf, size, _("retry in %s"), format_age(age, sizeof(age), left));
	}
	return buf;
}

const char *format_short_id(char *buf, size_t size, const char *digest)
{
	const char *hex = strchr(digest, ':');
	(void)snprintf(buf, size, "%.12s", hex ? hex + 1 : digest);
	return buf;
}
