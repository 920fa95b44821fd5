/* ui.c - the console: views in a stack, and when they are drawn. */
#include "ollama-top/ui.h"

#include "ollama-top/i18n.h"
#include "view.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_COLUMNS 40
#define LEAST_LINES   8
#define MESSAGE_MS    4000
#define CHANGE_MS     50   /* several answers that come together make one picture */
#define NEWS_MS       250  /* something happened, or all is new: the least time between two pictures */
#define FIGURES_MS    1000 /* only figures moved */
#define OPENING_MS    3000 /* how long all is new */
#define INTERRUPTED   130

static const struct view_ops *const ui_views[VIEW_COUNT] = {
	[VIEW_MAIN] = &view_main,
	[VIEW_DETAILS] = &view_details,
	[VIEW_MODELS] = &view_models,
	[VIEW_NFS] = &view_nfs,
	[VIEW_EVENTS] = &view_events,
	[VIEW_HELP] = &view_help,
	[VIEW_LOGS] = &view_logs,
	[VIEW_AUTOSCALE] = &view_autoscale,
};

static void on_stop(struct ui *ui)
{
	screen_suspend(ui->screen);
	ui_draw(ui);
}

static void on_continue(struct ui *ui)
{
	screen_reclaim(ui->screen);
	ui_draw(ui);
}

static void on_resize(struct ui *ui)
{
	screen_resize(ui->screen);
	ui_draw(ui);
}

static void on_terminate(struct ui *ui)
{
	ui_interrupt(ui);
}

/* The terminal may be told by several that it is gone: this is no second wish to leave. */
static void on_hangup(struct ui *ui)
{
	ui_quit(ui, INTERRUPTED);
}

static const struct {
	int number;
	void (*act)(struct ui *ui);
} signal_actions[UI_SIGNALS] = {
	{SIGWINCH, on_resize},
	{SIGTSTP, on_stop},
	{SIGCONT, on_continue},
	{SIGINT, on_terminate},
	{SIGTERM, on_terminate},
	{SIGHUP, on_hangup},
};

static void on_signal(uv_signal_t *handle, int number)
{
	struct ui *ui = handle->data;
	for (size_t i = 0; i < UI_SIGNALS && !ui->quitting; i++)
		if (signal_actions[i].number == number)
			signal_actions[i].act(ui);
}

static void on_input(uv_poll_t *handle, int status, int events)
{
	struct ui *ui = handle->data;
	(void)events;
	if (ui->quitting)
		return;
	if (status < 0) {
		(void)uv_poll_stop(handle);
		ui_quit(ui, INTERRUPTED);
	} else {
		ui_input(ui);
	}
}

static void on_tick(uv_timer_t *handle)
{
	struct ui *ui = handle->data;
	if (ui->quitting)
		return;
	if (ui->leaving)
		leave_show(ui);
	ui_draw(ui);
	/* On the second, so that the clock neither skips one nor lags behind. */
	int64_t part = clock_wall_ms(ui->options.clock) % 1000;
	bool stands = ui->options.clock->still_wall || ui->options.clock->replays;
	uint64_t next = stands ? 1000 : (uint64_t)(1000 - part);
	(void)uv_timer_start(handle, on_tick, next + 1, 0);
}

static void on_data(uv_timer_t *handle)
{
	struct ui *ui = handle->data;
	if (ui->quitting)
		return;
	ui->drawn_at = clock_real_ms();
	ui_draw(ui);
}

static void on_closed(uv_handle_t *handle)
{
	struct ui *ui = handle->data;
	if (--ui->open_handles == 0 && ui->closing)
		free(ui);
}

static void draw_small(const struct canvas *c)
{
	char text[80];
	(void)snprintf(text, sizeof(text), _("terminal too small: %dx%d, needs %dx%d"), c->w, c->h,
		LEAST_COLUMNS, LEAST_LINES);
	canvas_text(c, c->h / 2, 0, FACE_NORMAL, text);
}

static bool start_handles(struct ui *ui)
{
	uv_loop_t *loop = ui->options.loop;
	if (uv_poll_init(loop, &ui->input, STDIN_FILENO) != 0)
		return false;
	(void)uv_timer_init(loop, &ui->tick);
	(void)uv_timer_init(loop, &ui->data);
	ui->input.data = ui->tick.data = ui->data.data = ui;
	ui->open_handles = 3;
	for (size_t i = 0; i < UI_SIGNALS; i++) {
		(void)uv_signal_init(loop, &ui->signals[i]);
		ui->signals[i].data = ui;
		ui->open_handles++;
		(void)uv_signal_start(&ui->signals[i], on_signal, signal_actions[i].number);
	}
	(void)uv_timer_start(&ui->tick, on_tick, 1000, 0);
	return uv_poll_start(&ui->input, UV_READABLE | UV_DISCONNECT, on_input) == 0;
}

