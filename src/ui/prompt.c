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

/* Takes the last character away, with its continuation bytes. */
static void erase_last(char *text)
{
	size_t len = strlen(text);
	while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	if (len > 0)
		text[len - 1] = 0;
}

static void erase_word(char *text)
{
	size_t len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (len > 0 && text[len - 1] != ' ')
		len--;
	text[len] = 0;
}

static void append(char *text, int key)
{
	size_t len = strlen(text);
	char bytes[4];
	size_t count = 0;
	if (key < 0x80) {
		bytes[count++] = (char)key;
	} else if (key < 0x800) {
		bytes[count++] = (char)(0xc0 | key >> 6);
	} else if (key < 0x10000) {
		bytes[count++] = (char)(0xe0 | key >> 12);
		bytes[count++] = (char)(0x80 | (key >> 6 & 0x3f));
	} else {
		bytes[count++] = (char)(0xf0 | key >> 18);
		bytes[count++] = (char)(0x80 | (key >> 12 & 0x3f));
		bytes[count++] = (char)(0x80 | (key >> 6 & 0x3f));
	}
	if (key >= 0x80)
		bytes[count++] = (char)(0x80 | (key & 0x3f));
	if (len + count >= FILTER_MAX)
		return;
	memcpy(text + len, bytes, count);
	text[len + count] = 0;
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
	case KEY_CODE(KEY_BACKSPACE):
	case 0x7f:
	case '\b':
		erase_last(text);
		break;
	case KEY_CTRL('U'):
		text[0] = 0;
		break;
	case KEY_CTRL('W'):
		erase_word(text);
		break;
	default:
		if (key >= KEY_CODE(0)) { /* arrows and the like move in the rows while typing */
			enum request request = keymap_find(key, ui_view(ui)->ops->id);
			if (request != REQ_NONE)
				ui_request(ui, request);
			return;
		}
		if (key < 0x20 || (key >= 0x7f && key < 0xa0))
			return;
		append(text, key);
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
