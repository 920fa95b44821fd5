/*
 * simulate_text.c - a simulation for people: a table, a chart, the decisions.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "simulate.h"
#include "text_table.h"

#include <string.h>

#define WIDTH           (SIMULATION_COLUMNS / 2)
#define ROWS_MAX        6
#define DECISIONS_SHOWN 20
#define CELL_MAX        64
#define SECONDS_MAX     32

static const char *seconds(char *buf, int64_t ms)
{
	snprintf(buf, SECONDS_MAX, "%.1fs", (double)ms / 1000);
	return buf;
}

static void print_table(FILE *out, const struct simulate *s)
{
	static const char *const titles[] = {
		"WAY", "P50", "P95", "P99", "MAX", "INSTANCE-HOURS", "MOST", "UP", "DOWN"};
	struct text_table table;
	char cell[CELL_MAX];
	text_table_init(&table, sizeof(titles) / sizeof(*titles));
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		text_table_add(&table, i > 0, titles[i]);
	}
	for (size_t i = 0; i < s->row_count; i++) {
		const struct simulation_result *r = &s->rows[i].result;
		text_table_add(&table, false, s->rows[i].name);
		text_table_add(&table, true, seconds(cell, r->wait_p50));
		text_table_add(&table, true, seconds(cell, r->wait_p95));
		text_table_add(&table, true, seconds(cell, r->wait_p99));
		text_table_add(&table, true, seconds(cell, r->wait_max));
		snprintf(cell, sizeof(cell), "%.2f", r->instance_hours);
		text_table_add(&table, true, cell);
		snprintf(cell, sizeof(cell), "%d", r->most);
		text_table_add(&table, true, cell);
		snprintf(cell, sizeof(cell), "%zu", r->ups);
		text_table_add(&table, true, cell);
		snprintf(cell, sizeof(cell), "%zu", r->downs);
		text_table_add(&table, true, cell);
	}
	text_table_print(&table, out);
	text_table_free(&table);
}

/* Two of the result's columns. */
static double instances_at(const struct simulation_result *r, size_t i)
{
	return (r->columns[2 * i].instances + r->columns[2 * i + 1].instances) / 2;
}

static double inflight_at(const struct simulation_result *r, size_t i)
{
	return (r->columns[2 * i].inflight + r->columns[2 * i + 1].inflight) / 2;
}

static double wait_at(const struct simulation_result *r, size_t i)
{
	const int64_t a = r->columns[2 * i].wait_max, b = r->columns[2 * i + 1].wait_max;
	return (double)(a > b ? a : b) / 1000;
}

/* One row of a chart, from the top; a block is full from half of its height on. */
static void print_row(FILE *out, const struct simulation_result *r,
	double (*value)(const struct simulation_result *, size_t), double low, double high, bool ascii)
{
	const char *line[WIDTH];
	size_t used = 0;
	for (size_t i = 0; i < WIDTH; i++) {
		const double share = (value(r, i) - low) / (high - low);
		line[i] = share >= 0.75 ? (ascii ? "#" : "█") : share >= 0.25 ? (ascii ? "." : "▄") : " ";
		used = share >= 0.25 ? i + 1 : used;
	}
	for (size_t i = 0; i < used; i++) {
		fputs(line[i], out);
	}
	fputc('\n', out);
}

static void print_chart(FILE *out, const struct simulation_result *r, const char *title,
	double (*value)(const struct simulation_result *, size_t), bool ascii)
{
	double top = 1;
	for (size_t i = 0; i < WIDTH; i++) {
		top = value(r, i) > top ? value(r, i) : top;
	}
	const int rows = top <= ROWS_MAX ? (int)(top + 0.999) : ROWS_MAX;
	fprintf(out, "\n%s\n", title);
	for (int row = rows; row > 0; row--) {
		const double high = top <= ROWS_MAX ? row : top * row / rows;
		const double low = top <= ROWS_MAX ? row - 1 : top * (row - 1) / rows;
		fprintf(out, "%6.1f %s", high, ascii ? "|" : "│");
		print_row(out, r, value, low, high, ascii);
	}
}

static void print_axis(FILE *out, const struct simulate *s)
{
	char span[32];
	const int64_t last = s->simulation.requests[s->simulation.count - 1].arrival;
	fprintf(out, "       %s0%*s\n", s->options->ascii ? "+" : "└", WIDTH - 1,
		text_duration(span, sizeof(span), last));
}

static void print_decisions(FILE *out, const struct simulation_result *r)
{
	char at[32];
	fprintf(out, _("\nDecisions: %zu\n"), r->ups + r->downs);
	for (size_t i = 0; i < r->decision_count && i < DECISIONS_SHOWN; i++) {
		const struct simulation_decision *d = &r->decisions[i];
		fprintf(out, "%9s  %d -> %d  %s\n", text_duration(at, sizeof(at), d->at), d->from, d->to,
			d->reason);
	}
	if (r->decision_count > DECISIONS_SHOWN) {
		fprintf(out, _("... and %zu more; --format json has all of them\n"),
			r->ups + r->downs - DECISIONS_SHOWN);
	}
}

void simulate_text(FILE *out, const struct simulate *s)
{
	char span[32], low[32], high[32];
	const struct simulation_result *r = &s->rows[0].result;
	fprintf(out, _("%zu requests in %s; each instance works on %d at a time (OLLAMA_NUM_PARALLEL)\n"),
		s->simulation.count,
		text_duration(span, sizeof(span), s->simulation.requests[s->simulation.count - 1].arrival),
		s->simulation.parallel);
	fprintf(out, _("Cold starts of %s to %s (%s), %d to %d instances, looked at every %s\n"),
		seconds(low, s->simulation.cold_min), seconds(high, s->simulation.cold_max), s->store, s->min,
		s->max, seconds(span, s->refresh_ms));
	fprintf(out, _("Policy: %s\n\n"), s->policy_text);
	print_table(out, s);
	print_chart(out, r, _("Requests in flight"), inflight_at, s->options->ascii);
	print_axis(out, s);
	print_chart(out, r, _("Instances"), instances_at, s->options->ascii);
	print_axis(out, s);
	print_chart(out, r, _("Longest wait, seconds"), wait_at, s->options->ascii);
	print_axis(out, s);
	if (s->alert) {
		fprintf(out, _("\nThe policy stopped: %s\n"), s->alert);
	}
	print_decisions(out, r);
}
