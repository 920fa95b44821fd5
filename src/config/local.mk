noinst_LIBRARIES += libconfig.a
libconfig_a_SOURCES = \
	%D%/address.c %D%/address.h \
	%D%/check.c \
	%D%/load.c \
	%D%/local_machine.c \
	%D%/map.c %D%/map.h \
	%D%/node.c %D%/node.h \
	%D%/reader.c %D%/reader.h \
	%D%/rule.c \
	%D%/scalar.c %D%/scalar.h \
	%D%/schema.c %D%/schema.h \
	%D%/spec.c \
	%D%/units.c %D%/units.h
