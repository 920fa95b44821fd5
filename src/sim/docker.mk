# The Docker half of the simulator; src/sim/local.mk includes this after libsim_a_SOURCES is defined.
libsim_a_SOURCES += %D%/docker.c %D%/docker.h %D%/docker_command.c %D%/docker_create.c %D%/docker_df.c %D%/docker_events.c \
	%D%/docker_exec.c %D%/docker_files.c %D%/docker_files.h %D%/docker_filters.c %D%/docker_find.c %D%/docker_images.c \
	%D%/docker_info.c %D%/docker_inspect.c %D%/docker_json.c %D%/docker_json.h %D%/docker_lifecycle.c \
	%D%/docker_list.c %D%/docker_logs.c %D%/docker_networks.c %D%/docker_proc.c %D%/docker_service.c %D%/docker_shell.c %D%/docker_shell.h \
	%D%/docker_stats.c %D%/docker_swarm.c %D%/docker_test.c %D%/docker_tools.c
