/* details_sections.c - what the details view says of one instance, a function for each section. */
#include "details_sections.h"

#include "event_line.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "roster.h"
#include "secrets.h"
#include "spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GRAPH_LINES  3
#define AXIS_COLUMNS 7
#define EVENTS_SHOWN 20

/* Labels of this view stand in 14 columns; where one is longer, its value begins that much later. */
static void state_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	char age[24], latency[24], retry[80];
	const struct link *api = &i->api;
	pen_field(pen, theme_state_face(i->state), _("state"), _("%s for %s"), state_name(i->state),
		text_duration(age, sizeof(age), look_age(look, i->state_since)));
	if (i->reason)
		pen_field(pen, theme_severity_face(state_severity(i->state)), _("reason"), "%s", i->reason);
	for (size_t a = 0; a < look->fleet->alert_count; a++) {
		const struct alert *alert = &look->fleet->alerts[a];
		/* The reason is the gravest of them, and was said. */
		if (alert->instance == i &&
			(alert->acknowledged || !i->reason || strcmp(alert->text, i->reason) != 0))
			pen_field(pen, alert->acknowledged ? FACE_DIM : theme_severity_face(alert->severity),
				_("alert"), _("%s for %s: %s%s"), alert->label,
				text_duration(age, sizeof(age), look_age(look, alert->since)), alert->text,
				alert->acknowledged ? _(" (acknowledged)") : "");
	}
	if (!instance_is_ollama(i))
		pen_field(pen, FACE_NORMAL, _("kind"), "%s",
			_("openai: nothing can be pulled, loaded, unloaded or deleted on it from here"));
	pen_field(pen, FACE_NORMAL, _("address"), "%s", i->url ? i->url : _("not reachable from here"));
	if (i->task.known)
		pen_field(pen, FACE_NORMAL, _("task"), _("%s of service %s on node %s"),
			i->task.state ? i->task.state : "-", i->server->spec->scale.service,
			i->task.node ? i->task.node : "-");
	if (fleet_task_unasked(i))
		pen_field(pen, FACE_DIM, _("answers"), "%s", _("not asked"));
	else if (api->status == LINK_FAILED)
		pen_field(pen, FACE_CRITICAL, _("answers"), _("no: %s %s"),
			api->error ? api->error : _("failed"), format_retry(retry, sizeof(retry), look, api));
	else
		pen_field(pen, FACE_NORMAL, _("answers"), _("in %s, %s ago, version %s"),
			format_latency(latency, sizeof(latency), api->latency_ms),
			format_age(age, sizeof(age), look_age(look, api->answered_at)),
			i->version ? i->version : "-");
	if (i->busy)
		pen_field(pen, FACE_BUSY, _("busy"), _("for %s"),
			text_duration(age, sizeof(age), look_age(look, i->busy_since)));
	if (i->connections >= 0)
		pen_field(pen, FACE_NORMAL, _("connections"), _("%d from others, %d of them active"),
			i->connections, i->connections_active > 0 ? i->connections_active : 0);
	if (i->in_pool >= 0)
		pen_field(pen, i->in_pool ? FACE_NORMAL : FACE_WARNING, _("balancer"), "%s%s%s",
			i->in_pool ? _("in the pool") : _("not in the pool"),
			i->balancer_status[0] ? ", " : "", i->balancer_status);
}

