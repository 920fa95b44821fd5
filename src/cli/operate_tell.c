#include "operate_tell.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* One line of progress at most in this time: where lines add up, and of JSON. */
#define LINE_MS        5000
#define JSON_MS        1000
#define COLUMNS        80
#define LINE_MAX_BYTES 512

void tell_open(struct tell *tell, const struct clock *clock, enum format format)
{
	*tell = (struct tell){.clock = clock, .format = format, .terminal = isatty(STDERR_FILENO) != 0};
	/* An operation must not stand still because nobody reads: its lease would run out. */
	tell->output.held = true;
	tell->to = &tell->output;
}

static const char *status_word(enum op_status status)
{
	return status == OP_QUEUED || status == OP_UNDOING ? op_status_name(OP_RUNNING)
							   : op_status_name(status);
}

static void add_progress(cJSON *json, int64_t completed, int64_t total)
{
	if (completed <= 0 && total < 0) {
		cJSON_AddNullToObject(json, "progress");
		return;
	}
	cJSON *progress = cJSON_AddObjectToObject(json, "progress");
	cJSON_AddNumberToObject(progress, "completed", (double)completed);
	if (total >= 0) {
		cJSON_AddNumberToObject(progress, "total", (double)total);
	} else {
		cJSON_AddNullToObject(progress, "total");
	}
}

static void add_line(struct tell *tell, const struct op_view *view)
{
	char time[64];
	cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "time", text_rfc3339(time, sizeof(time), clock_wall_ms(tell->clock)));
	cJSON_AddStringToObject(json, "operation", op_info(view->kind)->name);
	cJSON_AddStringToObject(json, "target", view->target);
	cJSON_AddStringToObject(json, "step", view->step);
	cJSON_AddStringToObject(json, "status", status_word(view->status));
	cJSON_AddStringToObject(json, "message", view->message);
	add_progress(json, view->completed, view->total);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (text) {
		output_add(tell->to, text, strlen(text));
		output_add(tell->to, "\n", 1);
		output_flush(tell->to);
	}
	cJSON_free(text);
}

static void __attribute__((format(printf, 3, 4))) add(char *line, size_t size, const char *format, ...)
{
	va_list args;
	const size_t len = strlen(line);
	va_start(args, format);
	vsnprintf(line + len, size - len, format, args);
	va_end(args);
}

/* ", 2.0G of 3.8G, 53%, 84M/s, 22s left", or ", 2 of 4"; nothing while nothing is counted. */
static void add_figures(char *line, size_t size, const struct op_view *view)
{
	char done[24];
	char total[24];
	if (!view->bytes) {
		if (view->total > 0) {
			add(line, size, _(", %lld of %lld"), (long long)view->completed,
				(long long)view->total);
		}
		return;
	}
	if (view->completed <= 0 && view->total < 0) {
		return;
	}
	add(line, size, ", %s", text_size(done, sizeof(done), view->completed));
	if (view->total > 0) {
		add(line, size, _(" of %s, %d%%"), text_size(total, sizeof(total), view->total),
			(int)(100 * (double)view->completed / (double)view->total));
	}
	if (isfinite(view->rate) && view->rate > 0) {
		add(line, size, ", %s/s", text_size(done, sizeof(done), (int64_t)view->rate));
		if (view->total > view->completed) {
			const double left = (double)(view->total - view->completed) / view->rate;
			add(line, size, _(", %s left"),
				text_duration(done, sizeof(done), (int64_t)(left * 1000)));
		}
	}
}

/* "84/ollama-2: waiting until it answers 4s": the step, its age, and figures. */
static void make_line(char *line, size_t size, const struct tell *tell, const struct op_view *view, bool age)
{
	char text[24];
	line[0] = '\0';
	add(line, size, "%s: %s%s", view->target, view->status == OP_UNDOING ? _("undoing: ") : "",
		view->step[0] != '\0' ? view->step : view->message);
	if (age && view->step_at != 0) {
		add(line, size, " %s",
			text_duration(text, sizeof(text), clock_mono_ms(tell->clock) - view->step_at));
	}
	add_figures(line, size, view);
}

static size_t columns(void)
{
	struct winsize size;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : COLUMNS;
}

