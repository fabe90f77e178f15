-- Answers kept for a retry are forgotten soon after its grace; few rows have one.
create index refresh_tokens_sealed on refresh_tokens (consumed_at) where sealed is not null;
