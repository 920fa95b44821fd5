noinst_LIBRARIES += libnet.a
libnet_a_SOURCES =
libnet_a_SOURCES += %D%/clock.c %D%/endpoint.c %D%/frames.c
libnet_a_SOURCES += %D%/http.c %D%/http-date.c %D%/http-encode.c %D%/http-error.c %D%/http-private.h %D%/http-queue.c
libnet_a_SOURCES += %D%/http-peer.c %D%/http-socket.c %D%/http-transfer.c
libnet_a_SOURCES += %D%/ndjson.c %D%/resolve.c %D%/resolve.h
libnet_a_SOURCES += %D%/json.c %D%/json.h %D%/lines.h %D%/ollama.c %D%/docker.c %D%/docker_private.h \
	%D%/docker_inspect.c %D%/docker_event.c %D%/docker_exec.c %D%/docker_swarm.c %D%/stats.c %D%/mountinfo.c %D%/df.c %D%/statfs.c %D%/manifest.c \
	%D%/meminfo.c %D%/proctcp.c %D%/partial.c %D%/traefik.c %D%/gin.c %D%/metrics.c %D%/openai.c %D%/nvidia.c
libnet_a_SOURCES += %D%/docker_endpoint.c %D%/watch.c %D%/watch_private.h %D%/watch_poll.c %D%/watch_target.c \
	%D%/watch_engine.c %D%/watch_containers.c %D%/watch_events.c %D%/watch_exec.c %D%/watch_probe.c \
	%D%/watch_space.c %D%/watch_partials.c %D%/watch_balancer.c %D%/watch_tasks.c %D%/watch_nfs.c %D%/watch_ways.c %D%/watch_log.c %D%/watch_metrics.c %D%/watch_openai.c %D%/watch_gpu.c
libnet_a_SOURCES += %D%/rpc.c %D%/rpc.h %D%/nfs_check.c %D%/nfs_check.h
libnet_a_SOURCES += %D%/child.c %D%/child.h %D%/reach.c %D%/tunnel.c %D%/tunnel_command.c %D%/tunnel_folder.c \
	%D%/tunnel_private.h %D%/tunnel_reason.c %D%/watch_tunnel.c
libnet_a_SOURCES += %D%/log_lines.c %D%/log_messages.c %D%/log_resume.c %D%/log_ring.c %D%/logs.c %D%/logs_private.h
