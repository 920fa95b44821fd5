/*
 * operate.c - one operation from the command line: it waits until enough of the fleet is known, tells what would
 * happen, asks, and follows it to its end.
 */
#include "app.h"
#include "command.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ops.h"
#include "ollama-top/text.h"
#include "operate_ask.h"
#include "operate_known.h"
#include "operate_tell.h"
#include "operate_words.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* An operation is brought to an end within this when we are told to leave. */
#define LEAVE_MS 10000
/* How long what is only told beside the plan is waited for. */
#define TOLD_MS 1500
/* Not all that becomes known is told as a change. */
#define LOOK_MS 100
/* How often a line with an age in it is written anew. */
#define SECOND_MS 1000
#define SIGNALS   3

enum stage { LOOKING, ASKING, WORKING, LEAVING };

struct operate;
/* A question, and what its answer does; `ask` says whether it is to be asked at all. */
struct question {
	bool (*ask)(const struct operate *o, char *text, size_t size);
	bool (*answer)(struct operate *o, const char *line); /* false: it is not to be done */
};

struct operate {
	struct app app;
	const struct options *options;
	struct wish wish;
	struct op_plan plan;
	enum stage stage;
	size_t question;
	uint64_t id;
	struct ask ask;
	struct tell tell;
	uv_signal_t signals[SIGNALS];
	uv_timer_t timer;
	bool enough;     /* is known */
	int64_t plan_by; /* with what is known then */
	int exit_status;
};

static void end(struct operate *o, int exit_status)
{
	o->exit_status = exit_status;
	uv_timer_stop(&o->timer);
	uv_stop(&o->app.loop);
}

static void on_left(void *user)
{
	struct operate *o = user;
	const struct op_view *view = ops_find(o->app.ops, o->id);
	if (view) {
		tell_view(&o->tell, view);
	}
	end(o, o->exit_status);
}

static void leave(struct operate *o, int exit_status)
{
	o->stage = LEAVING;
	o->exit_status = exit_status;
	ops_leave(o->app.ops, LEAVE_MS, on_left, o);
}

static void on_step(void *user, const struct op_view *view)
{
	struct operate *o = user;
	if (view->id == o->id) {
		tell_view(&o->tell, view);
	}
}

/* Its lease is given back before we go. */
static void on_operation(void *user)
{
	static const int statuses[] = {
		[OP_DONE] = EXIT_DONE,
		[OP_FAILED] = EXIT_UNWELL,
		[OP_UNDONE] = EXIT_UNWELL,
		[OP_CANCELLED] = EXIT_INTERRUPTED,
		[OP_DENIED] = EXIT_REFUSED,
	};
	struct operate *o = user;
	const struct op_view *view = ops_find(o->app.ops, o->id);
	if (!view || o->stage < WORKING) {
		return;
	}
	tell_view(&o->tell, view);
	if (op_over(view->status) && o->stage == WORKING) {
		leave(o, statuses[view->status]);
	}
}

static void on_second(uv_timer_t *timer)
{
	on_operation(timer->data);
}

/* What policy says when it is not allowed. */
static void end_refused(struct operate *o)
{
	command_complain(o->plan.text);
	if (o->plan.verdict == OP_REFUSED) {
		tell_refused(&o->tell, o->wish.intent.kind, wish_target(&o->wish), o->plan.text);
	}
	end(o, (int)o->plan.verdict);
}

static void work(struct operate *o)
{
	o->stage = WORKING;
	o->id = ops_submit(o->app.ops, &o->wish.intent, &o->plan);
	if (o->id == 0) {
		end_refused(o);
		return;
	}
	uv_timer_start(&o->timer, on_second, SECOND_MS, SECOND_MS);
}

static bool ask_unload(const struct operate *o, char *text, size_t size)
{
	snprintf(text, size,
		o->wish.intent.unload_first ? _("Unload it first on %s? [Y/n] ")
					    : _("Unload it first on %s? [y/N] "),
		o->plan.loaded_on);
	return o->plan.loaded_on[0] != '\0';
}

