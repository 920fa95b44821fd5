/* The wall: its large characters, how servers are dealt out to lanes and pages, what it calls fresh and what stale. */
#include "fixture.h"
#include "ui/big.h"
#include "ui/wall_blank.h"
#include "ui/wall_picture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

Test(big, every_character_has_its_width)
{
	cr_assert_eq(big_columns("", 1), 0);
	cr_assert_eq(big_columns("0", 1), 5);
	cr_assert_eq(big_columns("00:0", 1), 5 + 1 + 5 + 1 + 2 + 1 + 5);
	cr_assert_eq(big_columns("00", 3), 33);
	cr_assert_eq(big_columns("ol", 1), big_columns("OL", 1), "small letters are drawn as capitals");
	cr_assert_eq(big_columns("\xe6\x97\xa5", 1), 5, "one '?' for a character of several bytes");
	cr_assert_eq(big_columns("\xff\xc3", 1), 11);
	cr_assert_eq(BIG_ROWS(1), 4);
	cr_assert_eq(BIG_ROWS(2), 7);
}

static void shape(enum charset charset, int scale, const char *const *rows)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(charset, &theme, &all);
	canvas_blank(&all);
	big_draw(&all, 1, 2, scale, FACE_OK, "2/4");
	for (int y = 0; rows[y]; y++) {
		char line[256];
		(void)snprintf(line, sizeof(line), "%s", screen_line(y));
		for (size_t end = strlen(line); end > 0 && line[end - 1] == ' ';)
			line[--end] = 0;
		cr_assert_str_eq(line, rows[y], "row %d is '%s'", y, line);
	}
}

Test(big, half_blocks)
{
	static const char *const rows[] = {"", "  ▄▀▀▀▄     ▄   ▄█", "     ▄▀   ▄▀  ▄▀ █",
		"   ▄▀   ▄▀    ▀▀▀█▀", "  ▀▀▀▀▀          ▀", "", NULL};
	shape(CHARSET_CP437, 1, rows);
}

Test(big, ascii)
{
	static const char *const rows[] = {"", "  o\"\"\"o     o   o#", "     o\"   o\"  o\" #",
		"   o\"   o\"    \"\"\"#\"", "  \"\"\"\"\"          \"", "", NULL};
	shape(CHARSET_ASCII, 1, rows);
}

Test(big, twice_as_large)
{
	static const char *const rows[] = {"", "    ██████                      ██",
		"  ██      ██          ██      ████", "          ██        ██      ██  ██",
		"        ██        ██      ██    ██", "      ██        ██        ██████████",
		"    ██        ██                ██", "  ██████████                    ██", NULL};
	shape(CHARSET_UNICODE, 2, rows);
}

Test(big, stays_in_its_canvas)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	struct canvas small = canvas_sub(&all, 2, 3, 2, 7);
	big_draw(&small, 0, 0, 2, FACE_CRITICAL, "888");
	for (int y = 0; y < SCREEN_LINES; y++)
		for (int x = 0; x < SCREEN_COLUMNS; x++)
			if (y < 2 || y >= 4 || x < 3 || x >= 10)
				cr_assert_eq(screen_at(y, x), L'@', "at %d,%d", y, x);
}

static void give_instances(struct fleet *fleet, size_t count)
{
	static char text[64][16];
	const char *names[64];
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "ollama-%zu", i + 1);
		names[i] = text[i];
	}
	fleet_list(fleet, 1, names, count);
}

/* How often each instance stands on all pages together. */
static void count_names(const struct wall_sight *sight, const struct canvas *c, const struct wall_lanes *fit,
	int page, int *seen, size_t count)
{
	canvas_blank(c);
	wall_servers_draw(sight, fit, page, c);
	for (int y = 0; y < SCREEN_LINES; y++) {
		const char *line = screen_line(y);
		int number;
		if (sscanf(line, " ollama-%d ", &number) == 1 && (size_t)number <= count)
			seen[number - 1]++;
	}
}