static void loaded_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	char size[24], left[48], id[16], age[16];
	if (look_stale(look, i->loaded_at, 1))
		pen_field(pen, FACE_DIM, "", _("as of %s ago"),
			format_age(age, sizeof(age), look_age(look, i->loaded_at)));
	if (i->loaded_count == 0)
		pen_field(pen, FACE_DIM, "", "%s", i->loaded_at ? _("none") : _("not known yet"));
	for (size_t m = 0; m < i->loaded_count; m++) {
		const struct model_loaded *model = &i->loaded[m];
		int64_t ms = look_expiry(look, model);
		pen_field(pen, FACE_NORMAL, "", "%s", model->name);
		text_size(size, sizeof(size), model->size);
		if (model->size < 0)
			pen_field(pen, FACE_DIM, _("  size"), "%s", _("not told"));
		else if (model->size > 0 && model->size_vram > 0)
			pen_field(pen, FACE_NORMAL, _("  size"), _("%s, %.0f %% of it in VRAM"), size,
				100.0 * (double)model->size_vram / (double)model->size);
		else
			pen_field(pen, FACE_NORMAL, _("  size"), _("%s in main memory"), size);
		if (model->context > 0)
			pen_field(pen, FACE_NORMAL, _("  context"), "%lld", (long long)model->context);
		if (ms == INT64_MAX)
			(void)snprintf(left, sizeof(left), "%s", _("never"));
		else
			text_duration(left, sizeof(left), ms);
		pen_field(pen, FACE_NORMAL, _("  unloads in"), "%s", left);
		pen_field(pen, FACE_DIM, _("  digest"), "%s", format_short_id(id, sizeof(id), model->digest));
	}
}

/* A graph of ten minutes with its scale at the right: the top and 0. */
static void graph(struct pen *pen, const struct history *history, float scale, const char *top)
{
	struct spark_area area = {
		.y = pen_row(pen),
		.rows = GRAPH_LINES,
		.columns = pen->canvas.w - AXIS_COLUMNS,
	};
	struct spark_area bottom = area;
	bottom.y += GRAPH_LINES - 1;
	if (pen_visible(pen, GRAPH_LINES)) {
		canvas_repeat_down(&pen->canvas, area.y, area.columns, GRAPH_LINES, FACE_BORDER,
			theme_glyph(pen->canvas.theme, GLYPH_VLINE));
		canvas_text(&pen->canvas, area.y, area.columns + 1, FACE_DIM, top);
		canvas_text(&pen->canvas, bottom.y, area.columns + 1, FACE_DIM, "0");
		spark_draw(&pen->canvas, &area, history, scale, FACE_GRAPH);
	}
	pen->y += GRAPH_LINES;
}

static void memory_graph(const struct look *look, const struct instance *i, struct pen *pen)
{
	char now[48], peak[24], top[24];
	float max = history_max(&i->memory_history);
	int64_t limit = i->memory_limit > 0 ? i->memory_limit : (int64_t)spark_scale(max, true);
	pen_field(pen, look_stale(look, i->stats_at, 1) ? FACE_DIM : FACE_NORMAL, _("memory"),
		_("%s now, peak %s"), format_usage(now, sizeof(now), i->memory_used, i->memory_limit),
		isnan(max) ? "-" : text_size(peak, sizeof(peak), (int64_t)max));
	graph(pen, &i->memory_history, (float)limit,
		isnan(max) && limit <= 1 ? "" : text_size(top, sizeof(top), limit));
}

static void cpu_graph(const struct look *look, const struct instance *i, struct pen *pen)
{
	char now[24], peak[24], top[24];
	float max = history_max(&i->cpu_history);
	float scale = max > 100 ? spark_scale(max, false) : 100;
	pen_field(pen, look_stale(look, i->stats_at, 1) ? FACE_DIM : FACE_NORMAL, _("CPU"),
		_("%s now, peak %s"), format_percent(now, sizeof(now), i->cpu_percent),
		format_percent(peak, sizeof(peak), max));
	graph(pen, &i->cpu_history, scale, format_percent(top, sizeof(top), scale));
}

static void latency_graph(const struct look *look, const struct instance *i, struct pen *pen)
{
	char now[24], peak[24], top[24];
	float max = history_max(&i->latency_history);
	float scale = spark_scale(max, false);
	bool stale = i->api.status != LINK_OK || look_stale(look, i->api.answered_at, 1);
	pen_field(pen, stale ? FACE_DIM : FACE_NORMAL, _("latency"), _("%s now, peak %s"),
		i->api.status == LINK_OK ? format_latency(now, sizeof(now), i->api.latency_ms) : "-",
		format_latency(peak, sizeof(peak), max));
	graph(pen, &i->latency_history, scale, isnan(max) ? "" : format_latency(top, sizeof(top), scale));
}

