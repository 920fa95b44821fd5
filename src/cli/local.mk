noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	%D%/anonymise.c \
	%D%/app.c %D%/app.h \
	%D%/autoscale.c \
	%D%/autoscale_control.c %D%/autoscale_control.h \
	%D%/autoscale_tell.c %D%/autoscale_tell.h \
	%D%/command.c %D%/command.h \
	%D%/compose.c %D%/compose.h \
	%D%/compose_config.c \
	%D%/compose_health.c \
	%D%/compose_host.c \
	%D%/compose_network.c \
	%D%/compose_private.h \
	%D%/compose_volumes.c \
	%D%/console.c \
	%D%/demo.c %D%/demo.h \
	%D%/doctor.c %D%/doctor.h \
	%D%/doctor_balancer.c \
	%D%/doctor_clock.c \
	%D%/doctor_config.c \
	%D%/doctor_containers.c \
	%D%/doctor_endpoints.c \
	%D%/doctor_engine.c \
	%D%/doctor_facts.c %D%/doctor_facts.h \
	%D%/doctor_memory.c \
	%D%/doctor_models.c \
	%D%/doctor_need.c %D%/doctor_need.h \
	%D%/doctor_nfs.c \
	%D%/doctor_places.c %D%/doctor_places.h \
	%D%/doctor_probe.c %D%/doctor_probe.h %D%/doctor_probe_private.h \
	%D%/doctor_probe_fleet.c \
	%D%/doctor_probe_instance.c \
	%D%/doctor_report.c \
	%D%/doctor_rule.c %D%/doctor_rule.h \
	%D%/doctor_shell.c %D%/doctor_shell.h \
	%D%/doctor_store.c \
	%D%/doctor_store_access.c %D%/doctor_store_access.h \
	%D%/each.c %D%/each.h \
	%D%/exporter.c %D%/exporter.h \
	%D%/find.c %D%/find.h \
	%D%/logs.c \
	%D%/metrics.c %D%/metrics.h %D%/metrics_private.h \
	%D%/metrics_autoscale.c \
	%D%/metrics_fleet.c \
	%D%/metrics_instance.c \
	%D%/metrics_negotiate.c \
	%D%/metrics_requests.c \
	%D%/metrics_scope.c \
	%D%/metrics_self.c \
	%D%/models.c \
	%D%/once.c %D%/once.h \
	%D%/operate.c \
	%D%/operate_ask.c %D%/operate_ask.h \
	%D%/operate_known.c %D%/operate_known.h \
	%D%/operate_tell.c %D%/operate_tell.h \
	%D%/operate_words.c %D%/operate_words.h \
	%D%/options.c %D%/options.h \
	%D%/output.c %D%/output.h \
	%D%/questions.c %D%/questions.h \
	%D%/render.c %D%/render.h \
	%D%/render_compose.c \
	%D%/render_nfs.c \
	%D%/render_traefik.c \
	%D%/result.c %D%/result.h \
	%D%/simulate.c %D%/simulate.h \
	%D%/simulate_json.c \
	%D%/simulate_svg.c \
	%D%/simulate_text.c \
	%D%/serve.c \
	%D%/serve_health.c %D%/serve_health.h \
	%D%/serve_http.c %D%/serve_http.h \
	%D%/serve_listen.c %D%/serve_listen.h \
	%D%/serve_notify.c %D%/serve_notify.h \
	%D%/serve_process.c %D%/serve_process.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/snapshot_json.c \
	%D%/snapshot_nfs.c \
	%D%/snapshot_requests.c \
	%D%/snapshot_text.c \
	%D%/text_table.c %D%/text_table.h \
	%D%/wall.c \
	%D%/yaml_write.c %D%/yaml_write.h
libcli_a_CPPFLAGS = $(AM_CPPFLAGS) -DBINDIR='"$(bindir)"' -DLIBEXECDIR='"$(libexecdir)"'
