#include "keymap.h"

#include "theme.h"

#include <stdio.h>

/* The first key of a request is the one that the key bar shows. */
static const struct binding bindings[] = {
	{'k', REQ_UP, VIEW_ANY},
	{KEY_CODE(KEY_UP), REQ_UP, VIEW_ANY},
	{'j', REQ_DOWN, VIEW_ANY},
	{KEY_CODE(KEY_DOWN), REQ_DOWN, VIEW_ANY},
	{KEY_CODE(KEY_PPAGE), REQ_PAGE_UP, VIEW_ANY},
	{KEY_CTRL('B'), REQ_PAGE_UP, VIEW_ANY},
	{KEY_CODE(KEY_NPAGE), REQ_PAGE_DOWN, VIEW_ANY},
	{KEY_CTRL('F'), REQ_PAGE_DOWN, VIEW_ANY},
	{KEY_CODE(KEY_HOME), REQ_HOME, VIEW_ANY},
	{KEY_CODE(KEY_FIND), REQ_HOME, VIEW_ANY},
	{'g', REQ_HOME, VIEW_ANY},
	{KEY_CODE(KEY_END), REQ_END, VIEW_ANY},
	{KEY_CODE(KEY_SELECT), REQ_END, VIEW_ANY},
	{'G', REQ_END, VIEW_ANY},
	{'\t', REQ_NEXT_PANE, VIEW_ANY},
	{KEY_CODE(KEY_BTAB), REQ_PREVIOUS_PANE, VIEW_ANY},
	{KEY_CODE(KEY_LEFT), REQ_LEFT, VIEW_MODELS},
	{KEY_CODE(KEY_RIGHT), REQ_RIGHT, VIEW_MODELS},
	{KEY_CODE(KEY_LEFT), REQ_LEFT, VIEW_EVENTS},
	{KEY_CODE(KEY_RIGHT), REQ_RIGHT, VIEW_EVENTS},
	{'\r', REQ_DETAILS, VIEW_ANY},
	{'\n', REQ_DETAILS, VIEW_ANY},
	{KEY_CODE(KEY_ENTER), REQ_DETAILS, VIEW_ANY},
	{'m', REQ_MODELS, VIEW_ANY},
	{'n', REQ_NFS, VIEW_ANY},
	{'e', REQ_EVENTS, VIEW_ANY},
	{'l', REQ_LOGS, VIEW_ANY},
	{'a', REQ_AUTOSCALE, VIEW_ANY},
	{'?', REQ_HELP, VIEW_ANY},
	{KEY_CODE(KEY_F(1)), REQ_HELP, VIEW_ANY},
	{KEY_ESCAPE, REQ_BACK, VIEW_ANY},
	{'q', REQ_QUIT, VIEW_ANY},
	{'/', REQ_FILTER, VIEW_ANY},
	{'o', REQ_SORT, VIEW_MAIN},
	{' ', REQ_PAUSE, VIEW_ANY},
	{KEY_CTRL('R'), REQ_REFRESH, VIEW_ANY},
	{'t', REQ_RETRY, VIEW_ANY},
	{'c', REQ_ACKNOWLEDGE, VIEW_ANY},
	{KEY_CTRL('L'), REQ_REDRAW, VIEW_ANY},
	{'f', REQ_FOLLOW, VIEW_LOGS},
	{'/', REQ_SEARCH, VIEW_LOGS},
	{'n', REQ_NEXT_MATCH, VIEW_LOGS},
	{'N', REQ_PREVIOUS_MATCH, VIEW_LOGS},
	{'w', REQ_WRAP, VIEW_LOGS},
	{'T', REQ_TIMESTAMPS, VIEW_LOGS},
	{KEY_CODE(KEY_LEFT), REQ_LEFT, VIEW_LOGS},
	{KEY_CODE(KEY_RIGHT), REQ_RIGHT, VIEW_LOGS},
};
#define BINDINGS (sizeof(bindings) / sizeof(bindings[0]))

#define REQUEST_INFO(name, label, rank, help) [REQ_##name] = {label, help, rank},
static const struct request_info infos[REQ_COUNT] = {
	[REQ_NONE] = {"", "", 0}, REQUESTS(REQUEST_NO_GROUP, REQUEST_INFO)};

struct help_line {
	const char *heading;
	enum request request;
};
#define HELP_GROUP(id, heading)           {heading, REQ_NONE},
#define HELP_REQ(name, label, rank, help) {NULL, REQ_##name},
static const struct help_line help_lines[] = {REQUESTS(HELP_GROUP, HELP_REQ)};

static const struct {
	int key;
	const char *name;
} key_names[] = {
	/* TRANSLATORS: keys, as they are written on keyboards where that language is spoken, short */
	{' ', N_("Space")},
	{'\t', N_("Tab")},
	{'\r', N_("Enter")},
	{KEY_ESCAPE, N_("Esc")},
	{KEY_CODE(KEY_UP), N_("Up")},
	{KEY_CODE(KEY_DOWN), N_("Down")},
	{KEY_CODE(KEY_LEFT), N_("Left")},
	{KEY_CODE(KEY_RIGHT), N_("Right")},
	{KEY_CODE(KEY_PPAGE), N_("PgUp")},
	{KEY_CODE(KEY_NPAGE), N_("PgDn")},
	{KEY_CODE(KEY_HOME), N_("Home")},
	{KEY_CODE(KEY_END), N_("End")},
	{KEY_CODE(KEY_BTAB), N_("Shift-Tab")},
	{KEY_CODE(KEY_F(1)), N_("F1")},
	/* The same keys as others say them; named once is enough. */
	{'\n', ""},
	{KEY_CODE(KEY_ENTER), ""},
	{KEY_CODE(KEY_FIND), ""},
	{KEY_CODE(KEY_SELECT), ""},
};

enum request keymap_find(int key, enum view_id view)
{
	enum request found = REQ_NONE;
	for (size_t i = 0; i < BINDINGS; i++) {
		if (bindings[i].key != key)
			continue;
		if (bindings[i].view == view)
			return bindings[i].request;
		if (bindings[i].view == VIEW_ANY)
			found = bindings[i].request;
	}
	return found;
}

const struct binding *keymap_at(size_t i)
{
	return i < BINDINGS ? &bindings[i] : NULL;
}

const char *keymap_key_name(char *buf, size_t size, int key)
{
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (key_names[i].key == key)
			return key_names[i].name[0] ? _(key_names[i].name) : "";
	if (key < 0x20)
		(void)snprintf(buf, size, _("Ctrl-%c"), key + '@');
	else if (key < 0x7f)
		(void)snprintf(buf, size, "%c", key);
	else
		(void)snprintf(buf, size, "U+%04X", (unsigned)key);
	return buf;
}

const struct request_info *request_info(enum request request)
{
	return &infos[(unsigned)request < REQ_COUNT ? request : REQ_NONE];
}

bool request_help(size_t line, const char **heading, enum request *request)
{
	if (line >= sizeof(help_lines) / sizeof(help_lines[0]))
		return false;
	*heading = help_lines[line].heading;
	*request = help_lines[line].request;
	return true;
}
