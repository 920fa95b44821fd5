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
	%D%/headroom.c
