#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fixture_names[] = {"docker-version.json", "docker-info.json", "docker-list.json",
	"docker-inspect-1.json", "docker-inspect-3.json", "docker-inspect-unhealthy.json",
	"docker-events.ndjson", "docker-stats-v1.json", "docker-stats-v2.json", "exec-cat.bin", "exec-df.bin",
	"exec-missing.bin", "exec-partial.bin", "ollama-ps.json", "podman-version.json", "podman-list.json",
	"podman-inspect.json", "podman-stats.json", "ollama-tags.json", "traefik-service.json",
	"swarm-service.json", "swarm-nodes.json", "swarm-tasks.json", NULL};

char *fixture_read(const char *name, size_t *len)
{
	char path[4096];
	const char *root = getenv("srcdir");
	snprintf(path, sizeof path, "%s/tests/unit/net/data/%s", root != NULL ? root : ".", name);
	FILE *f = fopen(path, "rb");
	cr_assert_not_null(f, "cannot read %s", path);
	char *data = calloc(1, 1 << 20);
	cr_assert_not_null(data);
	*len = fread(data, 1, (1 << 20) - 1, f);
	fclose(f);
	cr_assert_gt(*len, 0, "%s is empty", path);
	return data;
}

char *fixture_exec(const char *name, int stream, size_t *len)
{
	size_t total, used = 0;
	char *body = fixture_read(name, &total), *out = calloc(1, total + 1);
	cr_assert_not_null(out);
	for (size_t i = 0; i + 8 <= total;) {
		const unsigned char *h = (const unsigned char *)body + i;
		size_t n = (size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 | h[7];
		cr_assert_leq(i + 8 + n, total, "%s is cut off", name);
		if (h[0] == stream) {
			memcpy(out + used, h + 8, n);
			used += n;
		}
		i += 8 + n;
	}
	free(body);
	*len = used;
	return out;
}