static bool make_views(struct ui *ui)
{
	for (int id = 0; id < VIEW_COUNT; id++) {
		struct view *view = &ui->views[id];
		view->ops = ui_views[id];
		if (view->ops->state_size && !(view->state = calloc(1, view->ops->state_size)))
			return false;
	}
	ui->depth = 1;
	ui->stack[0] = VIEW_MAIN;
	if (ui_views[VIEW_MAIN]->open)
		ui_views[VIEW_MAIN]->open(ui, &ui->views[VIEW_MAIN]);
	return true;
}

static void free_views(struct ui *ui)
{
	for (int id = 0; id < VIEW_COUNT; id++) {
		struct view *view = &ui->views[id];
		if (view->state && view->ops->close)
			view->ops->close(view);
		free(view->state);
	}
	roster_free(&ui->roster);
	dialog_close(ui);
}

struct view *ui_view(struct ui *ui)
{
	return &ui->views[ui->stack[ui->depth - 1]];
}

static void leave_top(struct ui *ui)
{
	struct view *view = ui_view(ui);
	ui->depth--;
	if (view->ops->leave)
		view->ops->leave(view);
}

void ui_open_view(struct ui *ui, enum view_id id)
{
	struct view *view = &ui->views[id];
	size_t at = 0;
	while (at < ui->depth && ui->stack[at] != id)
		at++;
	/* A view that is open already comes up again, and those above it close. */
	if (at == ui->depth)
		ui->stack[ui->depth++] = id;
	while (ui->depth > at + 1)
		leave_top(ui);
	ui->prompt.open = false;
	if (view->ops->open)
		view->ops->open(ui, view);
}

bool ui_close_view(struct ui *ui)
{
	if (ui->depth <= 1)
		return false;
	leave_top(ui);
	return true;
}

void ui_sync(struct ui *ui)
{
	(void)roster_build(&ui->roster, ui->fleet);
}

void ui_look(const struct ui *ui, struct look *look)
{
	const struct clock *clock = ui->options.clock;
	*look = (struct look){
		.fleet = ui->fleet,
		.theme = &ui->theme,
		.ops = ui->options.ops,
		.autoscale = ui->options.autoscale,
		.operation = ui->operation,
		.now = clock_mono_ms(clock),
		.wall = clock_wall_ms(clock),
		.replay = clock->replays,
		.still = clock->still_wall != 0,
	};
}

void ui_message(struct ui *ui, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(ui->message, sizeof(ui->message), format, args);
	va_end(args);
	ui->message_until = clock_real_ms() + MESSAGE_MS;
}

void ui_target(struct ui *ui, const struct server **server, const struct instance **instance)
{
	const struct target *wanted = &ui->roster.wanted;
	const struct roster_row *row = roster_selected(&ui->roster);
	*server = row ? row->server : NULL;
	*instance = row ? row->instance : NULL;
	enum view_id id = ui_view(ui)->ops->id;
	/* What the details or the logs show may be filtered out of the rows. */
	if ((id == VIEW_DETAILS || id == VIEW_LOGS) && ui->roster.chosen &&
		wanted->server < ui->fleet->server_count) {
		*server = &ui->fleet->servers[wanted->server];
		*instance = fleet_instance(*server, wanted->instance);
	}
}

bool ui_select_target(struct ui *ui, const char *target)
{
	for (size_t s = 0; s < ui->fleet->server_count; s++) {
		const struct server *server = &ui->fleet->servers[s];
		size_t len = strlen(server->spec->name);
		if (strncmp(target, server->spec->name, len) != 0 || target[len] != '/' ||
			!fleet_instance(server, target + len + 1))
			continue;
		ui->roster.chosen = true;
		ui->roster.wanted.server = s;
		(void)snprintf(ui->roster.wanted.instance, sizeof(ui->roster.wanted.instance), "%s",
			target + len + 1);
		(void)roster_find(&ui->roster, s, target + len + 1);
		return true;
	}
	return false;
}