/* Cuts a text where it would pass so many columns; those that it takes. Bytes where the locale cannot tell. */
static size_t cut(char *text, size_t room)
{
	mbstate_t state = {0};
	size_t width = 0;
	while (*text != '\0') {
		wchar_t c = 0;
		const size_t n = mbrtowc(&c, text, strlen(text), &state);
		const bool told = n != (size_t)-1 && n != (size_t)-2;
		const int w = told ? wcwidth(c) : 1;
		if (width + (size_t)(w > 0 ? w : 0) > room) {
			*text = '\0';
			break;
		}
		width += (size_t)(w > 0 ? w : 0);
		text += told ? n : 1;
	}
	return width;
}

static void rewrite(struct tell *tell, const char *line)
{
	char shown[LINE_MAX_BYTES];
	(void)text_clean(shown, sizeof(shown), line, strlen(line));
	const size_t len = cut(shown, columns() - 1);
	const int blanks = tell->shown > len ? (int)(tell->shown - len) : 0;
	fprintf(stderr, "\r%s%*s", shown, blanks, "");
	if (blanks > 0) {
		fprintf(stderr, "\r%s", shown);
	}
	fflush(stderr);
	tell->shown = len;
}

static void say(struct tell *tell, const struct op_view *view)
{
	static const char *const outcomes[] = {
		[OP_DONE] = N_("done: "),
		[OP_FAILED] = N_("failed: "),
		[OP_UNDONE] = N_("failed and undone: "),
		[OP_CANCELLED] = N_("cancelled: "),
		[OP_DENIED] = N_("refused: "),
	};
	const char *outcome = op_over(view->status) ? _(outcomes[view->status]) : "";

	if (tell->shown > 0) {
		rewrite(tell, "");
		fputc('\r', stderr);
	}
	fprintf(stderr, "%s: %s%s\n", view->target, outcome, view->message);
}

/* What a message adds to the step, and the outcome, stay; so does each step where no line is rewritten. */
static void tell_people(struct tell *tell, const struct op_view *view, bool step, bool message, bool progress)
{
	char line[LINE_MAX_BYTES];
	if (message && view->message[0] != '\0') {
		say(tell, view);
	}
	if (op_over(view->status)) {
		return;
	}
	make_line(line, sizeof(line), tell, view, tell->terminal || !step);
	if (tell->terminal) {
		rewrite(tell, line);
	} else if (step || progress) {
		fprintf(stderr, "%s\n", line);
	}
}

void tell_view(struct tell *tell, const struct op_view *view)
{
	const int64_t now = clock_mono_ms(tell->clock);
	const bool json = tell->format == FORMAT_JSON;
	const bool status = !tell->begun || tell->status != view->status;
	/* A pull writes in its step how far the layer is: that is progress, and no other step. */
	const bool step = (tell->steps != view->steps && strcmp(tell->step, view->step) != 0) ||
			  (status && view->status == OP_UNDOING);
	const bool message = strcmp(tell->message, view->message) != 0 || (status && op_over(view->status));
	const bool progress =
		view->completed != tell->completed && now - tell->progress_at >= (json ? JSON_MS : LINE_MS);
	if (json && (status || step || message || progress)) {
		add_line(tell, view);
	}
	tell_people(tell, view, step, message, progress && !json);
	if (step || progress) {
		tell->progress_at = now;
		tell->completed = view->completed;
	}
	tell->begun = true;
	tell->status = view->status;
	tell->steps = view->steps;
	snprintf(tell->step, sizeof(tell->step), "%s", view->step);
	snprintf(tell->message, sizeof(tell->message), "%s", view->message);
}

void tell_refused(struct tell *tell, enum op_kind kind, const char *target, const char *message)
{
	struct op_view view = {.kind = kind, .status = OP_DENIED, .total = -1};
	text_clean(view.target, sizeof(view.target), target, strlen(target));
	text_clean(view.message, sizeof(view.message), message, strlen(message));
	if (tell->format == FORMAT_JSON) {
		add_line(tell, &view);
	}
}

bool tell_close(struct tell *tell)
{
	tell->output.held = false;
	return output_flush(&tell->output) && tell->output.len == 0;
}
