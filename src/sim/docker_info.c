/*
 * docker_info.c - what the engine says about itself and its machine: /version and /info.
 */
#include "docker.h"

#include <string.h>

#define KERNEL "6.1.0-37-amd64"

static void component(struct json_out *out, const char *name, const char *version, const char *commit)
{
	json_object(out, NULL);
	json_string(out, "Name", name);
	json_string(out, "Version", version);
	json_object(out, "Details");
	json_string(out, "GitCommit", commit);
	json_end_object(out);
	json_end_object(out);
}

static void engine(struct json_out *out, const struct world_server *server)
{
	json_object(out, NULL);
	json_string(out, "Name", "Engine");
	json_string(out, "Version", server->engine_version);
	json_object(out, "Details");
	json_string(out, "ApiVersion", server->api_version);
	json_string(out, "Arch", "amd64");
	json_string(out, "BuildTime", "2025-05-30T12:07:14.000000000+00:00");
	json_string(out, "Experimental", "false");
	json_string(out, "GitCommit", "45873be");
	json_string(out, "GoVersion", "go1.24.3");
	json_string(out, "KernelVersion", KERNEL);
	json_string(out, "MinAPIVersion", server->min_api_version);
	json_string(out, "Os", "linux");
	json_end_object(out);
	json_end_object(out);
}

enum serve_result docker_version(struct serve_request *request)
{
	const struct world_server *server = request->server;
	struct json_out out = {0};

	json_object(&out, NULL);
	json_object(&out, "Platform");
	json_string(&out, "Name", docker_modern(server) ? "Docker Engine - Community" : "");
	json_end_object(&out);
	json_array(&out, "Components");
	engine(&out, server);
	component(&out, "containerd", "1.7.27", "05044ec0a9a75232cad458027ca83437aae3f4da");
	component(&out, "runc", "1.2.5", "v1.2.5-0-g59923ef");
	component(&out, "docker-init", "0.19.0", "de40ad0");
	json_end_array(&out);
	json_string(&out, "Version", server->engine_version);
	json_string(&out, "ApiVersion", server->api_version);
	json_string(&out, "MinAPIVersion", server->min_api_version);
	json_string(&out, "GitCommit", "45873be");
	json_string(&out, "GoVersion", "go1.24.3");
	json_string(&out, "Os", "linux");
	json_string(&out, "Arch", "amd64");
	json_string(&out, "KernelVersion", KERNEL);
	json_string(&out, "BuildTime", "2025-05-30T12:07:14.000000000+00:00");
	json_end_object(&out);
	return json_reply(request, 200, &out);
}

static void counts(struct json_out *out, const struct world_server *server)
{
	int running = 0, paused = 0, stopped = 0;

	for (size_t i = 0; i < server->container_count; i++) {
		enum world_status status = server->containers[i]->status;
		running += status == WORLD_RUNNING || status == WORLD_RESTARTING;
		paused += status == WORLD_PAUSED;
		stopped += status == WORLD_CREATED || status == WORLD_EXITED;
	}
	json_int(out, "Containers", running + paused + stopped);
	json_int(out, "ContainersRunning", running);
	json_int(out, "ContainersPaused", paused);
	json_int(out, "ContainersStopped", stopped);
	json_int(out, "Images", (int64_t)server->image_count);
}

/* Members that are the same on every machine, in the engine's order. */
static const char storage[] =
	"[[\"Backing Filesystem\",\"extfs\"],[\"Supports d_type\",\"true\"],[\"Using metacopy\",\"false\"],"
	"[\"Native Overlay Diff\",\"true\"],[\"userxattr\",\"false\"]]";
static const char plugins[] = "{\"Volume\":[\"local\"],\"Network\":[\"bridge\",\"host\",\"ipvlan\","
			      "\"macvlan\",\"null\",\"overlay\"],"
			      "\"Authorization\":null,\"Log\":[\"awslogs\",\"fluentd\",\"gcplogs\",\"gelf\","
			      "\"journald\",\"json-file\","
			      "\"local\",\"splunk\",\"syslog\"]}";
