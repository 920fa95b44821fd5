/* wall.c - the wall itself: its terminal, the second that it draws in, the page that is shown, the bell. */
#include "ollama-top/wall.h"

#include "canvas.h"
#include "ollama-top/i18n.h"
#include "screen.h"
#include "wall_blank.h"
#include "wall_picture.h"

#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LEAST_COLUMNS 40
#define LEAST_LINES   8
#define PAGE_MS       8000
#define NEWS_MS       100   /* answers that come together make one picture */
#define FRESH_MS      10000 /* how long a new critical alert stands out */
#define INTERRUPTED   130
#define SIGNALS       7
#define TIMERS        2

struct wall {
	struct wall_options options;
	struct screen *screen;
	struct theme theme;
	struct roster roster;
	int blank_minutes; /* as the console was found */
	int page, pages;
	int64_t opened_at, turned_at; /* turned_at: when the page was last turned */
	int64_t critical_at,
		fresh_at; /* the newest critical alert that was seen, and when it was seen first */
	uint64_t drawn_serial;
	uv_poll_t input;
	uv_timer_t tick, news;
	uv_signal_t signals[SIGNALS];
	int open_handles;
	bool quitting, closing;
};

static void draw_small(const struct canvas *c)
{
	char text[80];
	(void)snprintf(text, sizeof(text), _("terminal too small: %dx%d, needs %dx%d"), c->w, c->h,
		LEAST_COLUMNS, LEAST_LINES);
	canvas_text(c, c->h / 2, 0, FACE_NORMAL, text);
}

static void see(const struct wall *wall, struct wall_sight *sight)
{
	const struct clock *clock = wall->options.clock;
	int64_t answered_at = wall_answered_at(wall->options.fleet);
	*sight = (struct wall_sight){
		.look = {.fleet = wall->options.fleet,
			.theme = &wall->theme,
			.now = clock_mono_ms(clock),
			.wall = clock_wall_ms(clock),
			.replay = clock->replays,
			.still = clock->still_wall != 0},
		.roster = &wall->roster,
		.page = wall->page,
	};
	int64_t since = answered_at ? answered_at : wall->opened_at;
	sight->data_age = sight->look.now - since;
	sight->stale = look_stale(&sight->look, since, 1) && !wall_hears(&sight->look);
	sight->fresh_alert = wall->fresh_at && clock_real_ms() - wall->fresh_at < FRESH_MS;
}

static void draw(struct wall *wall)
{
	struct canvas all = {.win = stdscr, .theme = &wall->theme};
	struct wall_sight sight;
	getmaxyx(stdscr, all.h, all.w);
	(void)roster_build(&wall->roster, wall->options.fleet);
	wall->drawn_serial = wall->options.fleet->event_serial;
	(void)werase(stdscr);
	see(wall, &sight);
	if (all.w < LEAST_COLUMNS || all.h < LEAST_LINES)
		draw_small(&all);
	else
		wall->pages = wall_picture(&sight, &all);
	(void)wmove(stdscr, 0, 0);
	(void)wnoutrefresh(stdscr);
	screen_update(wall->screen);
}

static void quit(struct wall *wall, int exit_status)
{
	if (wall->quitting)
		return;
	wall->quitting = true;
	wall->options.on_quit(wall->options.user, exit_status);
}

/* The only key there is. */
static void on_input(uv_poll_t *handle, int status, int events)
{
	struct wall *wall = handle->data;
	int count = 0, key;
	(void)events;
	if (wall->quitting)
		return;
	while (status >= 0 && (key = wgetch(stdscr)) != ERR) {
		count++;
		if (key == 'q')
			quit(wall, 0);
	}
	if (status < 0 || (count == 0 && screen_lost())) {
		/* It stays readable for ever. */
		(void)uv_poll_stop(handle);
		quit(wall, INTERRUPTED);
	}
}

static void on_resize(struct wall *wall)
{
	screen_resize(wall->screen);
	draw(wall);
}

static void on_continue(struct wall *wall)
{
	screen_reclaim(wall->screen);
	draw(wall);
}

static void on_end(struct wall *wall)
{
	quit(wall, INTERRUPTED);
}

/* Stopped by a key, a wall would look alive and be frozen. */
static void on_stop(struct wall *wall)
{
	(void)wall;
}

static const struct {
	int number;
	void (*act)(struct wall *wall);
} signal_actions[SIGNALS] = {
	{SIGWINCH, on_resize},
	{SIGCONT, on_continue},
	{SIGTSTP, on_stop},
	{SIGINT, on_end},
	{SIGQUIT, on_end},
	{SIGTERM, on_end},
	{SIGHUP, on_end},
};