Test(wall_servers, each_instance_is_on_one_page)
{
	struct theme theme;
	struct canvas all;
	struct roster roster = {0};
	struct fleet *fleet = fleet_fixture();
	screen_fixture(CHARSET_ASCII, &theme, &all);
	give_instances(fleet, 40);
	cr_assert(roster_build(&roster, fleet));
	struct wall_sight sight = {
		.look = {.fleet = fleet, .theme = &theme, .now = fleet->now, .wall = fleet->wall},
		.roster = &roster};
	for (int lines = 2; lines <= SCREEN_LINES; lines++) {
		int seen[40] = {0};
		struct canvas body = canvas_sub(&all, 0, 0, lines, all.w);
		struct wall_lanes fit = wall_servers_fit(&sight, all.w, lines);
		cr_assert(fit.pages >= 1 && fit.height <= lines - 1);
		canvas_blank(&all);
		for (int page = 0; page < fit.pages; page++)
			count_names(&sight, &body, &fit, page, seen, 40);
		for (int i = 0; i < 40; i++)
			cr_assert_eq(seen[i], 1, "ollama-%d %d times on %d pages of %d lines", i + 1, seen[i],
				fit.pages, lines);
	}
	roster_free(&roster);
	fleet_fixture_free(fleet);
}

Test(wall_servers, lie_evenly_side_by_side_when_they_fit)
{
	struct theme theme = {.charset = CHARSET_ASCII};
	struct roster roster = {0};
	struct fleet *fleet = fleet_fixture();
	give_instances(fleet, 3);
	cr_assert(roster_build(&roster, fleet));
	struct wall_sight sight = {.look = {.fleet = fleet, .theme = &theme}, .roster = &roster};
	struct wall_lanes wide = wall_servers_fit(&sight, 240, 50),
			  narrow = wall_servers_fit(&sight, 120, 50);
	cr_assert_eq(wide.lanes, 2);
	cr_assert_eq(wide.pages, 1);
	cr_assert_eq(wide.height, 4, "the heading and three instances of the larger server, %d", wide.height);
	cr_assert_eq(narrow.lanes, 1);
	cr_assert_eq(narrow.height, 6);
	roster_free(&roster);
	fleet_fixture_free(fleet);
}

Test(wall, hears_while_anything_answers)
{
	struct theme theme = {.charset = CHARSET_ASCII};
	struct fleet *fleet = fleet_fixture();
	struct look look = {.fleet = fleet, .theme = &theme, .now = fleet->now};
	cr_assert_not(wall_hears(&look));
	cr_assert_eq(wall_answered_at(fleet), 0);
	fleet_answer(fleet, 0, "ollama", 1);
	cr_assert(wall_hears(&look));
	cr_assert_eq(wall_answered_at(fleet), fleet->now);
	look.now += 3 * fleet->spec->refresh_ms;
	cr_assert(wall_hears(&look));
	look.now++;
	cr_assert_not(wall_hears(&look), "three intervals and a millisecond old");
	fleet_fixture_free(fleet);
}

Test(wall, an_engine_without_containers_is_asked_seldom)
{
	struct theme theme = {.charset = CHARSET_ASCII};
	struct fleet *fleet = fleet_fixture();
	struct look look = {.fleet = fleet, .theme = &theme, .now = fleet->now + 60000};
	struct observation o = {.kind = OBS_DOCKER, .at = fleet->now, .wall = fleet->wall, .server = 1};
	o.u.docker.version = "28.2.2";
	o.u.docker.api = "1.50";
	o.u.docker.latency_ms = 1;
	fleet_apply(fleet, &o);
	cr_assert(wall_hears(&look));
	o.error = "timed out";
	o.at += 1000;
	fleet_apply(fleet, &o);
	cr_assert_not(wall_hears(&look));
	fleet_fixture_free(fleet);
}

Test(wall, knows_the_newest_critical_alert)
{
	struct fleet *fleet = fleet_fixture();
	cr_assert_eq(wall_critical_at(fleet), 0);
	struct observation o = {
		.kind = OBS_DOCKER_EVENT, .at = fleet->now + 5, .wall = fleet->wall, .instance = "ollama"};
	o.u.event.what = DEVENT_OOM;
	fleet_apply(fleet, &o);
	cr_assert_eq(wall_critical_at(fleet), fleet->now);
	cr_assert(fleet_acknowledge(fleet, "80/ollama"));
	cr_assert_eq(wall_critical_at(fleet), 0, "what somebody knows of rings no bell");
	fleet_fixture_free(fleet);
}

Test(wall_blank, only_the_console_is_told)
{
	char got[64] = "";
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	cr_assert_eq(wall_blank_never("xterm-256color"), 0);
	cr_assert_eq(wall_blank_never(NULL), 0);
	(void)wall_blank_never("linux");
	wall_blank_again(0);
	wall_blank_again(10);
	cr_assert_gt(read(ends[0], got, sizeof(got) - 1), 0);
	cr_assert_str_eq(got, "\033[9;0]\033[13]\033[9;10]");
}
