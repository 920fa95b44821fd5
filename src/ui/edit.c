#include "edit.h"

#include "keymap.h"

#include <stdio.h>
#include <string.h>

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t before(const struct edit *edit, size_t at)
{
	while (at > 0 && continues(edit->text[at - 1]))
		at--;
	return at > 0 ? at - 1 : 0;
}

static size_t after(const struct edit *edit, size_t at)
{
	if (edit->text[at])
		at++;
	while (continues(edit->text[at]))
		at++;
	return at;
}

static size_t word_before(const struct edit *edit, size_t at)
{
	while (at > 0 && edit->text[at - 1] == ' ')
		at--;
	while (at > 0 && edit->text[at - 1] != ' ')
		at--;
	return at;
}

static enum edit_result go(struct edit *edit, size_t at)
{
	edit->at = at;
	return EDIT_MOVED;
}

/* Takes the bytes from `from` to `to` away, the cursor standing at one of them. */
static enum edit_result cut(struct edit *edit, size_t from, size_t to)
{
	if (from == to)
		return EDIT_MOVED;
	memmove(edit->text + from, edit->text + to, strlen(edit->text + to) + 1);
	edit->at = from;
	return EDIT_CHANGED;
}

static size_t encode(char *bytes, int key)
{
	size_t count = key < 0x80 ? 1 : key < 0x800 ? 2 : key < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = count; i-- > 1; key >>= 6)
		bytes[i] = (char)(0x80 | (key & 0x3f));
	bytes[0] = (char)(lead[count] | key);
	return count;
}

static enum edit_result insert(struct edit *edit, int key)
{
	char bytes[4];
	size_t count = encode(bytes, key), len = strlen(edit->text);
	if (len + count >= sizeof(edit->text))
		return EDIT_MOVED;
	memmove(edit->text + edit->at + count, edit->text + edit->at, len - edit->at + 1);
	memcpy(edit->text + edit->at, bytes, count);
	edit->at += count;
	return EDIT_CHANGED;
}

void edit_set(struct edit *edit, const char *text)
{
	size_t len = strnlen(text, sizeof(edit->text));
	if (len == sizeof(edit->text)) {
		len--;
		while (len > 0 && continues(text[len]))
			len--;
	}
	memmove(edit->text, text, len);
	edit->text[len] = 0;
	edit->at = len;
}

enum edit_result edit_key(struct edit *edit, int key)
{
	size_t end = strlen(edit->text);
	switch (key) {
	case KEY_CODE(KEY_LEFT):
	case KEY_CTRL('B'):
		return go(edit, before(edit, edit->at));
	case KEY_CODE(KEY_RIGHT):
	case KEY_CTRL('F'):
		return go(edit, after(edit, edit->at));
	case KEY_CODE(KEY_HOME):
	case KEY_CODE(KEY_FIND):
	case KEY_CTRL('A'):
		return go(edit, 0);
	case KEY_CODE(KEY_END):
	case KEY_CODE(KEY_SELECT):
	case KEY_CTRL('E'):
		return go(edit, end);
	case KEY_CODE(KEY_BACKSPACE):
	case 0x7f:
	case '\b':
		return cut(edit, before(edit, edit->at), edit->at);
	case KEY_CODE(KEY_DC):
	case KEY_CTRL('D'):
		return cut(edit, edit->at, after(edit, edit->at));
	case KEY_CTRL('U'):
		return cut(edit, 0, edit->at);
	case KEY_CTRL('K'):
		return cut(edit, edit->at, end);
	case KEY_CTRL('W'):
		return cut(edit, word_before(edit, edit->at), edit->at);
	default:
		if (key < 0x20 || (key >= 0x7f && key < 0xa0) || key >= KEY_CODE(0))
			return EDIT_IGNORED;
		return insert(edit, key);
	}
}

int edit_draw(const struct edit *edit, enum face face, const struct canvas *line)
{
	wchar_t cell[CCHARW_MAX + 1];
	size_t from = 0, len = strlen(edit->text);
	int columns = 0, width;
	/* Columns before the cursor, less what is scrolled out at the left until the cursor is inside. */
	for (size_t at = 0; at < edit->at;) {
		at += text_cluster(line->theme->charset, edit->text + at, edit->at - at, cell, &width);
		columns += width;
	}
	while (from < edit->at && columns > line->w - 1) {
		from += text_cluster(line->theme->charset, edit->text + from, edit->at - from, cell, &width);
		columns -= width;
	}
	canvas_repeat(line, 0, 0, line->w, face, " ");
	canvas_textn(line, 0, 0, face, edit->text + from, len - from);
	return columns;
}
