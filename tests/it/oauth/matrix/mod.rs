//! Every provider and every kind of credential it gives, against everything that can go wrong.

pub mod desk;
mod faults;
mod people;
mod refusals;
pub mod scene;
mod subjects;
