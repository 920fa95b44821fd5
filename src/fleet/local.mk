noinst_LIBRARIES += libfleet.a
libfleet_a_SOURCES = \
	%D%/alerts.c \
	%D%/container.c \
	%D%/core.h \
	%D%/drift.c \
	%D%/events.c \
	%D%/fleet.c \
	%D%/history.c \
	%D%/instance.c \
	%D%/judge.c \
	%D%/keep.c \
	%D%/link.c \
	%D%/models.c \
	%D%/observe_docker.c \
	%D%/observe_ollama.c \
	%D%/observe_ops.c \
	%D%/observe_stats.c \
	%D%/observe_store.c \
	%D%/pool.c \
	%D%/rules.c \
	%D%/rules.h \
	%D%/sample.c \
	%D%/store.c \
	%D%/store_source.c \
	%D%/text.c \
	%D%/text_format.c \
	%D%/text_match.c \
	%D%/text_time.c \
	%D%/totals.c \
	%D%/trouble.c
