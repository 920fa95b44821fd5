noinst_LIBRARIES += libops.a
libops_a_SOURCES = \
	%D%/audit.c \
	%D%/audit.h \
	%D%/audit_count.c \
	%D%/audit_file.c \
	%D%/audit_file.h \
	%D%/audit_queue.c \
	%D%/audit_queue.h \
	%D%/autoscale.c \
	%D%/balancer.c \
	%D%/call.c \
	%D%/choose.c \
	%D%/choose.h \
	%D%/choose_warm.c \
	%D%/clone.c \
	%D%/clone.h \
	%D%/clone_config.c \
	%D%/clone_host.c \
	%D%/clone_network.c \
	%D%/clone_private.h \
	%D%/containers.c \
	%D%/create.c \
	%D%/headroom.c \
	%D%/inspection.c %D%/inspection.h \
	%D%/lease.c \
	%D%/models.c \
	%D%/operation.c \
	%D%/ops.c \
	%D%/plan.c \
	%D%/pool_add.c \
	%D%/pool_advice.c \
	%D%/pool_edit.c \
	%D%/pool_file.c %D%/pool_file.h \
	%D%/pool_idle.c \
	%D%/pool_locate.c \
	%D%/pool_lock.c %D%/pool_lock.h \
	%D%/pool_private.h \
	%D%/pool_remove.c \
	%D%/pool_text.c %D%/pool_text.h \
	%D%/pool_url.c \
	%D%/pool_verify.c \
	%D%/private.h \
	%D%/pull.c \
	%D%/registry.c \
	%D%/scale.c \
	%D%/service.c \
	%D%/service_private.h \
	%D%/service_roll.c \
	%D%/service_scale.c \
	%D%/service_spec.c %D%/service_spec.h \
	%D%/service_task.c \
	%D%/upgrade.c \
	%D%/wait.c \
	%D%/warm.c \
	%D%/yaml_tree.c %D%/yaml_tree.h
