/* details_requests.c - what the details view says of an instance's requests and GPUs. */
#include "details_sections.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdio.h>

/* GPUs are asked each 15th refresh. */
#define GPU_ROUNDS 15

/* Where a figure comes from, in words. */
static const char *source_words(enum request_source source)
{
	static const char *const words[] = {
		[REQUESTS_FROM_NOTHING] = "",
		[REQUESTS_FROM_CONNECTIONS] = N_("by open connections"),
		[REQUESTS_FROM_LOG] = N_("by the log"),
		[REQUESTS_FROM_METRICS] = N_("by its own metrics"),
	};
	return words[source][0] ? _(words[source]) : "";
}

static void figure(const struct look *look, const struct request_figure *f, const char *label,
	struct pen *pen, enum face face)
{
	char age[16];
	if (f->certainty == CERTAINTY_UNKNOWN) {
		pen_field(pen, FACE_DIM, label, "%s", _("not known"));
		return;
	}
	format_age(age, sizeof(age), look_age(look, f->at));
	if (f->certainty == CERTAINTY_AT_MOST)
		/* TRANSLATORS: a number of requests, where the figure comes from, its age */
		pen_field(pen, face, label, _("at most %d, %s, %s ago"), f->value, source_words(f->source),
			age);
	else
		/* TRANSLATORS: a number of requests, where the figure comes from, its age */
		pen_field(pen, face, label, _("%d, %s, %s ago"), f->value, source_words(f->source), age);
}

/* The bound below which half of the requests stayed; 0: none, or longer than all bounds. */
static double median_bound(const struct request_counts *c)
{
	const uint64_t all = histogram_total(&c->durations);
	uint64_t seen = 0;
	for (size_t i = 0; all > 0 && i < histogram_requests.count; i++) {
		seen += c->durations.counts[i];
		if (2 * seen >= all)
			return histogram_requests.upper[i];
	}
	return 0;
}

static void counts(const struct look *look, const struct request_counts *c, struct pen *pen)
{
	char age[24];
	if (c->error)
		pen_field(pen, FACE_DIM, _("ended"), _("not counted: %s"), c->error);
	if (c->source == REQUESTS_FROM_NOTHING)
		return;
	pen_field(pen, FACE_NORMAL, c->error ? " " : _("ended"),
		P_("%llu in %s, %s", "%llu in %s, %s", (unsigned long)c->ended), (unsigned long long)c->ended,
		text_duration(age, sizeof(age), look_age(look, c->since_at)), source_words(c->source));
	double half = median_bound(c);
	if (half > 0)
		pen_field(pen, FACE_NORMAL, _("duration"), _("half of them within %g s, %.3g s on average"),
			half, c->durations.sum / (double)c->ended);
	if (c->failed > 0)
		pen_field(pen, FACE_WARNING, _("failed"),
			_("%llu with 5xx, of these %llu refused as busy (503)"),
			(unsigned long long)c->failed, (unsigned long long)c->busy);
}

void requests_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	const struct requests *r = &i->requests;
	bool waits = r->queue.certainty == CERTAINTY_EXACT && r->queue.value > 0;
	figure(look, &r->inflight, _("in flight"), pen, FACE_NORMAL);
	figure(look, &r->queue, _("waiting"), pen, waits ? FACE_WARNING : FACE_NORMAL);
	counts(look, &r->counts, pen);
}

static void gpu_field(const struct gpu *gpu, bool stale, struct pen *pen)
{
	char label[16], used[24], total[24], busy[16] = "-";
	(void)snprintf(label, sizeof(label), "GPU %d", gpu->index);
	if (!isnan(gpu->utilisation))
		format_percent(busy, sizeof(busy), gpu->utilisation);
	pen_field(pen, stale ? FACE_DIM : FACE_NORMAL, label, _("%s, %s of %s used, %s busy"), gpu->name,
		gpu->memory_used >= 0 ? text_size(used, sizeof(used), gpu->memory_used) : "-",
		gpu->memory_total >= 0 ? text_size(total, sizeof(total), gpu->memory_total) : "-", busy);
}

void gpu_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	char age[16];
	bool stale = look_stale(look, i->gpus_at, GPU_ROUNDS);
	if (i->container.gpus)
		pen_field(pen, FACE_NORMAL, _("asked for"), "%s", i->container.gpus);
	else
		pen_field(
			pen, FACE_DIM, _("asked for"), "%s", i->container.known ? _("none") : _("not known"));
	for (size_t g = 0; g < i->gpu_count; g++)
		gpu_field(&i->gpus[g], stale, pen);
	if (i->gpu_count > 0 && stale)
		pen_field(pen, FACE_DIM, " ", _("as of %s ago"),
			format_age(age, sizeof(age), look_age(look, i->gpus_at)));
}
