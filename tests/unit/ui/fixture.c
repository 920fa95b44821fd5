#include "fixture.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define START 1000000

void screen_fixture(enum charset charset, struct theme *theme, struct canvas *all)
{
	cr_assert(setlocale(LC_ALL, "C.UTF-8"));
	(void)setenv("LINES", "12", 1);
	(void)setenv("COLUMNS", "40", 1);
	FILE *nowhere = fopen("/dev/null", "r+");
	cr_assert(nowhere);
	cr_assert(newterm("xterm-256color", nowhere, nowhere));
	theme_init(theme, charset, true);
	*all = (struct canvas){.win = stdscr, .theme = theme, .h = SCREEN_LINES, .w = SCREEN_COLUMNS};
	for (int y = 0; y < all->h; y++)
		canvas_repeat(all, y, 0, all->w, FACE_NORMAL, "@");
}

wchar_t screen_at(int y, int x)
{
	cchar_t cell;
	wchar_t text[CCHARW_MAX + 1] = L"";
	attr_t attr;
	short pair;
	cr_assert_eq(mvwin_wch(stdscr, y, x, &cell), OK);
	cr_assert_eq(getcchar(&cell, text, &attr, &pair, NULL), OK);
	return text[0];
}

const char *screen_line(int y)
{
	static char line[SCREEN_COLUMNS * MB_LEN_MAX + 1];
	wchar_t wide[SCREEN_COLUMNS * CCHARW_MAX + 1];
	cr_assert_neq(mvwinnwstr(stdscr, y, 0, wide, SCREEN_COLUMNS), ERR);
	cr_assert_neq(wcstombs(line, wide, sizeof(line)), (size_t)-1);
	return line;
}

struct fleet *fleet_fixture(void)
{
	static struct instance_spec only = {.name = (char *)"ollama", .port = 11434};
	static struct server_spec servers[] = {
		{.name = (char *)"80",
			.host = (char *)"10.0.0.80",
			.role = ROLE_RW,
			.docker = (char *)"unix:///x",
			.instances = &only,
			.instance_count = 1},
		{.name = (char *)"84",
			.host = (char *)"10.0.0.84",
			.docker = (char *)"unix:///y",
			.discover = {.name = (char *)"ollama-*"}},
	};
	static struct fleet_spec spec = {.refresh_ms = 2000,
		.timeout_ms = 3000,
		.busy_cpu = 50,
		.servers = servers,
		.server_count = 2};
	struct fleet *fleet = fleet_new(&spec, START, START);
	cr_assert(fleet);
	return fleet;
}

void fleet_fixture_free(struct fleet *fleet)
{
	fleet_free(fleet);
}

static struct observation observe(
	const struct fleet *fleet, enum observation_kind kind, size_t server, const char *instance)
{
	return (struct observation){
		.kind = kind, .at = fleet->now, .wall = fleet->wall, .server = server, .instance = instance};
}

void fleet_list(struct fleet *fleet, size_t server, const char *const *names, size_t count)
{
	struct observation o = observe(fleet, OBS_CONTAINERS, server, NULL);
	o.u.containers.names = names;
	o.u.containers.count = count;
	fleet_apply(fleet, &o);
}

void fleet_answer(struct fleet *fleet, size_t server, const char *instance, double latency_ms)
{
	struct observation o = observe(fleet, OBS_VERSION, server, instance);
	o.u.version.version = "0.9.0";
	o.u.version.latency_ms = latency_ms;
	fleet_apply(fleet, &o);
}

void fleet_memory(struct fleet *fleet, size_t server, const char *instance, int64_t used, double cpu)
{
	struct observation o = observe(fleet, OBS_STATS, server, instance);
	o.u.stats.memory_used = o.u.stats.memory_judged = used;
	o.u.stats.memory_limit = 16 * GIGA;
	o.u.stats.cpu_percent = cpu;
	fleet_apply(fleet, &o);
}

void fleet_models(struct fleet *fleet, size_t server, const char *instance, const struct model_stored *models,
	size_t count)
{
	struct observation o = observe(fleet, OBS_STORED, server, instance);
	o.u.stored.models = models;
	o.u.stored.count = count;
	fleet_apply(fleet, &o);
}

void fleet_loads(struct fleet *fleet, size_t server, const char *instance, const char *model)
{
	struct model_loaded loaded = {
		.name = (char *)model, .digest = "sha256:00", .size = GIGA, .expires_at = INT64_MAX};
	struct observation o = observe(fleet, OBS_LOADED, server, instance);
	o.u.loaded.models = &loaded;
	o.u.loaded.count = model ? 1 : 0;
	fleet_apply(fleet, &o);
}
