/* prompt.c - typing a filter or a search on the key bar's line; every key takes effect at once. */
#include "view.h"

#include "ollama-top/i18n.h"

#include <string.h>

static void filter_changed(struct ui *ui, struct view *view, enum prompt_what what)
{
	if (what == PROMPT_KEPT)
		return;
	view->top = 0;
	if (view->ops->filter)
		view->ops->filter(ui, view);
}

/* The cursor stays at the end; what does not fit is not typed. */
static bool edited(char *text, int key)
{
	struct edit edit;
	edit_set(&edit, text);
	if (edit_key(&edit, key) != EDIT_CHANGED || strlen(edit.text) >= FILTER_MAX)
		return false;
	memcpy(text, edit.text, strlen(edit.text) + 1);
	return true;
}

void prompt_open(
	struct ui *ui, char *text, void (*changed)(struct ui *ui, struct view *view, enum prompt_what what))
{
	ui->prompt = (struct prompt){.open = true, .text = text, .changed = changed};
}

void prompt_filter(struct ui *ui)
{
	struct view *view = ui_view(ui);
	if (!view->ops->filters || !view->filter) {
		ui_message(ui, "%s", _("there is nothing to filter here"));
		return;
	}
	prompt_open(ui, view->filter, filter_changed);
}

void prompt_key(struct ui *ui, int key)
{
	char *text = ui->prompt.text;
	enum prompt_what what = PROMPT_TYPED;
	switch (key) {
	case '\r':
	case '\n':
	case KEY_CODE(KEY_ENTER):
		ui->prompt.open = false;
		what = PROMPT_KEPT;
		break;
	case KEY_ESCAPE:
	case KEY_CTRL('G'):
		ui->prompt.open = false;
		text[0] = 0;
		what = PROMPT_CLEARED;
		break;
	default:
		if (key >= KEY_CODE(0) && key != KEY_CODE(KEY_BACKSPACE)) {
			/* arrows and the like move in the rows while typing */
			enum request request = keymap_find(key, ui_view(ui)->ops->id);
			if (request != REQ_NONE)
				ui_request(ui, request);
			return;
		}
		if (!edited(text, key))
			return;
		break;
	}
	ui->prompt.changed(ui, ui_view(ui), what);
}

void prompt_draw(const struct prompt *prompt, const struct canvas *line)
{
	int x = canvas_text(line, 0, 1, FACE_KEY, "/") + 1;
	x += canvas_text(line, 0, x, FACE_NORMAL, prompt->text);
	int cursor = x < line->w ? x : line->w - 1;
	canvas_printf(line, 0, x + 3, FACE_KEY_TEXT, "%s", _("Enter keeps it, Esc clears it"));
	(void)wmove(line->win, line->y, line->x + cursor);
}
