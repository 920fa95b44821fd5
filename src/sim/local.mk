# The simulated fleet: a library for its tests, and the program.
noinst_LIBRARIES += libsim.a
libsim_a_CPPFLAGS = $(AM_CPPFLAGS) $(MHD_CFLAGS)
libsim_a_SOURCES = %D%/alone.c %D%/alone.h %D%/alone_store.c %D%/alone_store.h %D%/control.c %D%/control.h \
	%D%/control_containers.c %D%/control_do.c %D%/control_faults.c %D%/control_private.h %D%/control_stores.c \
	%D%/ollama.c %D%/ollama.h %D%/ollama_pull.c %D%/ollama_run.c %D%/ollama_store.c %D%/openai.c %D%/rpc.c %D%/rpc.h %D%/rpc_listen.c \
	%D%/scenario.c \
	%D%/scenario.h %D%/scenario_config.c %D%/scenario_engine.c %D%/scenario_ports.c %D%/scenario_private.h %D%/scenario_script.c \
	%D%/scenario_swarm.c %D%/scenario_text.c %D%/scenario_units.c %D%/serve.c %D%/serve.h %D%/serve_hostile.c %D%/serve_listen.c \
	%D%/serve_private.h %D%/serve_reply.c %D%/serve_request.c %D%/serve_stream.c \
	%D%/traefik.c %D%/traefik_file.c %D%/traefik_file.h %D%/world.c %D%/world.h %D%/world_container.c \
	%D%/world_event.c %D%/world_health.c %D%/world_models.c %D%/world_pool.c %D%/world_private.h \
	%D%/world_pull.c %D%/world_registry.c %D%/world_service.c %D%/world_store.c %D%/world_time.c %D%/world_update.c %D%/yaml_json.c %D%/yaml_json.h
include %D%/docker.mk
SIM_LIBS = libsim.a libfleet.a $(MHD_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) -lm

bin_PROGRAMS += ollama-top-sim
ollama_top_sim_SOURCES = %D%/main.c
ollama_top_sim_LDADD = $(SIM_LIBS)
EXTRA_DIST += %D%/README.md
