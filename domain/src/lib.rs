//! The rules of the service: pure values and decisions. No clock, no chance, no database, no I/O.
pub mod crematorium;
pub mod document;
pub mod form;
pub mod lunar;
pub mod money;
pub mod municipality;
pub mod national_id;
pub mod phone;
pub mod reference;
pub mod request;
pub mod text;
pub mod thai_date;
pub mod time;
pub mod working_time;