static const char registry[] =
	"{\"AllowNondistributableArtifactsCIDRs\":[],\"AllowNondistributableArtifactsHostnames\":[],"
	"\"InsecureRegistryCIDRs\":[\"127.0.0.0/8\"],\"IndexConfigs\":{\"docker.io\":{\"Name\":\"docker.io\","
	"\"Mirrors\":[],\"Secure\":true,\"Official\":true}},\"Mirrors\":[]}";
static void abilities(struct json_out *out, const struct world_server *server)
{
	static const char *const able[] = {"MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota",
		"CPUShares", "CPUSet", "PidsLimit", "IPv4Forwarding", "BridgeNfIptables",
		"BridgeNfIp6tables"};

	for (size_t i = 0; i < sizeof able / sizeof *able; i++)
		json_bool(out, able[i], true);
	json_bool(out, "OomKillDisable", server->cgroup == 1);
}

static void fixed_end(struct json_out *out, const struct world_server *server)
{
	json_raw(out, "Runtimes",
		"{\"io.containerd.runc.v2\":{\"path\":\"runc\"},\"runc\":{\"path\":\"runc\"}}");
	json_string(out, "DefaultRuntime", "runc");
	docker_write_swarm(out, server);
	json_bool(out, "LiveRestoreEnabled", false);
	json_string(out, "Isolation", "");
	json_string(out, "InitBinary", "docker-init");
	json_raw(out, "ContainerdCommit", "{\"ID\":\"05044ec0a9a75232cad458027ca83437aae3f4da\"}");
	json_raw(out, "RuncCommit", "{\"ID\":\"v1.2.5-0-g59923ef\"}");
	json_raw(out, "InitCommit", "{\"ID\":\"de40ad0\"}");
	json_raw(out, "SecurityOptions", "[\"name=apparmor\",\"name=seccomp,profile=builtin\"]");
	json_raw(out, "Warnings", "null");
}

enum serve_result docker_info(struct serve_request *request)
{
	const struct world_server *server = request->server;
	struct json_out out = {.skew_ms = server->skew_ms};

	json_object(&out, NULL);
	json_string(&out, "ID", server->engine_id);
	counts(&out, server);
	json_string(&out, "Driver", "overlay2");
	json_raw(&out, "DriverStatus", storage);
	json_raw(&out, "Plugins", plugins);
	abilities(&out, server);
	json_bool(&out, "Debug", false);
	json_int(&out, "NFd", 40);
	json_int(&out, "NGoroutines", 60);
	json_time(&out, "SystemTime", request->world->wall);
	json_string(&out, "LoggingDriver", "json-file");
	json_string(&out, "CgroupDriver", server->cgroup == 1 ? "cgroupfs" : "systemd");
	json_string(&out, "CgroupVersion", server->cgroup == 1 ? "1" : "2");
	json_int(&out, "NEventsListener", 0);
	json_string(&out, "KernelVersion", KERNEL);
	json_string(&out, "OperatingSystem", "Debian GNU/Linux 12 (bookworm)");
	json_string(&out, "OSVersion", "12");
	json_string(&out, "OSType", "linux");
	json_string(&out, "Architecture", "x86_64");
	json_string(&out, "IndexServerAddress", "https://index.docker.io/v1/");
	json_raw(&out, "RegistryConfig", registry);
	json_int(&out, "NCPU", server->cpus);
	json_int(&out, "MemTotal", server->memory_total);
	json_raw(&out, "GenericResources", "null");
	json_string(&out, "DockerRootDir", "/var/lib/docker");
	json_string(&out, "HttpProxy", "");
	json_string(&out, "HttpsProxy", "");
	json_string(&out, "NoProxy", "");
	json_string(&out, "Name", server->hostname);
	json_raw(&out, "Labels", "[]");
	json_bool(&out, "ExperimentalBuild", false);
	json_string(&out, "ServerVersion", server->engine_version);
	fixed_end(&out, server);
	json_end_object(&out);
	return json_reply(request, 200, &out);
}
