noinst_LIBRARIES += libops.a
libops_a_SOURCES = \
	%D%/audit.c \
	%D%/audit.h \
	%D%/audit_file.c \
	%D%/audit_file.h \
	%D%/choose.c \
	%D%/choose.h \
	%D%/clone.c \
	%D%/clone.h \
	%D%/clone_config.c \
	%D%/clone_host.c \
	%D%/clone_network.c \
	%D%/clone_private.h \
	%D%/headroom.c \
	%D%/pool_add.c \
	%D%/pool_advice.c \
	%D%/pool_edit.c \
	%D%/pool_file.c %D%/pool_file.h \
	%D%/pool_find.c \
	%D%/pool_lock.c %D%/pool_lock.h \
	%D%/pool_private.h \
	%D%/pool_remove.c \
	%D%/pool_text.c %D%/pool_text.h \
	%D%/pool_url.c \
	%D%/pool_verify.c \
	%D%/yaml_tree.c %D%/yaml_tree.h
