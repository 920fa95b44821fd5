/* input.c - from bytes on stdin to requests; a key is answered by a picture before the loop goes on. */
#include "view.h"

#include "ollama-top/i18n.h"

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

void ui_input(struct ui *ui)
{
	int key, count = 0;
	while (count < KEYS_PER_TURN && !ui->quitting && read_key(&key)) {
		count++;
		if (key == KEY_CODE(KEY_RESIZE))
			continue; /* SIGWINCH is heard by the loop */
		ui_sync(ui);
		if (ui->prompt.open)
			prompt_key(ui, key);
		else
			ui_request(ui, keymap_find(key, ui_view(ui)->ops->id));
	}
	if (count == 0 && screen_lost())
		ui_quit(ui, 130);
	else if (count > 0 && !ui->quitting)
		ui_draw(ui);
}
