/*
 * docker_stats.c - GET /containers/{id}/stats: the cgroup's figures in the shape of version 1 or 2.
 */
#include "docker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_NS 1000000000U

struct stats_stream {
	const struct world_server *server;
	char id[65];
	struct world_sample before; /* wall_ns 0: none yet */
	uint64_t next_ns;           /* uv_hrtime() of the next one */
	bool once;                  /* one object with two samples in it */
};

struct figure {
	const char *name;
	int64_t value;
};

static void write_cpu(struct json_out *out, const char *key, const struct world_sample *s, int cgroup)
{
	json_object(out, key);
	json_object(out, "cpu_usage");
	json_uint(out, "total_usage", s->cpu_ns);
	if (cgroup == 1 && s->wall_ns) {
		json_array(out, "percpu_usage");
		for (int i = 0; i < s->cpus; i++)
			json_uint(out, NULL, s->cpu_ns / (uint64_t)s->cpus);
		json_end_array(out);
	}
	json_uint(out, "usage_in_kernelmode", s->kernel_ns);
	json_uint(out, "usage_in_usermode", s->user_ns);
	json_end_object(out);
	if (s->wall_ns) {
		json_uint(out, "system_cpu_usage", s->system_ns);
		json_int(out, "online_cpus", s->cpus);
	}
	json_raw(out, "throttling_data", "{\"periods\":0,\"throttled_periods\":0,\"throttled_time\":0}");
	json_end_object(out);
}

static void write_figures(
	struct json_out *out, const char *prefix, const struct figure *figures, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char name[64];
		snprintf(name, sizeof name, "%s%s", prefix, figures[i].name);
		json_int(out, name, figures[i].value);
	}
}

/*
 * Version 1: each figure for the group itself and, with "total_", for it and those below it. The engine
 * passes no "shmem" on; shared memory is in "cache", and on the anonymous lists.
 */
static void write_memory_v1(struct json_out *out, const struct world_sample *s)
{
	int64_t limit = s->limit;
	const struct figure figures[] = {
		{"active_anon", 4096},
		{"active_file", s->active_file},
		{"cache", s->shmem + s->active_file + s->inactive_file},
		{"dirty", 0},
		{"inactive_anon", s->anon + s->shmem > 4096 ? s->anon + s->shmem - 4096 : 0},
		{"inactive_file", s->inactive_file},
		{"mapped_file", s->mapped_file},
		{"pgfault", (int64_t)s->faults},
		{"pgmajfault", (int64_t)s->major_faults},
		{"pgpgin", (int64_t)s->faults},
		{"pgpgout", (int64_t)s->faults / 2},
		{"rss", s->anon},
		{"rss_huge", 0},
		{"unevictable", 0},
		{"writeback", 0},
	};

	json_int(out, "usage", s->usage);
	json_int(out, "max_usage", s->max_usage);
	json_object(out, "stats");
	write_figures(out, "", figures, sizeof figures / sizeof *figures);
	json_int(out, "hierarchical_memory_limit", limit);
	json_int(out, "hierarchical_memsw_limit", 2 * limit);
	write_figures(out, "total_", figures, sizeof figures / sizeof *figures);
	json_end_object(out);
	if (s->failures)
		json_uint(out, "failcnt", s->failures);
	json_int(out, "limit", limit);
}