static bool answer_unload(struct operate *o, const char *line)
{
	if (line[0] != '\0') {
		o->wish.intent.unload_first = ask_is_yes(line);
	}
	return true;
}

static bool ask_yes(const struct operate *o, char *text, size_t size)
{
	snprintf(text, size, "%s", _("Go on? [y/N] "));
	return o->plan.typed[0] == '\0';
}

static bool ask_typed(const struct operate *o, char *text, size_t size)
{
	snprintf(text, size, _("Type %s to go on: "), o->plan.typed);
	return o->plan.typed[0] != '\0';
}

static bool ask_danger(const struct operate *o, char *text, size_t size)
{
	snprintf(text, size, _("%s\nGo on all the same? [y/N] "), o->plan.danger);
	return o->plan.danger[0] != '\0';
}

static bool answer_yes(struct operate *o, const char *line)
{
	(void)o;
	return ask_is_yes(line);
}

static bool answer_typed(struct operate *o, const char *line)
{
	return strcmp(line, o->plan.typed) == 0;
}

static const struct question questions[] = {
	{ask_unload, answer_unload},
	{ask_yes, answer_yes},
	{ask_typed, answer_typed},
	{ask_danger, answer_yes},
};
#define QUESTIONS (sizeof(questions) / sizeof(*questions))

static void ask_next(struct operate *o)
{
	char text[1024];
	for (; o->question < QUESTIONS; o->question++) {
		if (questions[o->question].ask(o, text, sizeof(text))) {
			ask_question(&o->ask, text);
			return;
		}
	}
	work(o);
}

static void on_answer(void *user, const char *line)
{
	struct operate *o = user;
	if (!line || !questions[o->question].answer(o, line)) {
		command_complain(_("nothing was done"));
		end(o, EXIT_INTERRUPTED);
		return;
	}
	o->question++;
	ask_next(o);
}

static void confirm(struct operate *o)
{
	o->stage = ASKING;
	if (o->options->yes) {
		if (o->plan.danger[0] != '\0') {
			command_complain(o->plan.danger);
		}
		work(o);
	} else if (!isatty(STDIN_FILENO) || !ask_open(&o->ask, &o->app.loop, on_answer, o)) {
		command_complain(_("nothing was done: there is no terminal to ask on; with --yes it is done "
				   "without asking"));
		end(o, EXIT_WRONG);
	} else {
		ask_next(o);
	}
}

static void plan(struct operate *o)
{
	uv_timer_stop(&o->timer);
	ops_plan(o->app.ops, &o->wish.intent, &o->plan);
	if (o->plan.verdict != OP_ALLOWED) {
		o->stage = ASKING;
		end_refused(o);
		return;
	}
	command_complain(o->plan.title);
	if (o->plan.text[0] != '\0') {
		const char *last = o->plan.text + strlen(o->plan.text) - 1;
		fprintf(stderr, "%s%s", o->plan.text, *last == '\n' ? "" : "\n");
	}
	confirm(o);
}

/* What is known is planned with when the time is over. */
static void look(struct operate *o)
{
	const int64_t now = clock_mono_ms(&o->app.clock);
	if (o->stage != LOOKING || !o->app.ops) {
		return;
	}
	if (!o->enough && known_enough(o->app.fleet, &o->wish.intent)) {
		o->enough = true;
		o->plan_by = now + TOLD_MS < o->plan_by ? now + TOLD_MS : o->plan_by;
	}
	if (now >= o->plan_by || (o->enough && known_all(o->app.fleet, &o->wish.intent))) {
		plan(o);
	}
}

static void on_look(uv_timer_t *timer)
{
	look(timer->data);
}

static void on_fleet(void *user)
{
	look(user);
}

