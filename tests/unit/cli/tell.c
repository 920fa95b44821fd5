#include "cli/operate_tell.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static void enters(struct tell *tell, struct op_view *view, const char *step)
{
	snprintf(view->step, sizeof view->step, "%s", step);
	view->steps++;
	tell_view(tell, view);
}

Test(tell, steps_of_one_millisecond_are_all_told)
{
	struct clock clock;
	struct tell tell;
	struct op_view view = {.kind = OP_RESTART,
		.target = "84/ollama-1",
		.status = OP_RUNNING,
		.step_at = 1000,
		.total = -1};
	char told[512];
	FILE *file = tmpfile();
	cr_assert_not_null(file);
	cr_assert_geq(dup2(fileno(file), STDERR_FILENO), 0);

	clock_init(&clock);
	tell_open(&tell, &clock, FORMAT_TEXT);
	enters(&tell, &view, "draining ollama-1");
	enters(&tell, &view, "restarting ollama-1");
	/* How far it is, in the words of the same step. */
	snprintf(view.step, sizeof view.step, "restarting ollama-1, half of it");
	tell_view(&tell, &view);
	tell_close(&tell);

	rewind(file);
	told[fread(told, 1, sizeof told - 1, file)] = '\0';
	cr_expect_str_eq(told, "84/ollama-1: draining ollama-1\n84/ollama-1: restarting ollama-1\n");
	fclose(file);
}
