noinst_LIBRARIES += libfleet.a
libfleet_a_SOURCES = \
	%D%/history.c \
	%D%/text.c \
	%D%/text_format.c \
	%D%/text_match.c \
	%D%/text_time.c