/* A second one does not wait. */
static void on_signal(uv_signal_t *handle, int number)
{
	struct operate *o = handle->data;
	(void)number;
	if (o->stage == WORKING) {
		command_complain(_("leaving; once more leaves at once"));
		leave(o, EXIT_INTERRUPTED);
	} else if (o->stage != LEAVING || o->exit_status == EXIT_INTERRUPTED) {
		end(o, EXIT_INTERRUPTED);
	}
}

static bool open_all(struct operate *o)
{
	static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
	o->app.ops = ops_new(&(struct ops_options){
		.loop = &o->app.loop,
		.clock = &o->app.clock,
		.http = o->app.http,
		.tunnels = o->app.tunnels,
		.fleet = o->app.fleet,
		.watch = o->app.watch,
		.on_change = on_operation,
		.on_step = on_step,
		.user = o,
	});
	if (!o->app.ops) {
		command_complain(_("out of memory"));
		return false;
	}
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&o->app.loop, &o->signals[i]);
		o->signals[i].data = o;
		uv_signal_start(&o->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(&o->app.loop, &o->timer);
	o->timer.data = o;
	return true;
}

static void run(struct operate *o)
{
	o->plan_by = clock_mono_ms(&o->app.clock) + 2 * o->app.spec->timeout_ms + 1000 +
		     tunnels_patience_ms(o->app.spec);
	if (o->wish.intent.server && !fleet_server(o->app.fleet, o->wish.intent.server)) {
		plan(o);
	} else {
		watch_start(o->app.watch);
		uv_timer_start(&o->timer, on_look, LOOK_MS, LOOK_MS);
	}
	uv_run(&o->app.loop, UV_RUN_DEFAULT);
	ask_close(&o->ask);
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_close((uv_handle_t *)&o->signals[i], NULL);
	}
	uv_close((uv_handle_t *)&o->timer, NULL);
}

/* Lines that could not be written make a failure of what was done. */
static int finish(struct operate *o)
{
	char message[128];
	if (tell_close(&o->tell)) {
		return o->exit_status;
	}
	if (o->tell.output.error != 0) {
		snprintf(message, sizeof(message), _("cannot write the result: %s"),
			strerror(o->tell.output.error));
		command_complain(message);
	}
	return o->exit_status == EXIT_DONE ? EXIT_UNWELL : o->exit_status;
}

static int watch_and_run(struct operate *o, char *error)
{
	struct app *app = &o->app;
	if (!app_open(app, o->options, &o->exit_status)) {
		return o->exit_status;
	}
	if (app->notice[0] != '\0') {
		command_complain(app->notice);
	}
	if (!wish_resolve(&o->wish, app->fleet, error)) {
		command_complain(error);
		return EXIT_WRONG;
	}
	if (!open_all(o)) {
		return EXIT_UNWELL;
	}
	run(o);
	return finish(o);
}

int operate_run(const struct options *options)
{
	char error[WORDS_ERROR_MAX];
	struct operate o = {.options = options, .exit_status = EXIT_UNWELL, .ask = {.fd = -1}};
	o.app.on_change = on_fleet;
	o.app.user = &o;
	clock_init(&o.app.clock);
	tell_open(&o.tell, &o.app.clock, options->format);
	if (!wish_parse(&o.wish, options, wish_kind(options), error)) {
		command_complain(error);
		return EXIT_WRONG;
	}
	/* Deleting under readers is the accident: what is not asked is not left to it. */
	o.wish.intent.unload_first = o.wish.intent.kind == OP_DELETE;
	int exit_status;
	if (options->read_only) {
		snprintf(error, sizeof(error), "%s", _("refused: --read-only changes nothing"));
		command_complain(error);
		tell_refused(&o.tell, o.wish.intent.kind, wish_target(&o.wish), error);
		o.exit_status = EXIT_REFUSED;
		exit_status = finish(&o);
	} else {
		exit_status = app_close(&o.app, watch_and_run(&o, error));
	}
	output_free(&o.tell.output);
	return exit_status;
}
