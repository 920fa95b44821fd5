#include "spark.h"

#include <math.h>

#define SPARK_COLUMNS_MAX 512

int spark_height(float value, float scale, int parts)
{
	if (isnan(value))
		return -1;
	if (!(value > 0) || !(scale > 0))
		return 0;
	float height = ceilf(value / scale * (float)parts);
	return height >= (float)parts ? parts : (int)height;
}

float spark_scale(float value, bool binary)
{
	if (!(value > 0) || isinf(value))
		return 1;
	if (binary)
		return exp2f(ceilf(log2f(value)));
	float ten = powf(10, floorf(log10f(value)));
	static const float steps[] = {1, 2, 5, 10};
	for (int i = 0; i < 3; i++)
		if (value <= steps[i] * ten)
			return steps[i] * ten;
	return 10 * ten;
}

void spark_draw(const struct canvas *c, const struct spark_area *area, const struct history *history,
	float scale, enum face face)
{
	float values[SPARK_COLUMNS_MAX];
	int columns = area->columns < SPARK_COLUMNS_MAX ? area->columns : SPARK_COLUMNS_MAX;
	int levels = theme_levels(c->theme);
	if (columns <= 0 || area->rows <= 0)
		return;
	history_fold(history, history->capacity, values, (size_t)columns);
	for (int i = 0; i < columns; i++) {
		int height = spark_height(values[i], scale, area->rows * levels);
		for (int row = 0; row < area->rows && height > row * levels; row++) {
			int level = height - row * levels;
			canvas_text(c, area->y + area->rows - 1 - row, area->x + area->columns - columns + i,
				face, theme_level(c->theme, level));
		}
	}
}
