drop table asked_letters;
