noinst_LIBRARIES += libconfig.a
libconfig_a_SOURCES = \
	%D%/address.c %D%/address.h \
	%D%/check.c \
	%D%/docker_context.c %D%/docker_context.h \
	%D%/load.c \
	%D%/local_machine.c \
	%D%/map.c %D%/map.h \
	%D%/node.c %D%/node.h \
	%D%/reader.c %D%/reader.h \
	%D%/rule.c \
	%D%/scalar.c %D%/scalar.h \
	%D%/schema.c %D%/schema.h \
	%D%/spec.c \
	%D%/zone_file.c %D%/zone_file.h