static void on_signal(uv_signal_t *handle, int number)
{
	struct wall *wall = handle->data;
	for (size_t i = 0; i < SIGNALS && !wall->quitting; i++)
		if (signal_actions[i].number == number)
			signal_actions[i].act(wall);
}

static void turn_page(struct wall *wall, int64_t now)
{
	if (now - wall->turned_at < PAGE_MS)
		return;
	wall->page = (wall->page + 1) % wall->pages;
	wall->turned_at = now;
}

/* Notices a critical alert that was not there before; of several at once the newest speaks for all. */
static void notice(struct wall *wall, int64_t now)
{
	int64_t newest = wall_critical_at(wall->options.fleet);
	if (newest <= wall->critical_at)
		return;
	wall->critical_at = newest;
	wall->fresh_at = now;
	if (wall->options.bell)
		(void)beep();
}

static void on_tick(uv_timer_t *handle)
{
	struct wall *wall = handle->data;
	const struct clock *clock = wall->options.clock;
	int64_t now = clock_real_ms();
	if (wall->quitting)
		return;
	turn_page(wall, now);
	notice(wall, now);
	draw(wall);
	/* On the second, so that the clock neither skips one nor lags behind. */
	int64_t part = clock->still_wall || clock->replays ? 0 : clock_wall_ms(clock) % 1000;
	(void)uv_timer_start(handle, on_tick, (uint64_t)(1000 - part) + 1, 0);
}

static void on_news(uv_timer_t *handle)
{
	struct wall *wall = handle->data;
	if (wall->quitting)
		return;
	notice(wall, clock_real_ms());
	draw(wall);
}

void wall_changed(struct wall *wall)
{
	if (!wall->quitting && wall->drawn_serial != wall->options.fleet->event_serial &&
		!uv_is_active((uv_handle_t *)&wall->news))
		(void)uv_timer_start(&wall->news, on_news, NEWS_MS, 0);
}

static void on_closed(uv_handle_t *handle)
{
	struct wall *wall = handle->data;
	if (--wall->open_handles == 0 && wall->closing)
		free(wall);
}

static bool start_handles(struct wall *wall)
{
	uv_loop_t *loop = wall->options.loop;
	if (uv_poll_init(loop, &wall->input, STDIN_FILENO) != 0)
		return false;
	(void)uv_timer_init(loop, &wall->tick);
	(void)uv_timer_init(loop, &wall->news);
	wall->input.data = wall->tick.data = wall->news.data = wall;
	wall->open_handles = 1 + TIMERS + SIGNALS;
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)uv_signal_init(loop, &wall->signals[i]);
		wall->signals[i].data = wall;
		(void)uv_signal_start(&wall->signals[i], on_signal, signal_actions[i].number);
	}
	(void)uv_timer_start(&wall->tick, on_tick, 1000, 0);
	return uv_poll_start(&wall->input, UV_READABLE | UV_DISCONNECT, on_input) == 0;
}

/* Ctrl-S from whoever passes by would stop the picture, and the program with it. */
static void ignore_flow_control(void)
{
	struct termios modes;
	if (tcgetattr(STDIN_FILENO, &modes) != 0)
		return;
	modes.c_iflag &= ~(tcflag_t)IXON;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &modes) == 0)
		(void)def_prog_mode();
}

struct wall *wall_new(const struct wall_options *options)
{
	const char *term = getenv("TERM");
	struct wall *wall = calloc(1, sizeof(*wall));
	if (!wall)
		return NULL;
	wall->options = *options;
	wall->opened_at = clock_mono_ms(options->clock);
	wall->turned_at = clock_real_ms();
	wall->pages = 1;
	if (!(wall->screen = screen_open())) {
		free(wall);
		return NULL;
	}
	theme_init(&wall->theme, theme_charset(options->ascii, !strcmp(nl_langinfo(CODESET), "UTF-8"), term),
		!options->no_color);
	ignore_flow_control();
	wall->blank_minutes = wall_blank_never(term);
	draw(wall);
	if (!start_handles(wall)) {
		wall_free(wall);
		fprintf(stderr, "ollama-top: %s\n", _("cannot watch the terminal for keys"));
		return NULL;
	}
	return wall;
}

void wall_free(struct wall *wall)
{
	if (!wall)
		return;
	if (wall->screen)
		wall_blank_again(wall->blank_minutes);
	screen_close(wall->screen);
	wall->screen = NULL;
	wall->quitting = wall->closing = true;
	roster_free(&wall->roster);
	if (wall->open_handles == 0) {
		free(wall);
		return;
	}
	for (size_t i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&wall->signals[i], on_closed);
	uv_close((uv_handle_t *)&wall->input, on_closed);
	uv_close((uv_handle_t *)&wall->tick, on_closed);
	uv_close((uv_handle_t *)&wall->news, on_closed);
}