static void history_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	memory_graph(look, i, pen);
	cpu_graph(look, i, pen);
	latency_graph(look, i, pen);
	int width = pen->canvas.w - AXIS_COLUMNS;
	const char *now = _("now"), *ago = _("10 minutes ago");
	canvas_text(&pen->canvas, pen_row(pen), 0, FACE_DIM, ago);
	canvas_text(&pen->canvas, pen_row(pen), width - text_columns(look->theme, now), FACE_DIM, now);
	pen->y++;
}

static void limits(const struct instance *i, struct pen *pen)
{
	const struct container *c = &i->container;
	char size[24];
	pen_field(pen, FACE_NORMAL, _("memory limit"), "%s",
		c->memory_limit > 0 ? text_size(size, sizeof(size), c->memory_limit) : _("none"));
	if (c->cpu_limit > 0)
		pen_field(pen, FACE_NORMAL, _("CPU limit"), _("%.3g cores"), c->cpu_limit);
	else
		pen_field(pen, FACE_NORMAL, _("CPU limit"), "%s", _("none"));
}

static void container_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	const struct container *c = &i->container;
	char id[16], time[24], age[24];
	if (!c->known) {
		const struct link *docker = &i->server->docker;
		pen_field(pen, FACE_DIM, "", "%s",
			docker->error ? docker->error : _("docker has not told of one"));
		return;
	}
	pen_field(pen, FACE_NORMAL, _("name"), "%s", c->name ? c->name : "-");
	pen_field(pen, FACE_NORMAL, _("id"), "%s", format_short_id(id, sizeof(id), c->id));
	pen_field(pen, FACE_NORMAL, _("image"), "%s", c->image ? c->image : "-");
	pen_field(pen, FACE_DIM, _("image id"), "%s",
		c->image_id ? format_short_id(id, sizeof(id), c->image_id) : "-");
	pen_field(pen, c->status == CONTAINER_RUNNING ? FACE_NORMAL : FACE_CRITICAL, _("status"), "%s",
		container_status_name(c->status));
	if (c->started_wall > 0)
		pen_field(pen, FACE_NORMAL, _("started"), _("%s, %s ago"),
			format_date(time, sizeof(time), c->started_wall),
			text_duration(age, sizeof(age),
				look->wall > c->started_wall ? look->wall - c->started_wall : 0));
	if (c->status != CONTAINER_RUNNING && c->finished_wall > 0)
		pen_field(pen, FACE_NORMAL, _("ended"), _("%s with exit code %d%s"),
			format_date(time, sizeof(time), c->finished_wall), c->exit_code,
			c->oom_killed ? _(", killed for memory") : "");
	pen_field(pen, c->restarts > 0 ? FACE_WARNING : FACE_NORMAL, _("restarts"), "%d", c->restarts);
	pen_field(pen, c->health == HEALTH_UNHEALTHY ? FACE_WARNING : FACE_NORMAL, _("health"), "%s",
		container_health_name(c->health));
	/* Ollama's image has no curl: such a check can never pass, and says nothing of Ollama. */
	if (c->health_error)
		pen_field(pen, FACE_WARNING, " ",
			_("the check itself cannot run: %s; write it as [\"CMD\", \"ollama\", \"ps\"]"),
			c->health_error);
	if (c->host_port > 0)
		pen_field(pen, FACE_NORMAL, _("port"), "%d", c->host_port);
	limits(i, pen);
}

