noinst_HEADERS = \
	%D%/ollama-top/config.h \
	%D%/ollama-top/docker.h \
	%D%/ollama-top/docker_endpoint.h \
	%D%/ollama-top/fleet.h \
	%D%/ollama-top/frames.h \
	%D%/ollama-top/history.h \
	%D%/ollama-top/http.h \
	%D%/ollama-top/i18n.h \
	%D%/ollama-top/log_ring.h \
	%D%/ollama-top/logs.h \
	%D%/ollama-top/loop.h \
	%D%/ollama-top/ndjson.h \
	%D%/ollama-top/observation.h \
	%D%/ollama-top/ollama.h \
	%D%/ollama-top/ops.h \
	%D%/ollama-top/parse.h \
	%D%/ollama-top/probe.h \
	%D%/ollama-top/spec.h \
	%D%/ollama-top/text.h \
	%D%/ollama-top/traefik.h \
	%D%/ollama-top/ui.h \
	%D%/ollama-top/watch.h
