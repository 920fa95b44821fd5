/* Graphs: heights, scales, and that a peak is never lost. */
#include "fixture.h"
#include "ui/spark.h"

#include <criterion/criterion.h>
#include <math.h>

Test(spark, heights)
{
	cr_assert_eq(spark_height(NAN, 10, 8), -1);
	cr_assert_eq(spark_height(0, 10, 8), 0);
	cr_assert_eq(spark_height(-3, 10, 8), 0);
	cr_assert_eq(spark_height(0.001F, 10, 8), 1, "anything above 0 shows");
	cr_assert_eq(spark_height(5, 10, 8), 4);
	cr_assert_eq(spark_height(10, 10, 8), 8);
	cr_assert_eq(spark_height(1e30F, 10, 8), 8);
	cr_assert_eq(spark_height(INFINITY, 10, 8), 8);
	cr_assert_eq(spark_height(5, 0, 8), 0);
	cr_assert_eq(spark_height(5, NAN, 8), 0);
}

Test(spark, scales_are_round_and_at_least_the_value)
{
	cr_assert_float_eq(spark_scale(3, false), 5, 0.001);
	cr_assert_float_eq(spark_scale(50, false), 50, 0.001);
	cr_assert_float_eq(spark_scale(0.7F, false), 1, 0.001);
	cr_assert_float_eq(spark_scale(9.0F * (float)GIGA, true), 16.0F * (float)GIGA, 1);
	cr_assert_float_eq(spark_scale(NAN, false), 1, 0.001);
	cr_assert_float_eq(spark_scale(NAN, true), 1, 0.001);
	float value = 0.01F;
	for (int i = 0; i < 60; i++, value *= 1.7F) {
		cr_assert_geq(spark_scale(value, false), value * 0.999F);
		cr_assert_geq(spark_scale(value, true), value * 0.999F);
	}
}

static void draw(enum charset charset, struct history *h, int rows)
{
	static struct theme theme;
	struct canvas all;
	screen_fixture(charset, &theme, &all);
	struct canvas part = canvas_sub(&all, 1, 1, rows, 10);
	struct spark_area area = {.rows = rows, .columns = 10};
	canvas_blank(&part);
	spark_draw(&part, &area, h, 8, FACE_GRAPH);
}

Test(spark, a_peak_shows_in_its_column_and_the_newest_is_at_the_right)
{
	struct history h;
	history_init(&h, 100);
	for (int i = 0; i < 100; i++)
		history_push(&h, i == 33 ? 8 : 1);
	draw(CHARSET_UNICODE, &h, 1);
	cr_assert_eq(screen_at(1, 4), L'█');
	cr_assert_eq(screen_at(1, 5), L'▁');
	cr_assert_eq(screen_at(1, 10), L'▁');
	cr_assert_eq(screen_at(1, 11), L'@');
	history_free(&h);
}

Test(spark, what_is_not_known_is_blank)
{
	struct history h;
	history_init(&h, 10);
	history_push(&h, 8);
	history_push(&h, NAN);
	history_push(&h, 4);
	draw(CHARSET_UNICODE, &h, 2);
	cr_assert_eq(screen_at(1, 8), L'█');
	cr_assert_eq(screen_at(2, 8), L'█');
	cr_assert_eq(screen_at(2, 9), L' ');
	cr_assert_eq(screen_at(1, 10), L' ');
	cr_assert_eq(screen_at(2, 10), L'█');
	cr_assert_eq(screen_at(2, 1), L' ');
	history_free(&h);
}

Test(spark, the_linux_console_has_half_blocks)
{
	struct history h;
	history_init(&h, 10);
	history_push(&h, 3);
	history_push(&h, 8);
	draw(CHARSET_CP437, &h, 1);
	cr_assert_eq(screen_at(1, 9), L'▄');
	cr_assert_eq(screen_at(1, 10), L'█');
	history_free(&h);
}

Test(spark, scrolled_partly_out_of_sight_it_stays_in_its_canvas)
{
	static struct theme theme;
	struct canvas all;
	struct history h;
	history_init(&h, 10);
	for (int i = 0; i < 10; i++)
		history_push(&h, 8);
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	struct canvas part = canvas_sub(&all, 3, 1, 3, 10);
	struct spark_area above = {.y = -2, .rows = 3, .columns = 10},
			  below = {.y = 2, .rows = 3, .columns = 10};
	spark_draw(&part, &above, &h, 8, FACE_GRAPH);
	spark_draw(&part, &below, &h, 8, FACE_GRAPH);
	cr_assert_eq(screen_at(2, 5), L'@');
	cr_assert_eq(screen_at(3, 5), L'█');
	cr_assert_eq(screen_at(4, 5), L'@');
	cr_assert_eq(screen_at(5, 5), L'█');
	cr_assert_eq(screen_at(6, 5), L'@');
	history_free(&h);
}