static void store_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	const struct store *s = &i->store;
	char a[24], b[24], age[16], latency[24];
	bool bad = s->status == STORE_WRONG || s->status == STORE_HUNG;
	pen_field(pen,
		bad                     ? FACE_CRITICAL
		: s->status == STORE_OK ? FACE_OK
					: FACE_DIM,
		_("verdict"), "%s%s%s", store_status_name(s->status), s->error ? ": " : "",
		s->error ? s->error : "");
	if (s->path)
		pen_field(pen, FACE_NORMAL, _("path"), "%s", s->path);
	if (s->fstype)
		pen_field(pen, FACE_NORMAL, _("mounted"), _("%s from %s, %s, seen %s ago"), s->fstype,
			s->source ? s->source : "-",
			s->read_only == 1   ? _("read-only")
			: s->read_only == 0 ? _("writable")
					    : _("ro or rw unknown"),
			format_age(age, sizeof(age), look_age(look, s->mount_seen_at)));
	if (s->options)
		pen_field(pen, FACE_DIM, _("options"), "%s", s->options);
	if (s->total > 0)
		pen_field(pen, FACE_NORMAL, _("space"), _("%s free of %s, answered in %s, %s ago"),
			text_size(a, sizeof(a), s->available), text_size(b, sizeof(b), s->total),
			format_latency(latency, sizeof(latency), s->latency_ms),
			format_age(age, sizeof(age), look_age(look, s->space_seen_at)));
	if (i->stored_at)
		pen_field(pen, FACE_NORMAL, _("models"), P_("%zu stored", "%zu stored", i->stored_count),
			i->stored_count);
	if (i->drift_text)
		pen_field(pen, i->drifting ? FACE_WARNING : FACE_QUIET,
			i->drifting ? _("drift") : _("settling"), "%s", i->drift_text);
	for (size_t m = 0; m < i->container.mount_count; m++) {
		const struct mount *mount = &i->container.mounts[m];
		pen_field(pen, FACE_NORMAL, m == 0 ? _("mounts") : " ", "%s (%s %s) %s", mount->destination,
			mount->type ? mount->type : "", mount->read_only ? "ro" : "rw",
			mount->source ? mount->source : "");
	}
}

static void environment_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	char entry[FLEET_TEXT_MAX + 32];
	(void)look;
	if (i->container.env_count == 0)
		pen_field(pen, FACE_DIM, "", "%s", i->container.known ? _("empty") : _("not known"));
	for (size_t e = 0; e < i->container.env_count; e++) {
		secret_hide(entry, sizeof(entry), i->container.env[e]);
		pen_field(pen, FACE_NORMAL, "", "%s", entry);
	}
}

static void events_section(const struct look *look, const struct instance *i, struct pen *pen)
{
	char target[2 * TEXT_NAME_MAX], time[24], label[48];
	int shown = 0;
	const struct event *event;
	target_name(target, sizeof(target), i->server, i);
	for (size_t e = 0; shown < EVENTS_SHOWN && (event = fleet_event(look->fleet, e)); e++) {
		if (!event->target || strcmp(event->target, target) != 0)
			continue;
		(void)snprintf(label, sizeof(label), "%s %s",
			format_time(time, sizeof(time), event->wall, look->wall),
			severity_sign(event->severity));
		pen_field(pen, theme_severity_face(event->severity), label, "%s",
			event->text ? event->text : "");
		shown++;
	}
	if (shown == 0)
		pen_field(pen, FACE_DIM, "", "%s", _("none"));
}

const struct section detail_sections[] = {
	{N_("State"), false, state_section},
	{N_("Ten minutes"), true, history_section},
	{N_("Loaded models"), true, loaded_section},
	{N_("Requests"), false, requests_section},
	{N_("Container"), false, container_section},
	{N_("GPU"), false, gpu_section},
	{N_("Store"), false, store_section},
	{N_("Events"), true, events_section},
	{N_("Environment"), false, environment_section},
};
const size_t detail_section_count = sizeof(detail_sections) / sizeof(detail_sections[0]);
