-- When the refresh tokens of a family were ended; its access tokens live on. One that is being drawn at that
-- very moment ends, too.
alter table families add column refresh_ended_at bigint;
