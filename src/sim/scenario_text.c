/*
 * scenario_text.c - the built-in scenarios, in the language of scenario files.
 */
#include "scenario.h"

#include <string.h>

#define STORES                                                                                               \
	"stores:\n"                                                                                          \
	"  shared: {nfs: true, total: 916G, available: 540G, models: [mistral:7b, llama2:13b, llama3.2:3b, " \
	"codellama:7b, nomic-embed-text]}\n"                                                                 \
	"  empty: {total: 234G, available: 180G, models: []}\n"

#define SERVER_80                                                                                    \
	"servers:\n"                                                                                 \
	"  - name: \"80\"\n"                                                                         \
	"    address: 127.0.0.80\n"                                                                  \
	"    role: rw\n"                                                                             \
	"    memory: 62.7G\n"                                                                        \
	"    cpus: 16\n"                                                                             \
	"    export: /opt/ollama-models\n"                                                           \
	"    clients: 127.0.0.0/24\n"                                                                \
	"    mounts: [{path: /opt/ollama-models, fstype: ext4, source: /dev/sdb1, store: shared}]\n" \
	"    instances:\n"                                                                           \
	"      - {name: ollama, memory: 16G, load: [{model: mistral:7b, keep_alive: 24h}]}\n"

#define SERVER_84                                                                                           \
	"  - name: \"84\"\n"                                                                                \
	"    address: 127.0.0.84\n"                                                                         \
	"    role: ro\n"                                                                                    \
	"    memory: 125.6G\n"                                                                              \
	"    cpus: 32\n"                                                                                    \
	"    discover: \"ollama-[0-9]*\"\n"                                                                 \
	"    mounts: [{path: /opt/ollama-models, fstype: nfs4, source: \"127.0.0.80:/opt/ollama-models\", " \
	"store: shared}]\n"                                                                                 \
	"    instances:\n"                                                                                  \
	"      - {name: ollama-1, memory: 16G, read_only: true, load: [{model: mistral:7b, keep_alive: "    \
	"24h}]}\n"                                                                                          \
	"      - {name: ollama-2, memory: 16G, read_only: true, load: [{model: \"llama3.2:3b\", "           \
	"keep_alive: 24h}]}\n"                                                                              \
	"      - {name: ollama-3, memory: 16G, read_only: true}\n"

#define TRAEFIK "traefik: {address: 127.0.0.80, port: 8080, service: ollama}\n"

#define FLEET STORES SERVER_80 SERVER_84 TRAEFIK

struct builtin {
	const char *name, *text;
};

