drop table spent_states;
