/* input.c - from bytes on stdin to requests; a key is answered by a picture before the loop goes on. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "op_actions.h"

/* Enough for a fast typist or a short paste; the rest waits for the next turn of the loop. */
#define KEYS_PER_TURN 64

static bool read_key(int *key)
{
	wint_t c;
	switch (wget_wch(stdscr, &c)) {
	case KEY_CODE_YES:
		*key = KEY_CODE((int)c);
		return true;
	case OK:
		*key = (int)c;
		return true;
	default:
		return false;
	}
}

/* The view's own keys and those that only look come first; what is left may be an operation's. */
static void view_key(struct ui *ui, int key)
{
	enum request request = keymap_find(key, ui_view(ui)->ops->id);
	if (request != REQ_NONE || !op_key(ui, key))
		ui_request(ui, request);
}

void ui_input(struct ui *ui)
{
	int key, count = 0;
	while (count < KEYS_PER_TURN && !ui->quitting && read_key(&key)) {
		count++;
		if (key == KEY_CODE(KEY_RESIZE))
			continue; /* SIGWINCH is heard by the loop */
		ui_sync(ui);
		if (ui->dialog.ops)
			dialog_key(ui, key);
		else if (ui->prompt.open)
			prompt_key(ui, key);
		else if (!ui->leaving)
			view_key(ui, key);
	}
	if (count == 0 && screen_lost()) {
		/* It stays readable for ever: no more of it while operations come to their end. */
		(void)uv_poll_stop(&ui->input);
		ui_quit(ui, 130);
	}
	if (count > 0 && !ui->quitting)
		ui_draw(ui);
}
