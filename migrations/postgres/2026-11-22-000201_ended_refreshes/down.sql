alter table families drop column refresh_ended_at;
