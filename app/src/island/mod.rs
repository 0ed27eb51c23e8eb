//! Islands: comfort for phones that run scripts. Nothing needs them.
pub mod free_places;
