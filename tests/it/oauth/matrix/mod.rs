//! Every provider and every kind of credential it gives, against everything that can go wrong.

mod faults;
mod people;
mod refusals;
mod subjects;
