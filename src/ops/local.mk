noinst_LIBRARIES += libops.a
libops_a_SOURCES = \
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