static const struct builtin BUILTINS[] = {
	{"demo", FLEET
		"repeat: 75s\n"
		"nfs_delay: 12s\n"
		"pull_rate: 150M\n"
		"script:\n"
		"  - {at: 4s, do: load, target: 84/ollama-3, model: \"llama3.2:3b\", keep_alive: 40s}\n"
		"  - {at: 6s, do: pull, target: \"80\", model: \"llama3.1:8b\"}\n"
		"  - {at: 9s, do: busy, target: 84/ollama-1, seconds: 22}\n"
		"  - {at: 20s, do: load, target: 84/ollama-2, model: \"llama2:13b\", context: 8192, "
		"keep_alive: 30s}\n"
		"  - {at: 26s, do: busy, target: 84/ollama-2, seconds: 14}\n"
		"  - {at: 41s, do: oom, target: 84/ollama-2}\n"
		"  - {at: 47s, do: load, target: 84/ollama-2, model: \"llama3.2:3b\", keep_alive: 24h}\n"
		"  - {at: 55s, do: busy, target: 80/ollama, seconds: 12}\n"
		"  - {at: 73s, do: remove-model, target: \"80\", model: \"llama3.1:8b\"}\n"},
	{"healthy", FLEET},
	{"nfs-fallback", FLEET "after:\n"
			       "  - {do: mount, target: 84/ollama-2, fstype: ext4, source: /dev/sda1, "
			       "read_only: true, store: empty}\n"},
	{"oom", FLEET "after:\n"
		      "  - {do: load, target: 84/ollama-1, model: \"llama2:13b\", context: 19000}\n"
		      "  - {do: die, target: 84/ollama-3, oom: true, stay: true}\n"},
	{"drift", FLEET "after:\n"
			"  - {do: drift, target: 84/ollama-2, model: \"codellama:7b\"}\n"},
	{"slow", FLEET "after:\n"
		       "  - {do: slow, target: 84/ollama-2, ms: 1400}\n"
		       "  - {do: slow, target: \"80\", what: docker, ms: 700}\n"},
	{"down", FLEET "after:\n"
		       "  - {do: die, target: 84/ollama-2, exit: 1, stay: true}\n"
		       "  - {do: refuse, target: \"80\", what: docker, on: true}\n"},
	{"stale-nfs", FLEET "after:\n"
			    "  - {do: stale, target: 84/ollama-2}\n"},
	{"nfs-down", FLEET "after:\n"
			   "  - {do: nfs, target: \"80\", fault: down}\n"},
	{"nfs-removed", FLEET "after:\n"
			      "  - {do: nfs, target: \"80\", fault: removed}\n"},
	{"nfs-denied", FLEET "after:\n"
			     "  - {do: nfs, target: \"80\", fault: denied}\n"},
	{"nfs-blocked", FLEET "after:\n"
			      "  - {do: nfs, target: \"80\", fault: mountd-blocked}\n"},
	{"nfs-v4-only", FLEET "after:\n"
			      "  - {do: nfs, target: \"80\", fault: v4-only}\n"},
	{"hung-nfs", FLEET "after:\n"
			   "  - {do: hang, target: \"84\", what: store, on: true}\n"},
	{"engines", STORES SERVER_80
		"  - name: \"84\"\n"
		"    address: 127.0.0.84\n"
		"    role: ro\n"
		"    memory: 125.6G\n"
		"    cpus: 32\n"
		"    discover: \"ollama-[0-9]*\"\n"
		"    mounts: [{path: /opt/ollama-models, fstype: nfs4, source: "
		"\"127.0.0.80:/opt/ollama-models\", store: shared}]\n"
		"    instances:\n"
		"      - {name: ollama-1, memory: 16G, read_only: true, gpus: [{name: NVIDIA L4, used: 6G, "
		"utilisation: 37}], load: [{model: mistral:7b, keep_alive: 24h}]}\n"
		"      - {name: ollama-2, memory: 16G, read_only: true}\n"
		"      - {name: vllm, kind: openai, flavour: vllm, image: \"vllm/vllm-openai:v0.10.1\", "
		"memory: 32G, gpus: [{name: NVIDIA L40S, total: 45G, used: 40G, utilisation: 92}]}\n"
		"      - {name: llamacpp, kind: openai, flavour: llamacpp, image: "
		"\"ghcr.io/ggml-org/llama.cpp:server\", memory: 16G, model: "
		"llama-3.1-8b-instruct-q4_k_m.gguf}\n" TRAEFIK "after:\n"
		"  - {do: requests, target: 84/vllm, running: 12, waiting: 3}\n"
		"  - {do: requests, target: 84/llamacpp, running: 1}\n"},
	{"big", "stores:\n"
		"  shared: {nfs: true, total: 3600G, available: 2100G, models: [mistral:7b, llama2:13b, "
		"llama3.2:3b, "
		"codellama:7b, \"llama3.1:8b\", \"gemma2:2b\", \"qwen2.5:7b\", nomic-embed-text]}\n"
		"servers:\n"
		"  - name: s1\n"
		"    address: 127.1.1.1\n"
		"    role: rw\n"
		"    memory: 502G\n"
		"    cpus: 64\n"
		"    ports: 32\n"
		"    discover: \"ollama-[0-9]*\"\n"
		"    export: /opt/ollama-models\n"
		"    mounts: [{path: /opt/ollama-models, fstype: ext4, source: /dev/sdb1, store: shared}]\n"
		"    instances:\n"
		"      - {name: \"ollama-{n}\", repeat: 20, memory: 16G, load: [{model: mistral:7b, "
		"keep_alive: 24h}]}\n"
		"  - name: \"s{n}\"\n"
		"    repeat: 49\n"
		"    from: 2\n"
		"    address: \"127.1.{n}.1\"\n"
		"    role: ro\n"
		"    memory: 502G\n"
		"    cpus: 64\n"
		"    ports: 32\n"
		"    discover: \"ollama-[0-9]*\"\n"
		"    mounts: [{path: /opt/ollama-models, fstype: nfs4, source: "
		"\"127.1.1.1:/opt/ollama-models\", "
		"store: shared}]\n"
		"    instances:\n"
		"      - {name: \"ollama-{n}\", repeat: 20, memory: 16G, read_only: true, load: [{model: "
		"mistral:7b, "
		"keep_alive: 24h}]}\n"
		"traefik: {address: 127.1.1.1, port: 8080, service: ollama}\n"},
};

#define BUILTIN_COUNT (sizeof BUILTINS / sizeof *BUILTINS)

const char *scenario_text(const char *name)
{
	for (size_t i = 0; i < BUILTIN_COUNT; i++)
		if (strcmp(BUILTINS[i].name, name) == 0)
			return BUILTINS[i].text;
	return NULL;
}

const char *const *scenario_names(void)
{
	static const char *const names[BUILTIN_COUNT + 1] = {"demo", "healthy", "nfs-fallback", "oom",
		"drift", "slow", "down", "stale-nfs", "nfs-down", "nfs-removed", "nfs-denied", "nfs-blocked",
		"nfs-v4-only", "hung-nfs", "engines", "big", NULL};

	return names;
}
