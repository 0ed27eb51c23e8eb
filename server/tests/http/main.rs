//! The server through its router: the API, headers, health, and pages as they are read.
mod api;
mod harness;
mod headers;
mod health;
mod open_data;
mod pages;
