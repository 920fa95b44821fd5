noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	%D%/actions.c \
	%D%/autoscale_text.c %D%/autoscale_text.h \
	%D%/big.c %D%/big.h \
	%D%/canvas.c %D%/canvas.h \
	%D%/columns.c \
	%D%/complete.c %D%/complete.h \
	%D%/decisions.c \
	%D%/details_requests.c \
	%D%/details_sections.c %D%/details_sections.h \
	%D%/dialog.c %D%/dialog.h \
	%D%/dialog_arm.c \
	%D%/dialog_choose.c \
	%D%/dialog_confirm.c \
	%D%/dialog_input.c \
	%D%/dialog_operation.c \
	%D%/edit.c %D%/edit.h \
	%D%/event_line.c %D%/event_line.h \
	%D%/filter.c %D%/filter.h \
	%D%/input.c \
	%D%/keybar.c \
	%D%/keymap.c %D%/keymap.h %D%/request.h \
	%D%/leave.c \
	%D%/log_text.c %D%/log_text.h \
	%D%/look.c %D%/look.h \
	%D%/nfs_mounts.c %D%/nfs_sections.h %D%/nfs_servers.c \
	%D%/op_actions.c %D%/op_actions.h \
	%D%/op_text.c %D%/op_text.h \
	%D%/pane_events.c \
	%D%/pane_operations.c \
	%D%/pane_server.c \
	%D%/pane_transfers.c \
	%D%/pen.c %D%/pen.h \
	%D%/pieces.c %D%/pieces.h \
	%D%/prompt.c \
	%D%/roster.c %D%/roster.h \
	%D%/screen.c %D%/screen.h \
	%D%/scroll.c \
	%D%/secrets.c %D%/secrets.h \
	%D%/spark.c %D%/spark.h \
	%D%/summary.c \
	%D%/table.c %D%/table.h \
	%D%/theme.c %D%/theme.h \
	%D%/ui.c \
	%D%/view.h \
	%D%/view_autoscale.c \
	%D%/view_details.c \
	%D%/view_events.c \
	%D%/view_help.c \
	%D%/view_logs.c \
	%D%/view_main.c \
	%D%/view_models.c \
	%D%/view_nfs.c \
	%D%/wall.c \
	%D%/wall_alerts.c \
	%D%/wall_blank.c %D%/wall_blank.h \
	%D%/wall_figures.c \
	%D%/wall_picture.c %D%/wall_picture.h \
	%D%/wall_servers.c