void ui_draw(struct ui *ui)
{
	struct canvas all = {.win = stdscr, .theme = &ui->theme};
	struct view *view = ui_view(ui);
	struct look look;
	getmaxyx(stdscr, all.h, all.w);
	ui_sync(ui);
	operations_sync(ui);
	ui_look(ui, &look);
	ui->drawn_generation = ui->fleet->generation;
	ui->drawn_samples = ui->fleet->samples;
	ui->drawn_serial = ui->fleet->event_serial;
	ui->drawn_ops = ui->options.ops ? ops_generation(ui->options.ops) : 0;
	(void)werase(stdscr);
	if (all.w < LEAST_COLUMNS || all.h < LEAST_LINES) {
		draw_small(&all);
		(void)curs_set(0);
		(void)wmove(stdscr, 0, 0);
	} else {
		struct canvas first = canvas_sub(&all, 0, 0, 1, all.w);
		struct canvas middle = canvas_sub(&all, 1, 0, all.h - 2, all.w);
		struct canvas last = canvas_sub(&all, all.h - 1, 0, 1, all.w);
		summary_draw(ui, &look, &first);
		view->ops->draw(ui, view, &middle);
		(void)curs_set(ui->prompt.open);
		if (ui->dialog.ops) {
			dialog_draw(ui, &middle, &last);
		} else if (ui->prompt.open) {
			prompt_draw(&ui->prompt, &last);
		} else {
			keybar_draw(ui, view, &last);
			(void)wmove(stdscr, 0, 0);
		}
	}
	(void)wnoutrefresh(stdscr);
	screen_update(ui->screen);
}

struct ui *ui_new(const struct ui_options *options)
{
	const char *no_color = getenv("NO_COLOR");
	bool colour = !options->no_color && !(no_color && no_color[0]);
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	struct ui *ui = calloc(1, sizeof(*ui));
	if (!ui)
		return NULL;
	ui->options = *options;
	ui->fleet = options->fleet;
	ui->opened_at = clock_real_ms();
	if (options->replay) {
		ui->replay = *options->replay;
		ui->options.replay = &ui->replay;
	}
	if (!make_views(ui) || !(ui->screen = screen_open())) {
		free_views(ui);
		free(ui);
		return NULL;
	}
	enum charset charset = theme_charset(options->ascii, utf8, getenv("TERM"));
	/* What such a terminal cannot show of another language would be question marks: English is ASCII. */
	if (charset == CHARSET_ASCII)
		(void)setlocale(LC_MESSAGES, "C");
	theme_init(&ui->theme, charset, colour);
	ui_draw(ui);
	if (!start_handles(ui)) {
		screen_close(ui->screen);
		ui->screen = NULL;
		fprintf(stderr, "ollama-top: %s\n", _("cannot watch the terminal for keys"));
		ui_free(ui);
		return NULL;
	}
	return ui;
}

/* Draws `least` ms after the last picture that data caused, unless one is due before. */
static void draw_later(struct ui *ui, int64_t least)
{
	int64_t wait = ui->drawn_at + least - clock_real_ms();
	if (wait < CHANGE_MS)
		wait = CHANGE_MS;
	if (uv_is_active((uv_handle_t *)&ui->data) && (int64_t)uv_timer_get_due_in(&ui->data) <= wait)
		return;
	(void)uv_timer_start(&ui->data, on_data, (uint64_t)wait, 0);
}

void ui_changed(struct ui *ui)
{
	/* A change that is on the screen already, or that this view does not show, is none. */
	bool graphs = ui_view(ui)->ops->id == VIEW_DETAILS && ui->drawn_samples != ui->fleet->samples;
	bool acting = ui->options.ops && ui->drawn_ops != ops_generation(ui->options.ops);
	if (ui->quitting || (ui->drawn_generation == ui->fleet->generation && !graphs && !acting))
		return;
	int64_t now = clock_real_ms();
	bool news = acting || ui->drawn_serial != ui->fleet->event_serial || now - ui->opened_at < OPENING_MS;
	draw_later(ui, news ? NEWS_MS : FIGURES_MS);
}

void ui_view_changed(struct ui *ui)
{
	if (!ui->quitting)
		draw_later(ui, NEWS_MS);
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	screen_close(ui->screen);
	ui->screen = NULL;
	ui->quitting = ui->closing = true;
	free_views(ui);
	uv_handle_t *handles[] = {
		(uv_handle_t *)&ui->input, (uv_handle_t *)&ui->tick, (uv_handle_t *)&ui->data};
	for (size_t i = 0; i < UI_SIGNALS; i++)
		if (ui->signals[i].data)
			uv_close((uv_handle_t *)&ui->signals[i], on_closed);
	if (ui->open_handles == 0) {
		free(ui);
		return;
	}
	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		uv_close(handles[i], on_closed);
}
