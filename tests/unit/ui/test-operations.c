/* An operation in figures and words. */
#include "fixture.h"
#include "ui/op_text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define NOW 1000000

static const struct look look = {.now = NOW}, still = {.now = NOW, .still = true};

static struct op_view waiting(int64_t age_ms, int64_t limit_ms)
{
	struct op_view op = {.status = OP_RUNNING,
		.step = "waiting until it answers",
		.step_at = NOW - age_ms,
		.step_deadline_at = NOW - age_ms + limit_ms,
		.total = -1,
		.rate = NAN};
	return op;
}

static const char *step(const struct look *at, struct op_view op)
{
	static char text[160];
	return op_step_text(text, sizeof(text), at, &op);
}

Test(operations, a_step_has_its_age_and_its_deadline)
{
	cr_assert_str_eq(step(&look, waiting(4200, 60000)), "waiting until it answers 4s/60s");
	cr_assert_str_eq(step(&look, waiting(4200, 300000)), "waiting until it answers 4s/5m00s");
	cr_assert_str_eq(step(&look, waiting(130000, 300000)), "waiting until it answers 2m10s/5m00s");
	cr_assert_str_eq(step(&still, waiting(4200, 60000)), "waiting until it answers 0s/60s");
	struct op_view op = waiting(4200, 60000);
	op.step_deadline_at = 0;
	cr_assert_str_eq(step(&look, op), "waiting until it answers 4s");
	cr_assert_str_eq(step(&look, waiting(4200, 86400000)), "waiting until it answers 4s",
		"a day is no deadline to look at");
	op.cancelling = true;
	cr_assert_str_eq(step(&look, op), "cancelling: waiting until it answers 4s");
	op.status = OP_UNDOING;
	cr_assert_str_eq(step(&look, op), "undoing: waiting until it answers 4s");
}

Test(operations, an_outcome_is_told_once)
{
	char text[128];
	struct op_view op = {.status = OP_DONE, .title = "restart 84/ollama-2"};
	cr_assert_str_eq(op_outcome_text(text, sizeof(text), &op), "done");
	strcpy(op.message, op.title);
	cr_assert_str_eq(op_outcome_text(text, sizeof(text), &op), "done");
	op.status = OP_CANCELLED;
	strcpy(op.message, "cancelled");
	cr_assert_str_eq(op_outcome_text(text, sizeof(text), &op), "cancelled");
	op.status = OP_FAILED;
	strcpy(op.message, "84/ollama-2 did not answer");
	cr_assert_str_eq(op_outcome_text(text, sizeof(text), &op), "failed: 84/ollama-2 did not answer");
}

Test(operations, progress_is_told_as_far_as_it_is_known)
{
	char text[64];
	struct op_view op = waiting(0, 60000);
	cr_assert(isnan(op_share(&op)));
	cr_assert_str_eq(op_amount(text, sizeof(text), &op), "");
	cr_assert_str_eq(op_speed(text, sizeof(text), &op), "", "nothing is counted in bytes");
	cr_assert_str_eq(op_left(text, sizeof(text), &op), "");
	op.bytes = true;
	op.completed = 2 * GIGA;
	cr_assert_str_eq(op_amount(text, sizeof(text), &op), "2G");
	cr_assert_str_eq(op_speed(text, sizeof(text), &op), "-");
	cr_assert_str_eq(op_left(text, sizeof(text), &op), "-");
	op.total = 4 * GIGA;
	op.rate = (double)GIGA / 8;
	cr_assert_float_eq(op_share(&op), 0.5, 1e-9);
	cr_assert_str_eq(op_amount(text, sizeof(text), &op), "2/4G");
	cr_assert_str_eq(op_speed(text, sizeof(text), &op), "128M/s");
	cr_assert_str_eq(op_left(text, sizeof(text), &op), "16s");
	op.completed = op.total;
	cr_assert_str_eq(op_left(text, sizeof(text), &op), "-");
	struct op_view rolling = waiting(0, 60000);
	rolling.completed = 1;
	rolling.total = 4;
	cr_assert_str_eq(op_amount(text, sizeof(text), &rolling), "1/4");
	cr_assert_float_eq(op_share(&rolling), 0.25, 1e-9);
}