static void write_memory_v2(struct json_out *out, const struct world_sample *s)
{
	const struct figure figures[] = {
		{"active_anon", 4096},
		{"active_file", s->active_file},
		{"anon", s->anon},
		{"anon_thp", 0},
		{"file", s->shmem + s->active_file + s->inactive_file},
		{"file_dirty", 0},
		{"file_mapped", s->mapped_file},
		{"file_writeback", 0},
		{"inactive_anon", s->anon + s->shmem > 4096 ? s->anon + s->shmem - 4096 : 0},
		{"inactive_file", s->inactive_file},
		{"kernel_stack", 196608},
		{"pgactivate", 0},
		{"pgdeactivate", 0},
		{"pgfault", (int64_t)s->faults},
		{"pglazyfree", 0},
		{"pglazyfreed", 0},
		{"pgmajfault", (int64_t)s->major_faults},
		{"pgrefill", 0},
		{"pgscan", 0},
		{"pgsteal", 0},
		{"shmem", s->shmem},
		{"slab", 786432},
		{"slab_reclaimable", 524288},
		{"slab_unreclaimable", 262144},
		{"sock", 0},
		{"thp_collapse_alloc", 0},
		{"thp_fault_alloc", 0},
		{"unevictable", 0},
		{"workingset_activate", 0},
		{"workingset_nodereclaim", 0},
		{"workingset_refault", (int64_t)s->major_faults},
	};

	json_int(out, "usage", s->usage);
	json_object(out, "stats");
	write_figures(out, "", figures, sizeof figures / sizeof *figures);
	json_end_object(out);
	json_int(out, "limit", s->limit);
}

static void write_block(struct json_out *out, const struct world_sample *s, int cgroup)
{
	static const char *const empty[] = {"io_serviced_recursive", "io_queue_recursive",
		"io_service_time_recursive", "io_wait_time_recursive", "io_merged_recursive",
		"io_time_recursive", "sectors_recursive"};
	const struct figure figures[] = {
		{cgroup == 1 ? "Read" : "read", (int64_t)s->block_read},
		{cgroup == 1 ? "Write" : "write", (int64_t)s->block_write},
	};

	json_object(out, "blkio_stats");
	if (!s->block_read && !s->block_write) {
		json_raw(out, "io_service_bytes_recursive", cgroup == 1 ? "[]" : "null");
	} else {
		json_array(out, "io_service_bytes_recursive");
		for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
			json_object(out, NULL);
			json_int(out, "major", 8);
			json_int(out, "minor", 0);
			json_string(out, "op", figures[i].name);
			json_int(out, "value", figures[i].value);
			json_end_object(out);
		}
		json_end_array(out);
	}
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		json_raw(out, empty[i], cgroup == 1 ? "[]" : "null");
	json_end_object(out);
}

static void write_network(struct json_out *out, const struct world_sample *s)
{
	const struct figure figures[] = {
		{"rx_bytes", (int64_t)s->net_rx},
		{"rx_packets", (int64_t)s->net_rx / 1400},
		{"rx_errors", 0},
		{"rx_dropped", 0},
		{"tx_bytes", (int64_t)s->net_tx},
		{"tx_packets", (int64_t)s->net_tx / 1400},
		{"tx_errors", 0},
		{"tx_dropped", 0},
	};

	json_object(out, "networks");
	json_object(out, "eth0");
	write_figures(out, "", figures, sizeof figures / sizeof *figures);
	json_end_object(out);
	json_end_object(out);
}

static void write_stats(struct serve_buffer *to, struct world_container *c, const struct world_sample *now,
	const struct world_sample *before)
{
	struct json_out out = {.buffer = *to, .skew_ms = c->server->skew_ms};
	int cgroup = c->server->cgroup;

	json_object(&out, NULL);
	json_time_ns(&out, "read", now->wall_ns);
	if (before->wall_ns)
		json_time_ns(&out, "preread", before->wall_ns);
	else
		json_time(&out, "preread", 0);
	json_object(&out, "pids_stats");
	json_int(&out, "current", now->pids);
	if (cgroup == 2)
		json_uint(&out, "limit", 18446744073709551615U);
	json_end_object(&out);
	write_block(&out, now, cgroup);
	json_int(&out, "num_procs", 0);
	json_raw(&out, "storage_stats", "{}");
	write_cpu(&out, "cpu_stats", now, cgroup);
	write_cpu(&out, "precpu_stats", before, cgroup);
	json_object(&out, "memory_stats");
	if (cgroup == 1)
		write_memory_v1(&out, now);
	else
		write_memory_v2(&out, now);
	json_end_object(&out);
	json_format(&out, "name", "/%s", c->name);
	json_string(&out, "id", c->id);
	write_network(&out, now);
	json_end_object(&out);
	serve_put(&out.buffer, "\n", 1);
	*to = out.buffer;
}

