/*
 * metrics_fleet.c - families of the fleet as a whole, of the balancer, of pulls, and of each server.
 */
#include "metrics_private.h"

#include <math.h>
#include <string.h>

double metric_of_size(int64_t bytes)
{
	return bytes >= 0 ? (double)bytes : NAN;
}

double metric_of_truth(int truth)
{
	return truth >= 0 ? truth != 0 : NAN;
}

double metric_of_link(const struct link *link)
{
	return link->status == LINK_OK ? 1 : link->status == LINK_FAILED ? 0 : NAN;
}

double metric_of_ms(double ms)
{
	return ms / 1000;
}

double metric_one(const struct subject *s)
{
	(void)s;
	return 1;
}

static double latency_of(const struct link *link)
{
	return link->status == LINK_OK ? metric_of_ms(link->latency_ms) : NAN;
}

static double fleet_status(const struct subject *s)
{
	return s->source->fleet->status == (enum fleet_status)s->index;
}

static double alerts(const struct subject *s)
{
	return (double)fleet_alerts(s->source->fleet, (enum severity)s->index);
}

static double balancer_up(const struct subject *s)
{
	return metric_of_link(&s->source->fleet->balancer.link);
}

/* Traefik says nothing of a server whose health it does not check: it sends requests there. */
static double pooled_up(const struct subject *s)
{
	const bool heard = s->source->fleet->balancer.link.status == LINK_OK;
	return heard ? strcmp(s->pooled->status, "DOWN") != 0 : NAN;
}

static double pull_completed(const struct subject *s)
{
	return metric_of_size(s->transfer->completed);
}

static double pull_size(const struct subject *s)
{
	return metric_of_size(s->transfer->total);
}

static const struct family of_fleet[] = {
	{.name = "ollama_top_fleet_status",
		.scope = PER_FLEET_STATUS,
		.help = "Status of the fleet: 1 for the one that holds (ok, degraded with any alert, down "
			"when no "
			"instance answers).",
		.value = fleet_status},
	{.name = "ollama_top_alerts",
		.scope = PER_SEVERITY,
		.help = "Alerts that stand, acknowledged ones included.",
		.value = alerts},
	{.name = "ollama_top_balancer_up",
		.scope = PER_FLEET,
		.help = "Whether the API of the balancer answers.",
		.value = balancer_up},
	{.name = "ollama_top_balancer_server_up",
		.scope = PER_POOLED,
		.help = "Whether the balancer sends requests to this server of its pool.",
		.value = pooled_up},
	{.name = "ollama_top_pull_completed_bytes",
		.unit = "bytes",
		.scope = PER_TRANSFER,
		.help = "What is there of a model or layer that somebody pulls into the shared store.",
		.value = pull_completed},
	{.name = "ollama_top_pull_size_bytes",
		.unit = "bytes",
		.scope = PER_TRANSFER,
		.help = "Size of what is pulled, where it is known.",
		.value = pull_size},
};
const struct family_list metrics_of_fleet = {of_fleet, sizeof(of_fleet) / sizeof(*of_fleet)};

static double server_status_is(const struct subject *s)
{
	return server_status(s->server) == (enum fleet_status)s->index;
}

static double server_memory(const struct subject *s)
{
	return metric_of_size(s->server->memory_total);
}

static double server_memory_available(const struct subject *s)
{
	return metric_of_size(s->server->memory_available);
}

static double server_cpus(const struct subject *s)
{
	return s->server->cpus > 0 ? s->server->cpus : NAN;
}

static double server_skew(const struct subject *s)
{
	return s->server->clock_skew_known ? metric_of_ms((double)s->server->clock_skew_ms) : NAN;
}

static double docker_up(const struct subject *s)
{
	return metric_of_link(&s->server->docker);
}

static double docker_latency(const struct subject *s)
{
	return latency_of(&s->server->docker);
}

static double nfs_up(const struct subject *s)
{
	return metric_of_link(&s->server->nfs);
}

static double nfs_latency(const struct subject *s)
{
	return latency_of(&s->server->nfs);
}

static double nfs_export_ok(const struct subject *s)
{
	const struct nfs_server *nfs = &s->server->nfs_server;
	const bool known = s->server->nfs.status == LINK_OK && nfs->list == NFS_LIST_KNOWN;
	return known ? !nfs->export_fails : NAN;
}

static double service_replicas(const struct subject *s)
{
	return metric_of_size(s->server->service.replicas);
}

static const struct family of_servers[] = {
	{.name = "ollama_top_server",
		.type = INFO,
		.scope = PER_SERVER_INFO,
		.help = "A server of the configuration.",
		.value = metric_one},
	{.name = "ollama_top_server_status",
		.scope = PER_SERVER_STATUS,
		.help = "Status of the server: 1 for the one that holds.",
		.value = server_status_is},
	{.name = "ollama_top_server_memory_bytes",
		.unit = "bytes",
		.scope = PER_SERVER,
		.help = "Memory of the host.",
		.value = server_memory},
	{.name = "ollama_top_server_memory_available_bytes",
		.unit = "bytes",
		.scope = PER_SERVER,
		.help = "Memory of the host that can be had without swapping.",
		.value = server_memory_available},
	{.name = "ollama_top_server_cpus",
		.scope = PER_SERVER,
		.help = "Processors of the host.",
		.value = server_cpus},
	{.name = "ollama_top_server_clock_skew_seconds",
		.unit = "seconds",
		.scope = PER_SERVER,
		.help = "Clock of the server minus that of the exporter.",
		.value = server_skew},
	{.name = "ollama_top_docker_up",
		.scope = PER_SERVER,
		.help = "Whether the Docker Engine of the server answers.",
		.value = docker_up},
	{.name = "ollama_top_docker_latency_seconds",
		.unit = "seconds",
		.scope = PER_SERVER,
		.help = "Latency of its last answer.",
		.value = docker_latency},
	{.name = "ollama_top_nfs_up",
		.scope = PER_SERVER,
		.help = "Whether the NFS server that this server offers or mounts from answers to RPC.",
		.value = nfs_up},
	{.name = "ollama_top_nfs_latency_seconds",
		.unit = "seconds",
		.scope = PER_SERVER,
		.help = "Latency of its last answer.",
		.value = nfs_latency},
	{.name = "ollama_top_nfs_export_ok",
		.scope = PER_SERVER,
		.help = "Whether the export is in the list of the NFS server, for this server where it "
			"mounts it.",
		.value = nfs_export_ok},
	{.name = "ollama_top_service_replicas",
		.scope = PER_SERVER,
		.help = "Replicas that the Swarm service of the server is to have.",
		.value = service_replicas},
};
const struct family_list metrics_of_servers = {of_servers, sizeof(of_servers) / sizeof(*of_servers)};
