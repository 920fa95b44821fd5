/* decisions.c - lines of the decision logs, and the pane of the first view that shows the newest of them. */
#include "autoscale_text.h"
#include "ollama-top/i18n.h"
#include "view.h"

#define DECISIONS_SHOWN 5
/* Fewer are not worth their heading. */
#define LEAST        2
#define TIME_COLUMNS 8
#define SIGN_MOST    12
#define NAME_COLUMNS 8
#define NAME_MOST    24
#define NARROW       60

static bool is_newer(const struct policy_entry *a, const struct policy_entry *b)
{
	return a->at > b->at || (a->at == b->at && a->serial > b->serial);
}

static size_t put(struct decision *list, size_t count, size_t max, const struct decision *decision)
{
	size_t at = count;
	while (at > 0 && is_newer(decision->entry, list[at - 1].entry))
		at--;
	if (at == max)
		return count;
	count += count < max;
	for (size_t i = count - 1; i > at; i--)
		list[i] = list[i - 1];
	list[at] = *decision;
	return count;
}

size_t decisions_recent(const struct look *look, struct decision *list, size_t max)
{
	struct autoscale_view view;
	size_t count = 0;
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		struct decision decision = {.server = &look->fleet->servers[s]};
		if (!autoscale_at(look->autoscale, s, &view))
			continue;
		for (size_t i = 0; i < max && (decision.entry = policy_log(view.policy, i)); i++)
			count = put(list, count, max, &decision);
	}
	return count;
}

static const char *const signs[] = {N_("done"), N_("hold"), N_("wants")};

/* What was done, what was thought, what else there was. */
static const char *sign_of(const struct policy_entry *entry, enum face *face)
{
	bool note = entry->why == POLICY_WHYS, hold = entry->action == POLICY_HOLD;
	*face = entry->done ? FACE_OK : FACE_DIM;
	if (note)
		return "";
	return _(signs[entry->done ? 0 : hold ? 1 : 2]);
}

/* As wide as the widest in this language, so that lines stay in line. */
static int sign_columns(const struct theme *theme)
{
	int most = 0;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		int columns = text_columns(theme, _(signs[i]));
		most = columns > most ? columns : most;
	}
	return most < SIGN_MOST ? most : SIGN_MOST;
}

void decision_draw(const struct look *look, const struct decision *decision, const struct canvas *line)
{
	char time[32];
	enum face face;
	const struct policy_entry *entry = decision->entry;
	const char *name = decision->server->spec->name, *sign = sign_of(entry, &face);
	int x = 0, width = text_columns(look->theme, name);
	if (line->w >= NARROW) {
		format_time(time, sizeof(time), entry->wall, look->wall);
		canvas_field(line, 0, 0, TIME_COLUMNS, ALIGN_LEFT, FACE_DIM, time);
		x = TIME_COLUMNS + 1;
	}
	width = width < NAME_COLUMNS ? NAME_COLUMNS : width > NAME_MOST ? NAME_MOST : width;
	canvas_field(line, 0, x, width, ALIGN_LEFT, FACE_NORMAL, name);
	x += width + 1;
	const int columns = sign_columns(look->theme);
	canvas_field(line, 0, x, columns, ALIGN_LEFT, face, sign);
	x += columns + 1;
	canvas_field(line, 0, x, line->w - x, ALIGN_LEFT, entry->done ? FACE_NORMAL : FACE_DIM, entry->text);
}

/* Of policies that nobody armed the autoscale view tells. */
static int decision_lines(const struct look *look, int spare)
{
	struct decision list[DECISIONS_SHOWN];
	int count =
		autoscale_armed(look->autoscale) > 0 ? (int)decisions_recent(look, list, DECISIONS_SHOWN) : 0;
	return count < spare ? count : spare;
}

static void draw(const struct look *look, const struct canvas *c)
{
	struct decision list[DECISIONS_SHOWN];
	size_t count = decisions_recent(look, list, DECISIONS_SHOWN);
	for (int y = 0; y < c->h && (size_t)y < count; y++) {
		struct canvas line = canvas_sub(c, y, 1, 1, c->w - 1);
		decision_draw(look, &list[y], &line);
	}
}

const struct pane pane_decisions = {N_("scaling decisions"), LEAST, decision_lines, draw};
