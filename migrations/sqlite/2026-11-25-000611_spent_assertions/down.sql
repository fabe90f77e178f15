drop table spent_assertions;