/* What the engine says of a container that does not run. */
static void write_nothing(struct serve_buffer *to, const struct world_container *c)
{
	static const char cpu[] =
		"{\"cpu_usage\":{\"total_usage\":0,\"usage_in_kernelmode\":0,\"usage_in_usermode\":0},"
		"\"throttling_data\":{\"periods\":0,\"throttled_periods\":0,\"throttled_time\":0}}";
	static const char block[] = "{\"io_service_bytes_recursive\":null,\"io_serviced_recursive\":null,"
				    "\"io_queue_recursive\":null,"
				    "\"io_service_time_recursive\":null,\"io_wait_time_recursive\":null,\"io_"
				    "merged_recursive\":null,"
				    "\"io_time_recursive\":null,\"sectors_recursive\":null}";
	struct json_out out = {.buffer = *to};

	json_object(&out, NULL);
	json_time(&out, "read", 0);
	json_time(&out, "preread", 0);
	json_raw(&out, "pids_stats", "{}");
	json_raw(&out, "blkio_stats", block);
	json_int(&out, "num_procs", 0);
	json_raw(&out, "storage_stats", "{}");
	json_raw(&out, "cpu_stats", cpu);
	json_raw(&out, "precpu_stats", cpu);
	json_raw(&out, "memory_stats", "{}");
	json_format(&out, "name", "/%s", c->name);
	json_string(&out, "id", c->id);
	json_end_object(&out);
	serve_put(&out.buffer, "\n", 1);
	*to = out.buffer;
}

/* The engine samples every second of real time; a still world moves its counters by as much at each sample. */
static enum serve_more fill_stats(void *user, struct serve_buffer *out)
{
	struct stats_stream *stream = user;
	struct world_container *c = world_container(stream->server, stream->id);
	uint64_t now_ns = uv_hrtime();
	struct world_sample now;

	if (!c)
		return SERVE_END;
	if (now_ns < stream->next_ns && !(stream->once && c->server->world->still))
		return SERVE_MORE;
	stream->next_ns = now_ns + INTERVAL_NS;
	if (c->status != WORLD_RUNNING && c->status != WORLD_PAUSED) {
		write_nothing(out, c);
		return stream->once ? SERVE_END : SERVE_MORE;
	}
	world_sample(c, &now);
	if (!stream->once || stream->before.wall_ns)
		write_stats(out, c, &now, &stream->before);
	bool over = stream->once && stream->before.wall_ns;
	stream->before = now;
	if (stream->once && !over && c->server->world->still)
		return fill_stats(stream, out);
	return over ? SERVE_END : SERVE_MORE;
}

static enum serve_result reply_once(struct serve_request *request, struct world_container *c)
{
	const struct world_sample none = {0};
	struct serve_buffer out = {0};
	struct world_sample now;
	enum serve_result result;

	if (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED) {
		world_sample(c, &now);
		write_stats(&out, c, &now, &none);
	} else {
		write_nothing(&out, c);
	}
	if (out.failed)
		result = serve_error(request, 500, "out of memory");
	else
		result = serve_reply(request, 200, "application/json", out.data, out.len);
	free(out.data);
	return result;
}

enum serve_result docker_stats(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	bool stream = serve_query_bool(request, "stream", true);

	if (!c)
		return SERVE_DONE;
	if (!stream && (serve_query_bool(request, "one-shot", false) ||
			       (c->status != WORLD_RUNNING && c->status != WORLD_PAUSED)))
		return reply_once(request, c);
	struct stats_stream *state = calloc(1, sizeof *state);
	if (!state)
		return serve_error(request, 500, "out of memory");
	state->server = c->server;
	state->once = !stream;
	memcpy(state->id, c->id, sizeof state->id);
	return serve_stream(request, 200, docker_modern(c->server) || !stream ? "application/json" : NULL,
		fill_stats, state, free);
}
