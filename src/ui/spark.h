/*
 * spark.h - a history as a graph of block characters, several rows high.
 */
#ifndef UI_SPARK_H
#define UI_SPARK_H

#include "canvas.h"
#include "ollama-top/history.h"

/*
 * Height of one value in parts (rows x levels of a cell) on a scale: at least 1 for
 * anything above 0, at most all; -1 for NaN, which leaves a gap.
 */
int spark_height(float value, float scale, int parts);

/* A round number at or above `value` for the top of an axis: 1, 2 or 5 times a power of ten, or
 * a power of two so that bytes read 8G, 16G; 1 when nothing is known. */
float spark_scale(float value, bool binary);

/* Where a graph goes: row and column of its top left corner, which may be out of sight, and its size. */
struct spark_area {
	int y, x, rows, columns;
};

/* Draws the last ten minutes, newest at the right; `scale` is the value at the top edge. */
void spark_draw(const struct canvas *c, const struct spark_area *area, const struct history *history,
	float scale, enum face face);

#endif
