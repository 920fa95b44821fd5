/*
 * simulate_svg.c - the chart as SVG 1.1. Coordinates are whole numbers: a decimal comma of the locale would break them.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "simulate.h"

#define LEFT    60
#define STEP    6
#define PLOT    (STEP * SIMULATION_COLUMNS)
#define WIDTH   (LEFT + PLOT + 20)
#define HEADING 40
#define BAND    130 /* of a chart */
#define GAP     44
#define HEIGHT  (HEADING + 3 * (BAND + GAP))

/* Text between tags. */
static void escaped(FILE *out, const char *text)
{
	for (const char *s = text; *s != '\0'; s++) {
		if (*s == '&') {
			fputs("&amp;", out);
		} else if (*s == '<') {
			fputs("&lt;", out);
		} else if (*s == '>') {
			fputs("&gt;", out);
		} else {
			fputc(*s, out);
		}
	}
}

static void label(FILE *out, int x, int y, const char *anchor, const char *text)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">", x, y, anchor);
	escaped(out, text);
	fputs("</text>\n", out);
}

static double inflight(const struct simulation_column *c)
{
	return c->inflight;
}

static double instances(const struct simulation_column *c)
{
	return c->instances;
}

static double wait(const struct simulation_column *c)
{
	return (double)c->wait_max / 1000;
}

/* Steps from column to column above the line at `bottom`. */
static void band(FILE *out, const struct simulation_result *r, int bottom, const char *title,
	const char *color, double (*value)(const struct simulation_column *))
{
	char figure[32];
	double top = 1;
	for (int i = 0; i < SIMULATION_COLUMNS; i++) {
		top = value(&r->columns[i]) > top ? value(&r->columns[i]) : top;
	}
	label(out, LEFT, bottom - BAND - 8, "start", title);
	snprintf(figure, sizeof(figure), "%.1f", top);
	label(out, LEFT - 6, bottom - BAND + 10, "end", figure);
	label(out, LEFT - 6, bottom, "end", "0");
	fprintf(out, "<path fill=\"%s\" fill-opacity=\"0.35\" stroke=\"%s\" d=\"M%d %d", color, color, LEFT,
		bottom);
	for (int i = 0; i < SIMULATION_COLUMNS; i++) {
		fprintf(out, "V%dH%d", bottom - (int)(value(&r->columns[i]) / top * BAND + 0.5),
			LEFT + (i + 1) * STEP);
	}
	fprintf(out, "V%dZ\"/>\n<path stroke=\"#888\" d=\"M%d %dH%d\"/>\n", bottom, LEFT, bottom,
		LEFT + PLOT);
}

void simulate_svg(FILE *out, const struct simulate *s)
{
	const struct simulation_result *r = &s->rows[0].result;
	const int64_t last = s->simulation.requests[s->simulation.count - 1].arrival;
	char span[32], title[600];
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"version=\"1.1\" "
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
		"font-size=\"12\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	snprintf(title, sizeof(title), _("%zu requests; p95 of the wait %.1f s; %.2f instance-hours"),
		r->requests, (double)r->wait_p95 / 1000, r->instance_hours);
	label(out, LEFT, 16, "start", title);
	band(out, r, HEADING + BAND + 12, _("Requests in flight"), "#1f77b4", inflight);
	band(out, r, HEADING + 2 * BAND + GAP + 12, _("Instances"), "#2ca02c", instances);
	band(out, r, HEADING + 3 * BAND + 2 * GAP + 12, _("Longest wait, seconds"), "#d62728", wait);
	label(out, LEFT, HEIGHT - 8, "start", "0");
	label(out, LEFT + PLOT, HEIGHT - 8, "end", text_duration(span, sizeof(span), last));
	fputs("</svg>\n", out);
}
