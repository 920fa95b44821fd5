/* keybar.c - the last line: the keys of this view, as many as fit. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "pieces.h"

#include <stdio.h>

#define BAR_MAX PIECES_MAX

static const char *first_key(char *buf, size_t size, enum request request, enum view_id view)
{
	const struct binding *b;
	const char *any = "";
	for (size_t i = 0; (b = keymap_at(i)); i++) {
		if (b->request != request || (b->view != view && b->view != VIEW_ANY))
			continue;
		if (b->view == view)
			return keymap_key_name(buf, size, b->key);
		if (!any[0])
			any = keymap_key_name(buf, size, b->key);
	}
	return any;
}

void keybar_draw(const struct view *view, const struct canvas *line)
{
	/* Key and label are two faces of one piece, so the pieces are measured whole and drawn in two. */
	struct pieces pieces = {0};
	char keys[BAR_MAX][16] = {""};
	enum request shown[BAR_MAX] = {REQ_NONE};
	for (size_t i = 0; i < BAR_MAX && view->ops->bar[i] != REQ_NONE; i++) {
		enum request request = view->ops->bar[i];
		char buf[16];
		(void)snprintf(
			keys[i], sizeof(keys[i]), "%s", first_key(buf, sizeof(buf), request, view->ops->id));
		shown[i] = request;
		pieces_add(&pieces, request_info(request)->rank, false, FACE_KEY_TEXT, "%s %s", keys[i],
			_(request_info(request)->label));
	}
	pieces_fit(&pieces, line->theme, line->w, 2);
	int x = 1;
	for (size_t i = 0; i < pieces.count; i++) {
		if (pieces.list[i].hidden)
			continue;
		x += canvas_text(line, 0, x, FACE_KEY, keys[i]) + 1;
		x += canvas_text(line, 0, x, FACE_KEY_TEXT, _(request_info(shown[i])->label)) + 2;
	}
}
