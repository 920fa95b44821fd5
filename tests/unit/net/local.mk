# unit tests of src/net
check_PROGRAMS += tests/unit/test-net
TESTS += tests/unit/test-net
tests_unit_test_net_SOURCES =
tests_unit_test_net_LDADD = libnet.a libfleet.a $(CRITERION_LIBS) $(CURL_LIBS) $(NFS_LIBS) $(UV_LIBS) $(CJSON_LIBS) -lm
tests_unit_test_net_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_net_SOURCES += %D%/fixture.c %D%/fixture.h %D%/test-ollama.c %D%/test-docker.c %D%/test-probe.c \
	%D%/test-traefik.c %D%/test-podman.c %D%/test-endpoint.c %D%/test-poll.c %D%/test-hostile.c %D%/test-swarm.c %D%/test-logs.c %D%/test-stores.c %D%/test-requests.c %D%/test-engines.c %D%/parsers.c %D%/parsers.h
tests_unit_test_net_SOURCES += %D%/test-child.c %D%/test-tunnel.c
EXTRA_DIST += %D%/data/docker-events.ndjson \
	%D%/data/docker-info.json \
	%D%/data/docker-inspect-1.json \
	%D%/data/docker-inspect-3.json \
	%D%/data/docker-inspect-unhealthy.json \
	%D%/data/docker-list.json \
	%D%/data/docker-stats-v1.json \
	%D%/data/docker-stats-v2.json \
	%D%/data/docker-version.json \
	%D%/data/mountinfo-nfs.txt \
	%D%/data/exec-cat.bin \
	%D%/data/exec-df.bin \
	%D%/data/exec-missing.bin \
	%D%/data/exec-partial.bin \
	%D%/data/ollama-ps.json \
	%D%/data/ollama-tags.json \
	%D%/data/partials.txt \
	%D%/data/podman-inspect.json \
	%D%/data/podman-list.json \
	%D%/data/podman-stats.json \
	%D%/data/podman-version.json \
	%D%/data/swarm-nodes.json \
	%D%/data/swarm-service.json \
	%D%/data/swarm-tasks.json \
	%D%/data/traefik-service.json

check_PROGRAMS += tests/unit/test-http
TESTS += tests/unit/test-http
tests_unit_test_http_SOURCES = %D%/client.c %D%/client.h %D%/server.c %D%/server.h
tests_unit_test_http_SOURCES += %D%/http-basic.c %D%/http-ends.c %D%/http-hostile.c
tests_unit_test_http_SOURCES += %D%/http-life.c %D%/http-tls.c %D%/lines-frames.c %D%/logs-client.c
tests_unit_test_http_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_http_LDADD = libnet.a libfleet.a $(CURL_LIBS) $(NFS_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(CRITERION_LIBS) -lm
